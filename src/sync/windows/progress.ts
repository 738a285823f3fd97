import type { CompiledStream, MappedRow, RowContext } from '../../catalog/compile/compiled.ts';
import type { JsonObject } from '../../json.ts';
import type { Message } from '../../protocol/message.ts';
import type { CreatedChange, UpdatedChange } from '../../roots/definition.ts';
import { encodeIds } from '../../shop/events.ts';
import type { CentraObject } from '../../shop/objects.ts';
import { addSeconds, parseCentraTime, type UtcSecond } from '../../time.ts';
import { WrittenRows } from '../memory/boundary-rows.ts';
import { Deletions, type Dropped } from '../memory/deletions.ts';
import { DroppedRows } from '../memory/dropped-rows.ts';
import { fingerprintOf } from '../memory/fingerprint.ts';
import { OpenRows } from '../memory/open-rows.ts';
import { RecentRows } from '../memory/recent-rows.ts';
import type { Window, WindowsState } from '../state.generated.ts';
import { StreamWriter } from '../stream-writer.ts';
import { boundsOf, nameOf } from '../window-bounds.ts';
import { edgesOf, isDelivered } from './given-again.ts';

const NO_SNAPSHOT: RowContext = Object.freeze({ snapshotAt: '' });

/** Where the sync finds in an object what it must know of it: response keys, given by the live schema. */
export interface ObjectFields {
  readonly pageKey: string;
  /** Where it is not the page key. */
  readonly id?: string | undefined;
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
  /** How far the next run reads back into the time that this one covers. */
  readonly lookbackSeconds: number;
  /** How far earlier runs have read; undefined: this is the first. */
  readonly readBefore?: UtcSecond | undefined;
  /** Page keys of which it must be known afterwards whether this run has read them. */
  readonly watched?: ReadonlySet<number> | undefined;
}

/** So far from the ends of what a run covers, a change cannot have been told of in another run. */
const SURELY_INSIDE_SECONDS = 60;

const NOT_WATCHED: ReadonlySet<number> = new Set();

/** One stream of a root that is read by windows: what was written, what is open, what is still owed. */
export class WindowsProgress {
  readonly writer: StreamWriter;
  readonly #change: UpdatedChange | CreatedChange;
  readonly #fields: ObjectFields;
  readonly #open: OpenRows;
  readonly #dropped: DroppedRows;
  /** Undefined where rows have no date of change. */
  readonly #recent: RecentRows | undefined;
  readonly #written: WrittenRows;
  readonly #deletions: Deletions;
  readonly #serverNow: UtcSecond;
  readonly #lookbackSeconds: number;
  readonly #readBefore: UtcSecond | undefined;
  readonly #watched: ReadonlySet<number>;
  /** Of those that are watched, or above the greatest key that was known: those that this run has read. */
  readonly #seen = new Set<number>();
  /** By window: the greatest page key that was taken. */
  readonly #lastKeys = new Map<string, number>();
  #state: WindowsState;
  #untold = 0;
  #changedMeanwhile = 0;
  #greatestTaken = 0;

  constructor(options: WindowsProgressOptions) {
    const { stream, change, fields, state, tellsDeletions, serverNow, readBefore } = options;
    this.#serverNow = serverNow;
    this.#lookbackSeconds = options.lookbackSeconds;
    this.#readBefore = readBefore;
    this.#watched = options.watched ?? NOT_WATCHED;
    this.writer = new StreamWriter(stream, state.set_aside);
    this.#change = change;
    this.#fields = fields;
    this.#state = state;
    this.#open = new OpenRows({ state, change, fields, now: serverNow });
    this.#dropped = new DroppedRows(state.dropped);
    const isRemembered = change.kind === 'updated' && state.mode === 'incremental';
    this.#recent = isRemembered
      ? new RecentRows(state.recent, { now: serverNow, through: readBefore })
      : undefined;
    const isBeginning = readBefore === undefined;
    const { writer } = this;
    this.#deletions = new Deletions({ stream, change, state, isBeginning, areTold: tellsDeletions, writer });
    this.#written = new WrittenRows(state);
  }

  /** As the last checkpoint gave it. */
  get state(): WindowsState {
    return this.#state;
  }

  /** The open rows that are to be read again in this run. */
  get openKeys(): readonly number[] {
    return this.#open.dueKeys;
  }

