import type { GraphQLSchema } from 'graphql';
import { loadCatalog } from '../../../src/catalog/compile/checked-catalog.ts';
import type { CompiledStream } from '../../../src/catalog/compile/compiled.ts';
import { type ElementUse, elementUses } from '../../../src/catalog/compile/inferred-uses.ts';
import { emptySelection, mergeSelections } from '../../../src/catalog/query/selection.ts';
import type { TenantName } from '../../../src/sandbox/data/tenants.ts';

export const piiKey = 'a key for tests, of 32 bytes or more';

/** The catalogs that come with the connector, each with the made-up shop that it is for. */
const tenants: readonly (readonly [name: string, tenant: TenantName])[] = Object.freeze([
  ['default', 'acme'],
  ['example-direct-to-consumer', 'acme'],
  ['example-wholesale', 'nord'],
  ['example-profit-analytics', 'acme'],
]);

export interface BundledCatalog {
  readonly name: string;
  readonly tenant: TenantName;
  readonly reference: GraphQLSchema;
  readonly streams: readonly BundledStream[];
  /** All that it asks for, and all that its sync does. */
  readonly uses: readonly ElementUse[];
}

export interface BundledStream {
  readonly name: string;
  readonly key: readonly string[];
  /** Without any of these there can be no row: the root list, the way to the rows, the key, the filter. */
  readonly needs: ReadonlySet<string>;
  readonly touches: ReadonlySet<string>;
  /** What each column asks for by itself: one that falls back to another source has that one's values. */
  readonly columns: ReadonlyMap<string, ReadonlySet<string>>;
  /** The key is read through a relation that is guarded and never null. */
  readonly hasGuardedKey: boolean;
}

export async function bundledCatalogs(): Promise<readonly BundledCatalog[]> {
  return Promise.all(
    tenants.map(async ([name, tenant]) => {
      const catalog = await loadCatalog({ source: 'bundled', name }, { piiKey, piiKeyId: undefined });
      const { reference } = catalog;
      const { streams } = catalog.bind(reference);
      return {
        name,
        tenant,
        reference,
        streams: streams.map((stream) => bundledStream(stream, reference)),
        uses: elementUses({ streams }, reference),
      };
    }),
  );
}

function bundledStream(stream: CompiledStream, reference: GraphQLSchema): BundledStream {
  const used = (selection: CompiledStream['selection'], where: CompiledStream['where']) =>
    elementUses({ streams: [{ ...stream, selection, where }] }, reference).map(({ element }) => element);
  const ofTheSync = new Set(used(emptySelection, undefined));
  const key = stream.columns.filter(({ name }) => stream.key.includes(name));
  const ofTheKey = mergeSelections(key.map(({ selection }) => selection));
  const needs = used(ofTheKey, stream.where).filter((element) => !ofTheSync.has(element));
  return {
    name: stream.name,
    key: stream.key,
    needs: new Set([`Query.${stream.root.root}`, ...needs]),
    touches: new Set(used(stream.selection, stream.where)),
    columns: new Map(
      stream.columns.map(({ name, selection }) => [name, new Set(used(selection, undefined))]),
    ),
    hasGuardedKey: key.some(({ guards }) => guards.some(({ isLoadBearing }) => isLoadBearing)),
  };
}
