import { mergeSelections, type Selection, selectionOfPaths } from '../catalog/query/selection.ts';
import type { JsonObject } from '../json.ts';
import type { Message } from '../protocol/message.ts';
import { type NestedCompletion, nestedCompletion } from '../shop/nested/nested-completion.ts';
import { type ResolvedRoot, resolveRoot } from '../shop/open-root.ts';
import { listPager } from '../shop/pages/list-pager.ts';
import { nestedPager } from '../shop/pages/nested-pager.ts';
import { type CentraObject, combineFilters, type Page, type Pager } from '../shop/pages/pager.ts';
import { pagesAfter } from '../shop/pages/pages.ts';
import type { ReadContext } from './context.ts';
import type { FetchGroup, SnapshotPlan } from './plan.ts';
import type { SnapshotState } from './state.generated.ts';
import { StreamWriter } from './stream-writer.ts';

/** Reads the whole of a root, or of a list inside each of its rows, under one `snapshot_at`. */
export async function readSnapshot(group: FetchGroup<SnapshotPlan>, context: ReadContext): Promise<void> {
  const root = resolveRoot(context.schema, group.root);
  const members = group.plans.map(
    ({ stream, state }) => new SnapshotProgress(new StreamWriter(stream), state),
  );
  context.follow(members.map(({ writer }) => writer));
  const { client, schema } = context;
  const wanted = mergeSelections(group.plans.map(({ stream }) => stream.selection));
  const { selection, complete } = nestedCompletion({ client, schema, root, selection: wanted });
  const reader: SnapshotReader = {
    group,
    root,
    context,
    members,
    selection,
    complete,
  };
  await context.push(generations(members, false));
  const after = members[0]?.after;
  const { nestedList, nestedIdentity } = group.change;
  const isNested = nestedList !== undefined && group.plans[0]?.stream.each[0] === nestedList;
  if (isNested && nestedIdentity !== undefined) await readNested(reader, nestedList, nestedIdentity, after);
  else await readPages(reader, wholePager(reader), after, (position) => position);
  await context.push(generations(members, true));
  await context.push(members.flatMap((member) => member.complete()));
}

function generations(members: readonly SnapshotProgress[], isWhole: boolean): readonly Message[] {
  return members.map(({ writer, generation }) => ({
    type: 'generation',
    stream: writer.stream.name,
    generation,
    isWhole,
  }));
}

interface SnapshotReader {
  readonly group: FetchGroup<SnapshotPlan>;
  readonly root: ResolvedRoot;
  readonly context: ReadContext;
  readonly members: readonly SnapshotProgress[];
  readonly selection: Selection;
  /** Fetches what is missing of nested lists that came back full. */
  readonly complete: NestedCompletion['complete'];
}

class SnapshotProgress {
  readonly writer: StreamWriter;
  #state: SnapshotState;

  constructor(writer: StreamWriter, state: SnapshotState) {
    this.writer = writer;
    this.#state = state;
  }

  get generation(): number {
    return Date.parse(this.#state.snapshot_at);
  }

  get after(): string | undefined {
    return this.#state.after;
  }

  take(object: CentraObject): void {
    this.writer.add(this.writer.map(object, { snapshotAt: this.#state.snapshot_at }));
  }

  checkpointAt(position: string | undefined): readonly Message[] {
    if (position !== undefined) this.#state = { ...this.#state, after: position };
    return this.writer.checkpoint(this.#state as unknown as JsonObject);
  }

  complete(): readonly Message[] {
    const { after: _, ...state } = this.#state;
    this.#state = { ...state, complete: true };
    return this.writer.checkpoint(this.#state as unknown as JsonObject);
  }
}

/** Parents one after the other, in the order of their ids, each paged by itself. A position is `<parent's id>|<position in it>`, or `<id>|end`. */
async function readNested(
  reader: SnapshotReader,
  nestedList: string,
  identity: string,
  after: string | undefined,
): Promise<void> {
  const { group, root, context, selection, complete } = reader;
  const [afterId, afterInside] = after?.split('|', 2) ?? [];
  for (const id of await parentIds(reader)) {
    if (afterId !== undefined && (id < Number(afterId) || (id === Number(afterId) && afterInside === 'end')))
      continue;
    const pager = nestedPager({
      client: context.client,
      schema: context.schema,
      list: group.root.root,
      type: root.type,
      filterType: root.filterType,
      where: combineFilters(group.where, { [group.root.id]: [id] }),
      selection,
      nestedList,
      identity,
      label: group.root.label,
      complete,
    });
    await readPages(
      reader,
      pager,
      id === Number(afterId) ? afterInside : undefined,
      (next) => `${id}|${next ?? 'end'}`,
    );
  }
}

async function parentIds({ group, root, context }: SnapshotReader): Promise<readonly number[]> {
  const { root: list, id, pageKey } = group.root;
  const pager = listPager({
    client: context.client,
    list,
    filterType: root.filterType,
    sort: pageKey.sort,
    where: group.where ?? {},
    selection: selectionOfPaths(context.schema, root.type, [id]),
    id,
    label: list,
  });
  const ids = new Set<number>();
  for await (const { objects } of pagesAfter(pager, {
    after: undefined,
    signal: context.signal,
    looksAhead: true,
  })) {
    for (const object of objects) ids.add(Number(object[id]));
  }
  return [...ids].sort((a, b) => a - b);
}

function wholePager({ group, root, context, selection, complete }: SnapshotReader): Pager {
  const { root: list, id, pageKey, label } = group.root;
  const pager = listPager({
    client: context.client,
    list,
    filterType: root.filterType,
    sort: pageKey.sort,
    where: group.where ?? {},
    selection: mergeSelections([selection, selectionOfPaths(context.schema, root.type, [id])]),
    id,
    label,
  });
  return async (after, signal) => {
    const page = await pager(after, signal);
    return { ...page, objects: await complete(page.objects, signal) };
  };
}

async function readPages(
  { members, context }: SnapshotReader,
  pager: Pager,
  after: string | undefined,
  position: (next: Page['next']) => string | undefined,
): Promise<void> {
  for await (const { objects, next } of pagesAfter(pager, {
    after,
    signal: context.signal,
    looksAhead: true,
  })) {
    for (const object of objects) for (const member of members) member.take(object);
    await context.push(members.flatMap((member) => member.checkpointAt(position(next))));
  }
}