  /** How many rows are open, due or not. */
  get openCount(): number {
    return this.#open.count;
  }

  /** They have been. */
  openWereRead(): void {
    this.#open.wereRead();
  }

  /** What is above it is new; undefined: not known yet. */
  get greatestKey(): number | undefined {
    return this.#state.greatest_key;
  }

  knowsUpTo(key: number): void {
    this.#state = { ...this.#state, greatest_key: Math.max(key, this.#state.greatest_key ?? 0) };
  }

  /** By windows, in this run. */
  get greatestTaken(): number {
    return this.#greatestTaken;
  }

  /** Whether nothing is known of it, and its key says that it came since earlier runs. */
  isNew(key: number): boolean {
    const isKnown = this.#open.has(key) || this.#deletions.isKnown(key);
    const isWritten = isKnown || this.#written.printOf(key) !== undefined;
    return key > (this.#state.greatest_key ?? 0) && !this.#seen.has(key) && !isWritten;
  }

  /** Whether this run has read it, of a key that is watched or new. */
  hasSeen(key: number): boolean {
    return this.#seen.has(key);
  }

  /** Those that were open and gone, and are to be looked for now. */
  get droppedKeys(): readonly number[] {
    const due = this.#dropped.due(this.#serverNow);
    if (due.length > 0) this.#dropped.asked(this.#serverNow);
    return due;
  }

  /** How many objects seem to be deleted, too many to be believed. */
  get withheld(): number | undefined {
    return this.#state.withheld;
  }

  withhold(objects: number | undefined): void {
    const { withheld: _, ...state } = this.#state;
    this.#state = objects === undefined ? state : { ...state, withheld: objects };
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

  /** How many objects were written whose time lies well between the end of earlier runs and this one's. */
  get changedMeanwhile(): number {
    return this.#changedMeanwhile;
  }

  get wasSilent(): boolean {
    return this.#state.events_silent === true;
  }

  /**
   * Whether an object of the shop is not as it was written, as far as its status tells. Rows are known only where deletions
   * are told; without that, what is final is taken as seen.
   */
  differs(object: CentraObject, key: number): boolean {
    if (!this.#open.isOpen(object))
      return this.#open.has(key) || (this.#deletions.areTold && !this.#deletions.isKnown(key));
    return !this.#open.has(key);
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
    const edges = edgesOf(this.#state, window, () => this.#timeOf(object), this.#lookbackSeconds);
    const isEdge = edges.length > 0;
    const isOpen = this.#open.isOpen(object);
    const known = key === undefined ? undefined : this.#printOf(key);
    const time = this.#timeOf(object);
    const isNamed = known !== undefined || isEdge || isOpen || this.#recent?.isRecent(time) === true;
    const print = isNamed ? fingerprintOf(rows) : undefined;
    if (print !== undefined && print === known) this.writer.countUnchanged(rows);
    else {
      this.#count(object);
      this.#write(key, rows, known !== undefined);
    }
    if (key === undefined) return;
    this.#see(key);
    this.#greatestTaken = Math.max(this.#greatestTaken, key);
    this.#passed(window, key);
    this.#dropped.forget(key);
    this.#remember(key, object, rows, time);
    if (print === undefined) return;
    this.#recent?.set(key, time, print);
    for (const edge of edges) this.#written.addToEdge(edge, key, print);
    if (this.#written.printOf(key) !== undefined) this.#written.remember(key, print);
    this.#open.set(key, isOpen ? print : undefined);
  }

  /** Takes an object that was read again by its id. */
  takeAgain(object: CentraObject): void {
    if (this.#takeAgain(object)) this.#untold += 1;
  }

  /**
   * Takes an object of which something outside told. What a window has already brought in this version is not written again;
   * and what is written now is remembered, so that the window that comes to it does not write it again.
   */
  takeTold(object: CentraObject): void {
    const key = this.#keyOf(object);
    if (key === undefined) return;
    const dated = this.#change.kind === 'updated' ? this.#timeOf(object) : undefined;
    if (isDelivered(this.#state, dated, key, this.#lookbackSeconds)) {
      this.#see(key);
      this.writer.countUnchanged(this.writer.map(object, NO_SNAPSHOT));
      return;
    }
    this.#takeAgain(object);
    const print = this.#written.printOf(key);
    const time = this.#timeOf(object);
    if (print !== undefined && time !== undefined) this.#written.addTold(key, print, time);
  }

  /** An object that the shop does not have any more; its rows are told to be gone, where that is wanted. */
  drop(key: number, deletedAt: UtcSecond): Dropped {
    const print = this.#open.printOf(key);
    if (print !== undefined) this.#dropped.add(key, print, this.#serverNow);
    this.#open.set(key, undefined);
    this.#written.forget(key);
    this.#recent?.forget(key);
    return this.#deletions.drop(key, deletedAt);
  }

  /** Events whose records go out with the next checkpoint; a later run confirms them. */
  handled(eventIds: readonly number[]): void {
    const { events: _, ...state } = this.#state;
    this.#state = eventIds.length === 0 ? state : { ...state, events: encodeIds(eventIds) };
  }

  /** Whether changes came without events, which was said. */
  areEventsSilent(isSo: boolean): void {
    const { events_silent: _, ...state } = this.#state;
    this.#state = isSo ? { ...state, events_silent: true } : state;
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
    const {
      edge: _,
      open: _1,
      open_since: _2,
      reread: _3,
      known: _4,
      parents: _5,
      told: _6,
      dropped: _7,
      recent: _8,
      ...state
    } = this.#state;
    const dropped = this.#dropped.encode();
    const recent = this.#recent?.encode();
    this.#state = {
      ...state,
      ...this.#written.encode(state.owed),
      ...this.#open.encode(),
      ...this.#deletions.encode(),
      ...(dropped && { dropped }),
      ...(recent && { recent }),
    };
    return this.writer.checkpoint(this.#state as unknown as JsonObject);
  }

  /** Whether it was written, since it is not what was written last. */
  #takeAgain(object: CentraObject): boolean {
    const key = this.#keyOf(object);
    if (key === undefined) return false;
    const rows = this.writer.map(object, NO_SNAPSHOT);
    const print = fingerprintOf(rows);
    const isUnchanged = print === this.#printOf(key);
    if (isUnchanged) this.writer.countUnchanged(rows);
    else this.#write(key, rows, true);
    this.#see(key);
    this.#written.remember(key, print);
    this.#dropped.forget(key);
    this.#recent?.set(key, this.#timeOf(object), print);
    // Its date can be one that was set: what counts is when it was first seen.
    this.#remember(key, object, rows, this.#serverNow);
    this.#open.set(key, this.#open.isOpen(object) ? print : undefined);
    return !isUnchanged;
  }

  #write(key: number | undefined, rows: readonly MappedRow[], isKnown: boolean): void {
    this.writer.add(rows);
    if (key !== undefined && isKnown) this.#written.outdate(key);
  }

  /** What was written of it last, where that is remembered. */
  #printOf(key: number): string | undefined {
    return this.#open.printOf(key) ?? this.#written.printOf(key) ?? this.#recent?.printOf(key);
  }

  #remember(
    key: number,
    object: CentraObject,
    rows: readonly MappedRow[],
    since: UtcSecond | undefined,
  ): void {
    const id = this.#fields.id === undefined ? undefined : object[this.#fields.id];
    const named = { key, id: id === undefined ? undefined : String(id), day: since?.slice(0, 10) };
    this.#deletions.remember(named, rows, this.#serverNow);
  }

  #see(key: number): void {
    const { greatest_key: greatest } = this.#state;
    if ((greatest !== undefined && key > greatest) || this.#watched.has(key)) this.#seen.add(key);
  }

  /** What is new since earlier runs; what surely is, for what lies at the ends may have been told of in another run. */
  #count(object: CentraObject): void {
    const { through } = this.#state;
    const time = this.#readBefore === undefined ? undefined : this.#timeOf(object);
    if (time === undefined || this.#readBefore === undefined) return;
    if (time >= addSeconds(this.#readBefore, -this.#lookbackSeconds)) this.#untold += 1;
    const isMeanwhile =
      through !== undefined &&
      time > addSeconds(this.#readBefore, SURELY_INSIDE_SECONDS) &&
      time < addSeconds(through, -SURELY_INSIDE_SECONDS);
    if (isMeanwhile) this.#changedMeanwhile += 1;
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
}
