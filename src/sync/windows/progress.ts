import type { CompiledStream, MappedRow, RowContext } from '../../catalog/compile/compiled.ts';
import type { JsonObject } from '../../json.ts';
import type { Message } from '../../protocol/message.ts';
import type { CreatedChange, UpdatedChange } from '../../roots/definition.ts';
import { encodeIds } from '../../shop/events.ts';
import type { CentraObject } from '../../shop/objects.ts';
import { addSeconds, parseCentraTime, type UtcSecond } from '../../time.ts';
import { WrittenRows } from '../memory/boundary-rows.ts';
import { Deletions } from '../memory/deletions.ts';
import { fingerprintOf } from '../memory/fingerprint.ts';
import { OpenRows } from '../memory/open-rows.ts';
import { OVERLAP_SECONDS } from '../plan.ts';
import type { Window, WindowsState } from '../state.generated.ts';
import { StreamWriter } from '../stream-writer.ts';
import { boundsOf, nameOf, overlaps } from '../window-bounds.ts';

const NO_SNAPSHOT: RowContext = Object.freeze({ snapshotAt: '' });

/** Where the sync finds in an object what it must know of it: response keys, given by the live schema. */
export interface ObjectFields {
  readonly pageKey: string;
  readonly time: string;
  /** Undefined: the rows have no status, or only dates tell of changes. */
  readonly status: string | undefined;
}

export interface WindowsProgressOptions {
  readonly stream: CompiledStream;
  readonly change: UpdatedChange | CreatedChange;
  readonly fields: ObjectFields;
  readonly state: WindowsState;
  /** Whether rows that are gone from the shop are to be told. */
  readonly tellsDeletions: boolean;
  /** The server's clock when the run began. */
  readonly serverNow: UtcSecond;
  /** How far earlier runs have read; undefined: this is the first. */
  readonly readBefore?: UtcSecond | undefined;
}

/** One stream of a root that is read by windows: what was written, what is open, what is still owed. */
export class WindowsProgress {
  readonly writer: StreamWriter;
  readonly #change: UpdatedChange | CreatedChange;
  readonly #fields: ObjectFields;
  readonly #open: OpenRows;
  readonly #written: WrittenRows;
  readonly #deletions: Deletions;
  readonly #serverNow: UtcSecond;
  /** What changed from then on is new since earlier runs. */
  readonly #newSince: UtcSecond | undefined;
  /** By window: the greatest page key that was taken. */
  readonly #lastKeys = new Map<string, number>();
  #state: WindowsState;
  #untold = 0;

  constructor(options: WindowsProgressOptions) {
    const { stream, change, fields, state, tellsDeletions, serverNow, readBefore } = options;
    this.#serverNow = serverNow;
    this.#newSince = readBefore === undefined ? undefined : addSeconds(readBefore, -OVERLAP_SECONDS);
    this.writer = new StreamWriter(stream, state.set_aside);
    this.#change = change;
    this.#fields = fields;
    this.#state = state;
    this.#open = new OpenRows({ encoded: state.open, change, statusField: fields.status });
    const { known } = state;
    this.#deletions = new Deletions({ stream, change, known, areTold: tellsDeletions, writer: this.writer });
    this.#written = new WrittenRows(state);
  }

  /** As the last checkpoint gave it. */
  get state(): WindowsState {
    return this.#state;
  }

  get openKeys(): readonly number[] {
    return this.#open.keys;
  }

  get owed(): readonly Window[] {
    return this.#state.owed;
  }

  get tellsDeletions(): boolean {
    return this.#deletions.areTold;
  }

  /** Everything until then is written once nothing is owed any more. */
  get through(): UtcSecond | undefined {
    return this.#state.through;
  }

  get reconciledAt(): UtcSecond | undefined {
    return this.#state.reconciled_at;
  }

  /** How many objects were written of which nothing outside had told, and which are new since earlier runs. */
  get untold(): number {
    return this.#untold;
  }

  isKnown(key: number): boolean {
    return this.#deletions.isKnown(key);
  }

  isOpen(key: number): boolean {
    return this.#open.has(key);
  }

