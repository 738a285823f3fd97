import { readFileSync } from 'node:fs';
import { buildSchema, type GraphQLSchema, parse, print, visit } from 'graphql';
import {
  type CompiledCatalog,
  type CompileOptions,
  compileCatalog,
} from '../../../src/catalog/compile/compile.ts';
import type { CompiledStream, MappedRow } from '../../../src/catalog/compile/compiled.ts';
import { loadCatalog } from '../../../src/catalog/language/load.ts';
import { formatProblem } from '../../../src/catalog/language/problem.ts';

export const schemaText: string = readFileSync('schemas/centra.graphql', 'utf8');
export const reference: GraphQLSchema = buildSchema(schemaText);

/** One field per line, without comments and without marks, as no live schema shows them. */
const plainSchemaText: string = print(
  visit(parse(schemaText), {
    enter: (node) => ('description' in node ? { ...node, description: undefined } : undefined),
    Directive: (node) => (node.name.value === 'inferred' ? null : undefined),
    DirectiveDefinition: () => null,
  }),
);

export const piiKey = 'an example key that is 32 bytes or more, for tests';

/** The schema of a shop that differs from the reference: texts and what stands in their place. */
export function liveSchema(...changes: readonly (readonly [string, string])[]): GraphQLSchema {
  let text = plainSchemaText;
  for (const [from, to] of changes) {
    if (!text.includes(from)) throw new Error(`The schema does not hold ${from}.`);
    text = text.replaceAll(from, to);
  }
  return buildSchema(text, { assumeValid: true });
}

export async function compileYaml(
  yaml: string,
  options: Partial<CompileOptions> = {},
): Promise<CompiledCatalog> {
  const loaded = await loadCatalog({ source: 'inline', yaml });
  return compileCatalog(loaded, { schema: reference, reference, piiKey, ...options });
}

/** Compiles a catalog that has no problem at all, and gives its only (or first) stream. */
export async function goodStream(
  yaml: string,
  options: Partial<CompileOptions> = {},
): Promise<CompiledStream> {
  const { streams, problems, unreadable } = await compileYaml(yaml, options);
  const [stream] = streams;
  if (problems.length > 0 || stream === undefined) {
    throw new Error([...problems.map(formatProblem), ...unreadable.map(({ reason }) => reason)].join('\n'));
  }
  return stream;
}

/** A stream over orders with one column, `x`, beside the key. */
export function orderColumn(column: string): string {
  return `version: 1\nstreams:\n  o:\n    from: orders\n    key: [id]\n    columns:\n      id: id\n      updated_at: updatedAt\n      x: ${column}\n`;
}

const snapshotAt = '2024-05-01T00:00:00Z';

export function rowsOf(
  stream: CompiledStream,
  object: Readonly<Record<string, unknown>>,
): readonly MappedRow[] {
  return stream.rows(object, { snapshotAt });
}

/** The rows, none of which may be quarantined. */
export function dataOf(stream: CompiledStream, object: Readonly<Record<string, unknown>>) {
  return rowsOf(stream, object).map((row) => {
    if ('quarantined' in row) throw new Error(`Quarantined: ${row.quarantined.column}`);
    return row.data;
  });
}

export function problemTexts(compiled: CompiledCatalog): readonly string[] {
  return compiled.problems.map(formatProblem);
}
