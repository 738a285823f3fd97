import { mergeSelections, type Selection, selectionOfPaths } from '../../catalog/query/selection.ts';
import type { JsonObject } from '../../json.ts';
import { matchesNothing } from '../../shop/counts.ts';
import { type NestedCompletion, nestedCompletion } from '../../shop/nested/nested-completion.ts';
import { type ResolvedRoot, resolveRoot } from '../../shop/open-root.ts';
import { connectionPager } from '../../shop/pages/connection-pager.ts';
import { listPager } from '../../shop/pages/list-pager.ts';
import {
  type CentraObject,
  combineFilters,
  PAGE_SIZE,
  type Page,
  type Pager,
} from '../../shop/pages/pager.ts';
import type { ReadContext } from '../context.ts';
import type { FetchGroup, WindowsPlan } from '../plan.ts';
import { WindowsProgress } from './progress.ts';

/** What the parts of one group's read share. */
export interface WindowsReader {
  readonly group: FetchGroup<WindowsPlan>;
  readonly root: ResolvedRoot;
  /** All that the streams need of an object, and what the sync must know of it. */
  readonly selection: Selection;
  /** Fetches what is missing of nested lists that came back full. */
  readonly complete: NestedCompletion['complete'];
  /** What the sync must know of an object, alone. */
  readonly identity: Selection;
  readonly members: readonly WindowsProgress[];
  readonly context: ReadContext;
}

/** Finds the root in the live schema and lays out what its streams need. */
export function openReader(group: FetchGroup<WindowsPlan>, context: ReadContext): WindowsReader {
  const root = resolveRoot(context.schema, group.root);
  const { change } = group;
  const { pageKey, id } = group.root;
  const fields = { pageKey: pageKey.field, time: change.field, status: root.statusField };
  const paths = new Set([id, pageKey.field, change.field, ...(root.statusField ? [root.statusField] : [])]);
  const identity = selectionOfPaths(context.schema, root.type, [...paths]);
  const members = group.plans.map(
    ({ stream, state, tellsDeletions, readBefore }) =>
      new WindowsProgress({
        stream,
        change,
        fields,
        state,
        tellsDeletions,
        serverNow: context.serverNow,
        readBefore,
      }),
  );
  context.follow(members.map(({ writer }) => writer));
  const wanted = mergeSelections([...group.plans.map(({ stream }) => stream.selection), identity]);
  const { client, schema } = context;
  const { selection, complete } = nestedCompletion({ client, schema, root, selection: wanted });
  return { group, root, selection, complete, identity, members, context };
}

/** Pages the root's rows under a condition: by its Connection where the live schema has one. */
export function rootPager(
  { group, root, context }: Pick<WindowsReader, 'group' | 'root' | 'context'>,
  condition: JsonObject,
  selection: Selection,
): Pager {
  const { pageKey, label, id } = group.root;
  const { filterType, connection } = root;
  const where = combineFilters(group.where, condition);
  const common = { client: context.client, filterType, sort: pageKey.sort, where, selection, label };
  if (connection !== undefined) return connectionPager({ ...common, connection });
  return listPager({ ...common, list: group.root.root, id });
}

/** Reads objects again by their keys and returns how many of them the shop does not have any more. */
export async function readByKeys(reader: WindowsReader, keys: readonly number[]): Promise<number> {
  const { group, members, context } = reader;
  const { pageKey } = group.root;
  let gone = 0;
  for (let start = 0; start < keys.length; start += PAGE_SIZE) {
    const batch = keys.slice(start, start + PAGE_SIZE);
    const { objects } = await askForIds(reader, batch);
    for (const object of objects) for (const member of members) member.takeAgain(object);
    const missing = missingFrom(objects, batch, pageKey.field);
    for (const key of missing) for (const member of members) member.drop(key, context.serverNow);
    gone += missing.length;
    await context.push(members.flatMap((member) => member.checkpoint()));
  }
  return gone;
}

/** At most a page of ids, by the field of the filter that takes them. */
export async function askForIds(
  reader: WindowsReader,
  ids: readonly (number | string)[],
  field = reader.group.root.id,
): Promise<Page> {
  const { group, root, selection, context } = reader;
  const { id, label, pageKey, root: list } = group.root;
  const where = combineFilters(group.where, { [field]: ids });
  if (matchesNothing(where)) return { objects: [], next: undefined, totalRows: undefined, wentBack: false };
  const pager = listPager({
    client: context.client,
    list,
    filterType: root.filterType,
    sort: pageKey.sort,
    where,
    selection,
    id,
    label,
  });
  const page = await pager(undefined, context.signal);
  return { ...page, objects: await reader.complete(page.objects, context.signal) };
}

function missingFrom(
  objects: readonly CentraObject[],
  keys: readonly number[],
  field: string,
): readonly number[] {
  const found = new Set(objects.map((object) => object[field]));
  return keys.filter((key) => !found.has(key));
}