  knownSince(day: string): readonly number[] {
    return this.#deletions.knownSince(day);
  }

  /** Several windows in the place of one that was not begun. */
  split(window: Window, parts: readonly Window[]): void {
    this.#state = {
      ...this.#state,
      owed: this.#state.owed.flatMap((owed) => (nameOf(owed) === nameOf(window) ? parts : [owed])),
    };
  }

  /** Takes an object that a window gave. */
  take(object: CentraObject, window: Window): void {
    const key = this.#keyOf(object);
    const rows = this.writer.map(object, NO_SNAPSHOT);
    const edges = this.#edgesOf(object, window);
    const isEdge = edges.length > 0;
    const isOpen = this.#open.isOpen(object);
    const known = key === undefined ? undefined : (this.#open.printOf(key) ?? this.#written.printOf(key));
    const print = known !== undefined || isEdge || isOpen ? fingerprintOf(rows) : undefined;
    if (print !== undefined && print === known) this.writer.countUnchanged(rows);
    else {
      if (this.#isNew(object)) this.#untold += 1;
      this.#write(key, rows, known !== undefined);
    }
    if (key === undefined) return;
    this.#passed(window, key);
    this.#deletions.remember(key, this.#timeOf(object)?.slice(0, 10), rows, this.#serverNow);
    if (print === undefined) return;
    for (const edge of edges) this.#written.addToEdge(edge, key, print);
    if (this.#written.printOf(key) !== undefined) this.#written.remember(key, print);
    this.#open.set(key, isOpen ? print : undefined);
  }

  /** Takes an object that was read again by its id; `isTold`: since something told of a change. */
  takeAgain(object: CentraObject, isTold = false): void {
    if (this.#takeAgain(object) && !isTold) this.#untold += 1;
  }

  /**
   * Takes an object of which something outside told. What a window has already brought in this version is not written again;
   * and what is written now is remembered, so that the window that comes to it does not write it again.
   */
  takeTold(object: CentraObject): void {
    const key = this.#keyOf(object);
    if (key === undefined) return;
    if (this.#isDelivered(object, key)) {
      this.writer.countUnchanged(this.writer.map(object, NO_SNAPSHOT));
      return;
    }
    this.#takeAgain(object);
    const print = this.#written.printOf(key);
    const time = this.#timeOf(object);
    if (print !== undefined && time !== undefined) this.#written.addTold(key, print, time);
  }

  /** An object that the shop does not have any more; its rows are told to be gone, where that is wanted. */
  drop(key: number, deletedAt: UtcSecond): void {
    this.#open.set(key, undefined);
    this.#written.forget(key);
    this.#deletions.drop(key, deletedAt);
  }

  /** The same for an object that the events system says is gone. */
  dropReference(reference: string, deletedAt: UtcSecond): void {
    const key = Number(reference);
    if (Number.isSafeInteger(key) && this.#deletions.isKnown(key)) this.drop(key, deletedAt);
    else this.#deletions.dropUnknown(reference, deletedAt);
  }

  /** Events whose records go out with the next checkpoint; a later run confirms them. */
  handled(eventIds: readonly number[]): void {
    const { events: _, ...state } = this.#state;
    this.#state = eventIds.length === 0 ? state : { ...state, events: encodeIds(eventIds) };
  }

  /** Rows of days before this one are not compared with the shop any more. */
  forgetBefore(day: string): void {
    this.#deletions.forgetBefore(day, (key) => this.#open.has(key));
  }

  reconciled(at: UtcSecond): void {
    this.#state = { ...this.#state, reconciled_at: at };
  }

  /** The messages for what was taken, with a state that goes on after `position` in the window; undefined: it is read to its end. */
  checkpointIn(window: Window, position: string | undefined): readonly Message[] {
    const name = nameOf(window);
    if (position !== undefined) {
      const lastKey = this.#lastKeys.get(name);
      const gone = { after: position, ...(lastKey !== undefined && { last_key: lastKey }) };
      const owed = this.#state.owed.map((other) =>
        nameOf(other) === name ? { ...boundsOf(other), ...gone } : other,
      );
      this.#state = { ...this.#state, owed };
      return this.checkpoint();
    }
    const owed = this.#state.owed.filter((other) => nameOf(other) !== name);
    this.#state = { ...this.#state, owed };
    if (owed.length === 0) this.#written.readUntil(this.#state.through);
    if (window.to === this.#state.through) this.#written.turnEdge(window);
    return this.checkpoint();
  }

  /** The messages for what was taken, with the state as it stands. */
  checkpoint(): readonly Message[] {
    const { edge: _, open: __, known: ___, told: ____, ...state } = this.#state;
    const { owed, edge, told } = this.#written.encode(state.owed);
    const open = this.#open.encode();
    const known = this.#deletions.encode();
    this.#state = {
      ...state,
      owed,
      ...(edge && { edge }),
      ...(open !== '' && { open }),
      ...(known && { known }),
      ...(told && { told }),
    };
    return this.writer.checkpoint(this.#state as unknown as JsonObject);
  }

  /** Whether it was written, since it is not what was written last. */
  #takeAgain(object: CentraObject): boolean {
    const key = this.#keyOf(object);
    if (key === undefined) return false;
    const rows = this.writer.map(object, NO_SNAPSHOT);
    const print = fingerprintOf(rows);
    const isUnchanged = print === (this.#open.printOf(key) ?? this.#written.printOf(key));
    if (isUnchanged) this.writer.countUnchanged(rows);
    else this.#write(key, rows, true);
    this.#written.remember(key, print);
    this.#deletions.remember(key, this.#timeOf(object)?.slice(0, 10), rows, this.#serverNow);
    this.#open.set(key, this.#open.isOpen(object) ? print : undefined);
    return !isUnchanged;
  }

  #write(key: number | undefined, rows: readonly MappedRow[], isKnown: boolean): void {
    this.writer.add(rows);
    if (key !== undefined && isKnown) this.#written.outdate(key);
  }

  #isNew(object: CentraObject): boolean {
    const time = this.#newSince === undefined ? undefined : this.#timeOf(object);
    return time !== undefined && this.#newSince !== undefined && time >= this.#newSince;
  }

  /**
   * Whether the version that an object has now was written, as far as its time tells: by a window that was read to its end,
   * or beyond this object. What became visible late is told by the edges.
   */
  #isDelivered(object: CentraObject, key: number): boolean {
    const { through, owed } = this.#state;
    const time = this.#change.kind === 'updated' ? this.#timeOf(object) : undefined;
    if (time === undefined || through === undefined || time > addSeconds(through, -OVERLAP_SECONDS))
      return false;
    const settledBy = (to: UtcSecond) => time <= addSeconds(to, -OVERLAP_SECONDS);
    return owed.every(
      ({ from = '', to, last_key: lastKey = -1 }) =>
        time < from || time > to || (key <= lastKey && settledBy(to)),
    );
  }

  /** Windows are paged by ascending page keys. */
  #passed(window: Window, key: number): void {
    if (this.#change.kind !== 'updated') return;
    const name = nameOf(window);
    this.#lastKeys.set(name, Math.max(key, this.#lastKeys.get(name) ?? window.last_key ?? 0));
  }

  /** The time by which windows find it. */
  #timeOf(object: CentraObject): UtcSecond | undefined {
    return parseCentraTime(object[this.#fields.time]);
  }

  #keyOf(object: CentraObject): number | undefined {
    const key = object[this.#fields.pageKey];
    return typeof key === 'number' && Number.isSafeInteger(key) && key >= 0 ? key : undefined;
  }

  /** The windows that give the object again: the one of the next run, and any other that is owed and begins before this one's end. */
  #edgesOf(object: CentraObject, window: Window): readonly Window[] {
    const isLast = window.to === this.#state.through;
    const others = this.#state.owed.filter((other) => overlaps(other, window));
    if (!isLast && others.length === 0) return others;
    const time = this.#timeOf(object);
    if (time === undefined) return [];
    const again = others.filter((other) => time >= (other.from ?? '') && time <= other.to);
    return isLast && time >= addSeconds(window.to, -OVERLAP_SECONDS) ? [...again, window] : again;
  }
}
