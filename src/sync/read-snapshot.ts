import { mergeSelections } from '../catalog/query/selection.ts';
import type { JsonObject } from '../json.ts';
import type { Message } from '../protocol/message.ts';
import type { CentraObject } from '../shop/objects.ts';
import { type OpenRoot, openRoot } from '../shop/open-root.ts';
import type { NestedRows, Page, Pager } from '../shop/pages/pager.ts';
import { pagesAfter } from '../shop/pages/pages.ts';
import type { Rows } from '../shop/rows.ts';
import type { Run } from './one-run.ts';
import { type FetchGroup, nestedRowsOf, type SnapshotPlan } from './plan.ts';
import type { SnapshotState } from './state.generated.ts';
import { shrank } from './stream-errors.ts';
import { StreamWriter } from './stream-writer.ts';

/** Reads the whole of a root, or of a list inside each of its rows, under one `snapshot_at`. Returns the streams' writers. */
export async function readSnapshot(
  group: FetchGroup<SnapshotPlan>,
  run: Run,
): Promise<readonly StreamWriter[]> {
  const { client, schema } = run.input;
  const { push } = run.outlet;
  const root = openRoot(client, schema, group.root, group.where);
  const members = group.plans.map(
    ({ stream, state }) => new SnapshotProgress(new StreamWriter(stream), state),
  );
  const rows = root.wholeRows(mergeSelections(group.plans.map(({ stream }) => stream.selection)));
  const reader: SnapshotReader = { root, rows, run, members };
  await push(generations(members, false));
  const after = members[0]?.after;
  const nested = nestedRowsOf(group);
  if (nested !== undefined) await readNested(reader, nested, after);
  else await readPages(reader, rows.pages({}), after, (position) => position);
  await refuseShrunk(members, run);
  await push(generations(members, true));
  await push(members.flatMap((member) => member.complete()));
  return members.map(({ writer }) => writer);
}

function generations(members: readonly SnapshotProgress[], isWhole: boolean): readonly Message[] {
  return members.map(({ writer, generation }) => ({
    type: 'generation',
    stream: writer.stream.name,
    generation,
    isWhole,
  }));
}

/** The destination keeps what it has: nobody loses most of a shop's rows between two reads. The next read begins anew. */
async function refuseShrunk(members: readonly SnapshotProgress[], { input, outlet }: Run): Promise<void> {
  const [shrunk] = members.filter(({ hasShrunk }) => hasShrunk);
  if (shrunk === undefined || input.allowsMassDeletions === true) return;
  await outlet.push(members.flatMap((member) => member.discard()));
  throw shrank(shrunk.writer.stream.name, shrunk.rows, shrunk.rowsBefore ?? 0);
}

interface SnapshotReader {
  readonly root: OpenRoot;
  readonly rows: Rows;
  readonly run: Run;
  readonly members: readonly SnapshotProgress[];
}

class SnapshotProgress {
  readonly writer: StreamWriter;
  #state: SnapshotState;
  #rows: number;

  constructor(writer: StreamWriter, state: SnapshotState) {
    this.writer = writer;
    this.#state = state;
    this.#rows = state.rows ?? 0;
  }

  get rows(): number {
    return this.#rows;
  }

  /** How many the last whole one had. */
  get rowsBefore(): number | undefined {
    return this.#state.rows_before;
  }

  get hasShrunk(): boolean {
    return this.rowsBefore !== undefined && this.#rows * 2 < this.rowsBefore;
  }

  get generation(): number {
    return Date.parse(this.#state.snapshot_at);
  }

  get after(): string | undefined {
    return this.#state.after;
  }

  take(object: CentraObject): void {
    const rows = this.writer.map(object, { snapshotAt: this.#state.snapshot_at });
    this.#rows += rows.length;
    this.writer.add(rows);
  }

  checkpointAt(position: string | undefined): readonly Message[] {
    const state = { ...this.#state, rows: this.#rows };
    this.#state = position === undefined ? state : { ...state, after: position };
    return this.writer.checkpoint(this.#state as unknown as JsonObject);
  }

  /** What was read so far counts for nothing. */
  discard(): readonly Message[] {
    const { after: _, rows: __, ...state } = this.#state;
    this.#state = state;
    return this.writer.checkpoint(this.#state as unknown as JsonObject);
  }

  complete(): readonly Message[] {
    const { after: _, rows_before: __, ...state } = this.#state;
    this.#state = { ...state, rows: this.#rows, complete: true };
    return this.writer.checkpoint(this.#state as unknown as JsonObject);
  }
}

/** Parents one after the other, in the order of their ids, each paged by itself. A position is `<parent's id>|<position in it>`, or `<id>|end`. */
async function readNested(
  reader: SnapshotReader,
  nested: NestedRows,
  after: string | undefined,
): Promise<void> {
  const { root, rows, run } = reader;
  const [afterId, afterInside] = after?.split('|', 2) ?? [];
  for (const id of await root.ids(run.input.signal)) {
    if (afterId !== undefined && (id < Number(afterId) || (id === Number(afterId) && afterInside === 'end')))
      continue;
    await readPages(
      reader,
      rows.nestedPages(id, nested),
      id === Number(afterId) ? afterInside : undefined,
      (next) => `${id}|${next ?? 'end'}`,
    );
  }
}

async function readPages(
  { members, run }: SnapshotReader,
  pager: Pager,
  after: string | undefined,
  position: (next: Page['next']) => string | undefined,
): Promise<void> {
  const { signal } = run.input;
  for await (const { objects, next } of pagesAfter(pager, { after, signal, looksAhead: true })) {
    for (const object of objects) for (const member of members) member.take(object);
    await run.outlet.push(members.flatMap((member) => member.checkpointAt(position(next))));
  }
}
