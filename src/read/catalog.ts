import type { GraphQLSchema } from 'graphql';
import { type CheckedCatalog, loadCatalog } from '../catalog/compile/checked-catalog.ts';
import type { CompiledStream, UnreadableStream } from '../catalog/compile/compiled.ts';
import { formatProblem, type Problem } from '../catalog/language/problem.ts';
import type { Configuration } from '../config/load.ts';
import { ConnectorError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { OfferedStream, WantedStream } from '../protocol/message.ts';
import { canTellDeletions } from '../sync/plan.ts';

/** A catalog without an error, compiled against the schema of a shop. */
export interface BoundCatalog {
  readonly streams: readonly CompiledStream[];
  readonly unreadable: readonly UnreadableStream[];
  readonly warnings: readonly string[];
}

/**
 * Loads the catalog that a configuration names. What is wrong without a look at the live schema must not wait for one: a
 * file that cannot be understood, and a mask that would not mask. That is thrown, before anything is sent.
 */
export async function configuredCatalog({
  tenantCatalog,
  piiKey,
  piiKeyId,
}: Pick<Configuration, 'tenantCatalog' | 'piiKey' | 'piiKeyId'>): Promise<CheckedCatalog> {
  const catalog = await loadCatalog(tenantCatalog, { piiKey: piiKey?.reveal(), piiKeyId });
  const certain = catalog.problems.filter(
    ({ severity, code }) =>
      // The shop's own schema may have a path that the reference lacks.
      severity === 'error' && /^(catalog|pii)\//.test(code) && code !== 'pii/unknown_path',
  );
  if (certain.length > 0) throw refused(certain);
  return catalog;
}

export interface BindingOptions {
  readonly wanted?: readonly WantedStream[] | undefined;
  /** The permissions that the token lacks. */
  readonly lacking?: ReadonlySet<string> | undefined;
}

/** Compiles a catalog against the shop's schema; throws one ConnectorError that lists all that is wrong with it. */
export function bindCatalog(
  catalog: CheckedCatalog,
  schema: GraphQLSchema,
  { wanted, lacking }: BindingOptions = {},
): BoundCatalog {
  const { streams, unreadable, problems } = catalog.bind(schema, wanted && selectedColumns(wanted), lacking);
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw refused(errors);
  // What a permission takes away is said once, of all its columns.
  const said = problems.filter(({ code }) => code !== 'path/not_permitted');
  return { streams, unreadable, warnings: said.map(inOneLine) };
}

function selectedColumns(wanted: readonly WantedStream[]): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map(wanted.flatMap(({ name, columns }) => (columns === undefined ? [] : [[name, columns]])));
}

export function offered(
  stream: CompiledStream,
  { reconcileEveryHours, hasEvents }: Configuration,
): OfferedStream {
  const { name, key, cursor } = stream;
  return {
    name,
    jsonSchema: offeredSchema(stream),
    key,
    cursor,
    tellsDeletions: canTellDeletions(stream, { reconciles: reconcileEveryHours > 0, hasEvents }),
    isSnapshot: stream.root.change.kind === 'snapshot',
  };
}

/** What a destination was told of a column holds for a token that may see less, too: what a permission guards may be null. */
export function offeredSchema({ jsonSchema, columns, key, permissions }: CompiledStream): JsonObject {
  const ofAll = new Set(
    [...permissions].filter(([, names]) => names.length === columns.length).map(([permission]) => permission),
  );
  const properties = columns.map((column) => {
    // Without what each of them needs, the stream cannot be read at all.
    const isGuarded = column.permissions.some((permission) => !ofAll.has(permission));
    return [
      column.name,
      isGuarded && !key.includes(column.name) ? nullable(column.jsonSchema) : column.jsonSchema,
    ];
  });
  return { ...jsonSchema, properties: Object.fromEntries(properties) };
}

function nullable(schema: JsonObject): JsonObject {
  const { type } = schema;
  if (type === undefined || type === 'null' || (Array.isArray(type) && type.includes('null'))) return schema;
  const types = Array.isArray(type) ? type : [type];
  return {
    ...schema,
    type: ['null', ...types],
    ...(Array.isArray(schema.enum) && { enum: [...schema.enum, null] }),
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
