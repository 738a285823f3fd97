import { mergeSelections, type Selection, selectionOfPaths } from '../catalog/selection.ts';
import { connectionPager } from './connection-pager.ts';
import type { ReadContext } from './context.ts';
import { listPager } from './list-pager.ts';
import { combineFilters, PAGE_SIZE, type Pager } from './pager.ts';
import { pagesAfter } from './pages.ts';
import type { FetchGroup, WindowsPlan } from './plan.ts';
import { type ResolvedRoot, resolveRoot } from './resolve-root.ts';
import type { Window } from './state.generated.ts';
import { WindowsProgress } from './windows-progress.ts';

/** Reads what a group of streams is owed: the open rows by id, then each window by its pages. */
export async function readWindows(group: FetchGroup<WindowsPlan>, context: ReadContext): Promise<void> {
  const root = resolveRoot(context.schema, group.root);
  const { change } = group;
  const { pageKey } = group.root;
  const fields = { pageKey: pageKey.field, time: change.field, status: root.statusField };
  const selection = mergeSelections([
    ...group.plans.map(({ stream }) => stream.selection),
    selectionOfPaths(context.schema, root.type, [
      pageKey.field,
      change.field,
      ...(root.statusField ? [root.statusField] : []),
    ]),
  ]);
  const members = group.plans.map(({ stream, state }) => new WindowsProgress(stream, change, fields, state));
  context.follow(members.map(({ writer }) => writer));
  const reader = { group, root, selection, members, context };
  await readOpen(reader);
  const owed = members[0]?.owed ?? [];
  for (const window of owed) await readWindow(reader, window);
  // Every stream ends with a state, also when it was owed nothing.
  if (owed.length === 0) await context.push(members.flatMap((member) => member.checkpoint()));
}

interface WindowsReader {
  readonly group: FetchGroup<WindowsPlan>;
  readonly root: ResolvedRoot;
  readonly selection: Selection;
  readonly members: readonly WindowsProgress[];
  readonly context: ReadContext;
}

async function readWindow(reader: WindowsReader, window: Window): Promise<void> {
  const { members, context, group } = reader;
  for (const member of members) member.beginWindow(window);
  for await (const page of pagesAfter(windowPager(reader, window), window.after, context.signal)) {
    if (page.totalRows !== undefined) context.estimate(group.plans, page.totalRows);
    for (const object of page.objects) for (const member of members) member.take(object);
    const { next } = page;
    await context.push(
      members.flatMap((member) =>
        next === undefined ? member.checkpointAtEndOfWindow() : member.checkpointAt(next),
      ),
    );
  }
}

function windowPager({ group, root, selection, context }: WindowsReader, window: Window): Pager {
  const { change } = group;
  const { pageKey, label, id } = group.root;
  const range = { ...(window.from && { from: withOffset(window.from) }), to: withOffset(window.to) };
  const where = combineFilters(group.where, { [change.filter]: range });
  const { client, schema } = context;
  const { filterType, connection } = root;
  const common = { client, filterType, sort: pageKey.sort, where, selection, label };
  if (connection !== undefined) return connectionPager({ ...common, connection });
  const withId = mergeSelections([selection, selectionOfPaths(schema, root.type, [id])]);
  return listPager({ ...common, selection: withId, list: group.root.root, id });
}

/** Rows whose changes have no date are asked for by id until they are final. */
async function readOpen({ group, root, selection, members, context }: WindowsReader): Promise<void> {
  const { id, label, pageKey } = group.root;
  const keys = [...new Set(members.flatMap((member) => member.openKeys))].sort((a, b) => a - b);
  let gone = 0;
  for (let start = 0; start < keys.length; start += PAGE_SIZE) {
    const batch = keys.slice(start, start + PAGE_SIZE);
    const pager = listPager({
      client: context.client,
      list: group.root.root,
      filterType: root.filterType,
      sort: pageKey.sort,
      where: combineFilters(group.where, { [id]: batch }),
      selection,
      id,
      label,
    });
    const { objects } = await pager(undefined, context.signal);
    for (const object of objects) for (const member of members) member.takeOpen(object);
    const found = new Set(objects.map((object) => object[pageKey.field]));
    const missing = batch.filter((key) => !found.has(key));
    gone += missing.length;
    for (const key of missing) for (const member of members) member.dropOpen(key);
    await context.push(members.flatMap((member) => member.checkpoint()));
  }
  if (gone > 0) {
    context.log(
      'warn',
      `${gone} ${label} that were open are gone from the shop; their rows stay as they were last written.`,
    );
  }
}

/** Centra's documentation writes times with an offset in digits. */
function withOffset(time: string): string {
  return time.replace(/Z$/, '+00:00');
}
