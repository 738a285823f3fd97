import { mergeSelections } from '../catalog/query/selection.ts';
import type { JsonObject } from '../json.ts';
import type { Message } from '../protocol/message.ts';
import type { CentraObject } from '../shop/objects.ts';
import { type OpenRoot, openRoot } from '../shop/open-root.ts';
import type { NestedRows, Page, Pager, RefusedRow } from '../shop/pages/pager.ts';
import { pagesAfter } from '../shop/pages/pages.ts';
import type { Rows } from '../shop/rows.ts';
import type { Run } from './one-run.ts';
import { type FetchGroup, nestedRowsOf, type SnapshotPlan } from './plan.ts';
import { isStumble } from './set-aside.ts';
import type { SetAsideRow, SnapshotState } from './state.generated.ts';
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
    ({ stream, state }) => new SnapshotProgress(new StreamWriter(stream, state.set_aside), state),
  );
  const rows = root.wholeRows(mergeSelections(group.plans.map(({ stream }) => stream.selection)));
  const reader: SnapshotReader = { root, rows, run, members };
  await push(generations(members, false));
  const after = members[0]?.after;
  const nested = nestedRowsOf(group);
  if (nested !== undefined) await readNested(reader, nested, after);
  else await readPages(reader, rows.pages({}), after, (position) => position);
  await refuseShrunk(members, run);
  await push(
    generations(
      members,
      members.every(({ writer }) => writer.aside.fresh.length === 0),
    ),
  );
  for (const { key, since } of members.flatMap((member) => member.settle()))
    run.outlet.log('info', `Of the ${root.label}, ${key}, set aside since ${since}, can be read again.`);
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

  setAside(row: RefusedRow): void {
    this.writer.aside.add(row, this.#state.snapshot_at);
  }

  /** All has been read: what was set aside before, and came this time. */
  settle(): readonly SetAsideRow[] {
    return this.writer.aside.settle(this.#state.snapshot_at);
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
  const [afterId, afterInside] = savedPlace(after);
  if (after !== undefined && afterId === undefined) sayReadAgain(reader);
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
  reader: SnapshotReader,
  pager: Pager,
  after: string | undefined,
  position: (next: Page['next']) => string | undefined,
): Promise<void> {
  const { members, run, root } = reader;
  const { signal } = run.input;
  const options = { after, signal, looksAhead: true, refused: () => sayReadAgain(reader) };
  for await (const { objects, refused, next } of pagesAfter(pager, options)) {
    for (const object of objects) for (const member of members) takeOrSetAside(member, object, root);
    for (const row of refused) for (const member of members) member.setAside(row);
    await run.outlet.push(members.flatMap((member) => member.checkpointAt(position(next))));
  }
}

/** The id of a parent, and the place inside it; nothing where no version wrote such a text. */
function savedPlace(after: string | undefined): readonly [string | undefined, string | undefined] {
  const [, id, inside] = /^(\d+)\|(.+)$/s.exec(after ?? '') ?? [];
  return [id, inside];
}

function sayReadAgain({ root, run }: SnapshotReader): void {
  run.outlet.log(
    'warn',
    `The place in the ${root.label} where an earlier read stopped is not known any more: that part is read again.`,
  );
}

/** An object that our own code stumbles over is set aside, and takes no other with it. */
function takeOrSetAside(member: SnapshotProgress, object: CentraObject, { definition }: OpenRoot): void {
  try {
    member.take(object);
  } catch (error) {
    if (!isStumble(error)) throw error;
    const id = object[definition.id];
    const name = typeof id === 'number' ? id : String(id);
    member.setAside({ id: name, key: name, error });
  }
}
