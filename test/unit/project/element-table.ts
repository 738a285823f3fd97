import type { GraphQLSchema } from 'graphql';
import { loadCatalog } from '../../../src/catalog/compile/checked-catalog.ts';
import type { CompiledStream } from '../../../src/catalog/compile/compiled.ts';
import { elementUses } from '../../../src/catalog/compile/inferred-uses.ts';
import { emptySelection } from '../../../src/catalog/query/selection.ts';
import { type BundledCatalog, piiKey } from '../../proof/other-shops/bundled-catalogs.ts';

interface Touched {
  readonly what: readonly string[];
  readonly columns: string[];
  readonly streams: string[];
}

/** A row for each element of which something is inferred: what, and what a shop without it costs. */
export async function elementTable(catalogs: readonly BundledCatalog[]): Promise<readonly string[]> {
  const touched = new Map<string, Touched>();
  for (const { name, uses, streams } of catalogs) {
    for (const { element, what } of uses) {
      if (what.length === 0) continue;
      const known = touched.get(element) ?? { what, columns: [], streams: [] };
      touched.set(element, known);
      for (const stream of streams)
        if (stream.needs.has(element)) known.streams.push(named(name, stream.name));
    }
    for (const [column, elements] of await columnElements(name))
      for (const element of elements) touched.get(element)?.columns.push(named(name, column));
  }
  return [
    '| element | inferred | where it is missing |',
    '|---|---|---|',
    ...[...touched].map(
      ([element, found]) => `| \`${element}\` | ${found.what.join(', ')} | ${consequence(element, found)} |`,
    ),
  ];
}

/** Of the default catalog without its name. */
function named(catalog: string, what: string): string {
  return catalog === 'default' ? what : `${what} (${catalog})`;
}

/** The elements that each column asks for, by `stream.column`. */
async function columnElements(name: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const { bind, reference } = await loadCatalog({ source: 'bundled', name }, { piiKey, piiKeyId: undefined });
  const found = new Map<string, readonly string[]>();
  for (const stream of bind(reference).streams) {
    const ofTheSync = new Set(elementsOf(stream, emptySelection, reference));
    for (const column of stream.columns) {
      const own = elementsOf(stream, column.selection, reference).filter((one) => !ofTheSync.has(one));
      found.set(`${stream.name}.${column.name}`, own);
    }
  }
  return found;
}

function elementsOf(
  stream: CompiledStream,
  selection: CompiledStream['selection'],
  reference: GraphQLSchema,
): readonly string[] {
  const streams = [{ ...stream, selection, where: undefined }];
  return elementUses({ streams }, reference).map(({ element }) => element);
}

const ofTheSync: readonly (readonly [pattern: RegExp, consequence: string])[] = [
  [
    /^Query\.(events|eventListeners)|^Mutation|^Event/,
    'Events are not taken; the windows and the daily comparison find what they would tell.',
  ],
  [/^Query\.rateLimits/, 'The limits are learned from what the API refuses.'],
  [/^Query\.\w+Connection|Connection\.|Edge\.|^PageInfo/, 'The list is paged by offset instead.'],
  [
    /^Query\.warehouses\((limit|page)\)$|^WarehouseFilter\.id$/,
    'Not read as yet: `inventory`, which is paged by it.',
  ],
  [/^Counters/, 'Rows are counted by the Connection, or not at all; none is lost.'],
  [/Sort\.\w+At_ASC$/, 'The time of the oldest row is not looked up.'],
  [/Sort\.|\((sort|limit|page)\)$/, 'The list is paged another way.'],
  [/Filter\./, 'Rows are found without that filter.'],
];

function consequence(element: string, { columns, streams }: Touched): string {
  if (streams.length > 0) return `Not read: ${some(streams)}.`;
  const rule = ofTheSync.find(([pattern]) => pattern.test(element));
  if (rule !== undefined) return rule[1];
  if (/^\w+\.[A-Z_]+$/.test(element) && !element.endsWith('.ETA'))
    return 'No row has the value; a `where` or `map` that names it is told.';
  if (columns.length > 0) return `Empty, as far as they come from it: ${some(columns)}.`;
  return 'The list is read without it.';
}

/** The examples extend the default: what that has says it all. */
function some(names: readonly string[]): string {
  const ofDefault = names.filter((name) => !name.includes(' '));
  const unique = [...new Set(ofDefault.length > 0 ? ofDefault : names)];
  const shown = unique.slice(0, 4).map((name) => name.replace(/^[\w.]+/, '`$&`'));
  return unique.length > 4 ? `${shown.join(', ')} and ${unique.length - 4} more` : shown.join(', ');
}
