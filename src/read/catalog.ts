import { compileCatalog } from '../catalog/compile/compile.ts';
import type { CompiledStream } from '../catalog/compile/compiled.ts';
import { loadCatalog } from '../catalog/language/load.ts';
import { formatProblem, type Problem } from '../catalog/language/problem.ts';
import { bundledSchema } from '../centra/schema.ts';
import type { Configuration } from '../config/load.ts';
import { ConnectorError } from '../errors.ts';
import type { OfferedStream, WantedStream } from '../protocol/message.ts';
import { canTellDeletions } from '../sync/plan.ts';
import type { Schemas } from './shop.ts';

export interface Mapping {
  readonly streams: readonly CompiledStream[];
  readonly unreadable: readonly { readonly stream: string; readonly reason: string }[];
  readonly warnings: readonly string[];
}

/** Loads and compiles the tenant catalog; throws one ConnectorError that lists all that is wrong with it. */
export async function compileMapping(
  configuration: Configuration,
  { schema, reference }: Pick<Schemas, 'schema' | 'reference'>,
  wanted?: readonly WantedStream[],
): Promise<Mapping> {
  const loaded = await loadCatalog(configuration.tenantCatalog);
  const compiled = compileCatalog(loaded, {
    schema,
    reference,
    piiKey: configuration.piiKey?.reveal(),
    piiKeyId: configuration.piiKeyId,
    ...(wanted && { selected: selectedColumns(wanted) }),
  });
  const errors = compiled.problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw refused(errors);
  return {
    streams: compiled.streams,
    unreadable: compiled.unreadable,
    warnings: compiled.problems.map(inOneLine),
  };
}

/**
 * What is wrong without a look at the live schema and must not wait for one: a file that cannot be understood, and a mask
 * that would not mask. Throws before anything is sent.
 */
export async function refuseBeforeAsking(configuration: Configuration): Promise<void> {
  const reference = await bundledSchema();
  const loaded = await loadCatalog(configuration.tenantCatalog);
  const { problems } = compileCatalog(loaded, {
    schema: reference,
    reference,
    piiKey: configuration.piiKey?.reveal(),
    piiKeyId: configuration.piiKeyId,
  });
  const errors = problems.filter(
    ({ severity, code }) => severity === 'error' && /^(catalog|pii)\//.test(code),
  );
  const certain = errors.filter(({ code }) => code !== 'pii/unknown_path');
  if (certain.length > 0) throw refused(certain);
}

function selectedColumns(wanted: readonly WantedStream[]): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map(wanted.flatMap(({ name, columns }) => (columns === undefined ? [] : [[name, columns]])));
}

export function offered(
  stream: CompiledStream,
  { reconcileEveryHours, hasEvents }: Configuration,
): OfferedStream {
  const { name, jsonSchema, key, cursor } = stream;
  return {
    name,
    jsonSchema,
    key,
    cursor,
    tellsDeletions: canTellDeletions(stream, { reconciles: reconcileEveryHours > 0, hasEvents }),
    isSnapshot: stream.root.change.kind === 'snapshot',
  };
}

function refused(errors: readonly Problem[]): ConnectorError {
  const list = errors.map(inOneLine);
  return new ConnectorError({
    kind: 'mapping',
    code: 'catalog/errors',
    message: `The tenant catalog has ${errors.length === 1 ? 'an error' : `${errors.length} errors`}: ${list.join(' ')}`,
  });
}

/** As the catalog commands print it, but in the one line that a protocol message has. */
function inOneLine(problem: Problem): string {
  // A catalog that is not there has no place in it to point to.
  if (problem.code === 'catalog/not_found') return `${problem.message} ${problem.hint ?? ''}`.trim();
  return formatProblem(problem).replaceAll(/\n\s*/g, ' ');
}
