import type { GraphQLSchema } from 'graphql';
import { bundledSchema } from '../../centra/schema.ts';
import { type CatalogSource, type LoadedCatalog, loadCatalog as loadFiles } from '../language/load.ts';
import type { Problem } from '../language/problem.ts';
import { type CompiledCatalog, type CompileOptions, compileCatalog } from './compile.ts';

/** A catalog whose files have been read and checked, once for a whole run. */
export interface CheckedCatalog {
  readonly loaded: LoadedCatalog;
  /** The schema that comes with the connector, which knows the permissions. */
  readonly reference: GraphQLSchema;
  /** What is wrong as far as the reference schema shows it; the shop's own may have more. */
  readonly problems: readonly Problem[];
  /** By stream: the names of its columns. */
  readonly columns: ReadonlyMap<string, readonly string[]>;
  /** Compiles the catalog against a schema; of a stream that `selected` names, only those columns. */
  readonly bind: (
    schema: GraphQLSchema,
    selected?: CompileOptions['selected'],
    withoutPermissions?: ReadonlySet<string>,
  ) => CompiledCatalog;
}

/** Reads a catalog and checks it without the shop. What is wrong with it is in `problems`, and nothing is thrown for it. */
export async function loadCatalog(
  source: CatalogSource,
  keys: Pick<CompileOptions, 'piiKey' | 'piiKeyId'>,
): Promise<CheckedCatalog> {
  const [reference, loaded] = await Promise.all([bundledSchema(), loadFiles(source)]);
  const checked = compileCatalog(loaded, { ...keys, schema: reference, reference });
  return Object.freeze({
    loaded,
    reference,
    problems: checked.problems,
    columns: new Map(
      checked.streams.map(({ name, columns }) => [name, columns.map((column) => column.name)]),
    ),
    bind: (
      schema: GraphQLSchema,
      selected?: CompileOptions['selected'],
      withoutPermissions: ReadonlySet<string> = new Set(),
    ) =>
      schema === reference && selected === undefined && withoutPermissions.size === 0
        ? checked
        : compileCatalog(loaded, { ...keys, schema, reference, selected, withoutPermissions }),
  });
}
