import type { CompiledStream, MappedRow, RowContext } from '../catalog/compiled.ts';
import type { JsonObject } from '../json.ts';
import type { Message } from '../protocol/message.ts';
import type { CreatedChange, UpdatedChange } from '../streams/definition.ts';
import { encodeIds } from './events.ts';
import { type KeyShape, KnownRows, keyShapeOf, keysOf, lineIdsOf } from './known-rows.ts';
import type { CentraObject } from './pager.ts';
import { OVERLAP_SECONDS } from './plan.ts';
import { decodeSent, encodeSent, LARGEST_EDGE } from './sent.ts';
import type { Window, WindowsState } from './state.generated.ts';
import { fingerprintOf, StreamWriter } from './stream-writer.ts';
import { addSeconds, parseCentraTime, type UtcSecond } from './time.ts';
import { ToldRows } from './told-rows.ts';

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
}

/** One stream of a root that is read by windows: what was written, what is open, what is still owed. */
export class WindowsProgress {
  readonly writer: StreamWriter;
  readonly #change: UpdatedChange | CreatedChange;
  readonly #fields: ObjectFields;
  readonly #open: Map<number, string>;
  /** What earlier windows wrote in the seconds that this run reads again. */
  readonly #written: Map<number, string>;
  readonly #keyShape: KeyShape | undefined;
  readonly #known: KnownRows;
  readonly #edges = new Map<string, Map<number, string>>();
  readonly #serverNow: UtcSecond;
  /** The edge that earlier runs left. */
  #lastEdge: Map<number, string>;
  #state: WindowsState;
  #encodedOpen: string | undefined;
  #encodedKnown: string | undefined;
  readonly #told: ToldRows;
  #found = 0;

  constructor({ stream, change, fields, state, tellsDeletions, serverNow }: WindowsProgressOptions) {
    this.#serverNow = serverNow;
    this.writer = new StreamWriter(stream);
    this.#change = change;
    this.#fields = fields;
    this.#state = state;
    this.#open = decodeSent(state.open);
    this.#encodedOpen = state.open;
    this.#known = new KnownRows(state.known);
    this.#encodedKnown = state.known;
    this.#keyShape = tellsDeletions ? keyShapeOf(stream) : undefined;
    this.#lastEdge = decodeSent(state.edge);
    this.#told = new ToldRows(state.told);
    const edges = [state.told?.rows, state.edge, ...state.owed.map(({ edge }) => edge)];
    this.#written = new Map(edges.flatMap((text) => [...decodeSent(text)]));
    for (const window of state.owed) this.#edges.set(nameOf(window), decodeSent(window.edge));
  }

  /** As the last checkpoint gave it. */
  get state(): WindowsState {
    return this.#state;
  }

  get openKeys(): readonly number[] {
    return [...this.#open.keys()];
  }

  get owed(): readonly Window[] {
    return this.#state.owed;
  }

  get tellsDeletions(): boolean {
    return this.#keyShape !== undefined;
  }

  /** Everything until then is written once nothing is owed any more. */
  get through(): UtcSecond | undefined {
    return this.#state.through;
  }

  get reconciledAt(): UtcSecond | undefined {
    return this.#state.reconciled_at;
  }

  /** How many objects windows gave that had to be written. */
  get found(): number {
    return this.#found;
  }

  isKnown(key: number): boolean {
    return this.#known.has(key);
  }

  isOpen(key: number): boolean {
    return this.#open.has(key);
  }

  knownSince(day: string): readonly number[] {
    return this.#known.idsSince(day);
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
    const isEdge = this.#isAtEdge(object, window);
    const isOpen = this.#isOpen(object);
    const known = key === undefined ? undefined : (this.#open.get(key) ?? this.#written.get(key));
    const print = known !== undefined || isEdge || isOpen ? fingerprintOf(rows) : undefined;
    if (print !== undefined && print === known) this.writer.countUnchanged(rows);
    else {
      this.#found += 1;
      this.#write(key, rows, known !== undefined);
    }
    if (key === undefined) return;
    this.#remember(key, object, rows);
    if (print === undefined) return;
    if (isEdge) this.#edgeOf(window).set(key, print);
    if (this.#written.has(key)) this.#written.set(key, print);
    this.#setOpen(key, isOpen ? print : undefined);
  }

  /** Takes an object that was read again by its id. */
  takeAgain(object: CentraObject): void {
    const key = this.#keyOf(object);
    if (key === undefined) return;
    const rows = this.writer.map(object, NO_SNAPSHOT);
    const print = fingerprintOf(rows);
    if (print === (this.#open.get(key) ?? this.#written.get(key))) this.writer.countUnchanged(rows);
    else this.#write(key, rows, true);
    this.#written.set(key, print);
    this.#remember(key, object, rows);
    this.#setOpen(key, this.#isOpen(object) ? print : undefined);
  }

  /**
   * Takes an object of which something outside told. What a window has already brought in this version is not written again;
   * and what is written now is remembered, so that the window that comes to it does not write it again.
   */
  takeTold(object: CentraObject): void {
    const key = this.#keyOf(object);
    if (key === undefined) return;
    if (this.#isDelivered(object)) {
      this.writer.countUnchanged(this.writer.map(object, NO_SNAPSHOT));
      return;
    }
    this.takeAgain(object);
    const print = this.#written.get(key);
    const time = this.#timeOf(object);
    if (print !== undefined && time !== undefined) this.#told.add(key, print, time);
  }

  /** An object that the shop does not have any more; its rows are told to be gone, where that is wanted. */
  drop(key: number, deletedAt: UtcSecond): void {
    this.#setOpen(key, undefined);
    this.#written.delete(key);
    this.#forgetEdge(key);
    if (this.#keyShape === undefined) return;
    const lines = this.#known.forget(key);
    if (lines === undefined) return;
    this.#encodedKnown = undefined;
    this.writer.delete(keysOf(key, lines, this.#keyShape), deletedAt);
  }

  /** The same for an object that the events system says is gone; only rows of the object itself can be named by its id alone. */
  dropReference(reference: string, deletedAt: UtcSecond): void {
    const shape = this.#keyShape;
    const key = Number(reference);
    if (Number.isSafeInteger(key) && this.#known.has(key)) this.drop(key, deletedAt);
    else if (shape !== undefined && shape.lineColumn === undefined && this.#change.kind === 'updated') {
      this.writer.delete([{ [shape.rootColumn]: reference }], deletedAt);
    }
  }

  /** Events whose records go out with the next checkpoint; a later run confirms them. */
  handled(eventIds: readonly number[]): void {
    const { events: _, ...state } = this.#state;
    this.#state = eventIds.length === 0 ? state : { ...state, events: encodeIds(eventIds) };
  }

  /** Rows of days before this one are not compared with the shop any more. */
  forgetBefore(day: string): void {
    this.#known.forgetBefore(day, (key) => this.#open.has(key));
    this.#encodedKnown = undefined;
  }

  reconciled(at: UtcSecond): void {
    this.#state = { ...this.#state, reconciled_at: at };
  }

  /** The messages for what was taken, with a state that goes on after `position` in the window; undefined: it is read to its end. */
  checkpointIn(window: Window, position: string | undefined): readonly Message[] {
    const name = nameOf(window);
    const edge = encodeEdge(this.#edgeOf(window));
    if (position !== undefined) {
      const owed = this.#state.owed.map((other) =>
        nameOf(other) === name ? { ...boundsOf(other), after: position, ...(edge && { edge }) } : other,
      );
      this.#state = { ...this.#state, owed };
      return this.checkpoint();
    }
    const owed = this.#state.owed.filter((other) => nameOf(other) !== name);
    this.#state = { ...this.#state, owed };
    if (owed.length === 0) this.#told.readUntil(this.#state.through);
    if (window.to === this.#state.through) {
      this.#lastEdge = this.#edgeOf(window);
      const { edge: _, ...state } = this.#state;
      this.#state = { ...state, ...(edge && { edge }) };
    }
    return this.checkpoint();
  }

  /** The messages for what was taken, with the state as it stands. */
  checkpoint(): readonly Message[] {
    const { open: _, known: __, told: ___, ...state } = this.#state;
    const told = this.#told.encode();
    this.#encodedOpen ??= encodeSent(this.#open);
    if (this.tellsDeletions && this.#change.kind === 'created') this.#encodedKnown ??= this.#known.encode();
    this.#state = {
      ...state,
      ...(this.#encodedOpen !== '' && { open: this.#encodedOpen }),
      ...(this.#encodedKnown && { known: this.#encodedKnown }),
      ...(told && { told }),
    };
    return this.writer.checkpoint(this.#state as unknown as JsonObject);
  }

  #write(key: number | undefined, rows: readonly MappedRow[], isKnown: boolean): void {
    this.writer.add(rows);
    if (key !== undefined && isKnown) this.#forgetEdge(key);
  }

  /** What an edge says of this row is not what was written last. */
  #forgetEdge(key: number): void {
    const { edge: _, ...state } = this.#state;
    this.#lastEdge.delete(key);
    const edge = encodeEdge(this.#lastEdge);
    const owed = this.#state.owed.map((window) => {
      const isIn = this.#edges.get(nameOf(window))?.delete(key) ?? false;
      if (!isIn || window.edge === undefined) return window;
      const { edge: __, ...rest } = window;
      const kept = encodeEdge(this.#edgeOf(window));
      return kept === undefined ? rest : { ...rest, edge: kept };
    });
    this.#state = { ...state, owed, ...(edge && { edge }) };
  }

  /** Whether the version that an object has now was written, as far as its time tells. */
  #isDelivered(object: CentraObject): boolean {
    const { through, owed } = this.#state;
    const time = this.#change.kind === 'updated' ? this.#timeOf(object) : undefined;
    if (time === undefined || through === undefined || time > addSeconds(through, -OVERLAP_SECONDS))
      return false;
    return owed.every(({ from = '', to }) => time < from || time > to);
  }

  #edgeOf(window: Window): Map<number, string> {
    const present = this.#edges.get(nameOf(window));
    if (present !== undefined) return present;
    const edge = new Map<number, string>();
    this.#edges.set(nameOf(window), edge);
    return edge;
  }

  #remember(key: number, object: CentraObject, rows: readonly MappedRow[]): void {
    // Rows with a date of change are too many to be remembered.
    if (this.#keyShape === undefined || this.#change.kind !== 'created') return;
    const day = this.#timeOf(object)?.slice(0, 10);
    const good = rows.flatMap((row) => ('quarantined' in row ? [] : [row.data]));
    const lines = lineIdsOf(good, this.#keyShape);
    if (day === undefined || lines === undefined) return;
    const before = this.#known.forget(key) ?? [];
    const gone = before.filter((line) => !lines.includes(line));
    if (gone.length > 0 && good.length === rows.length) {
      this.writer.delete(keysOf(key, gone, this.#keyShape), this.#serverNow);
    }
    this.#known.set(key, day, lines);
    this.#encodedKnown = undefined;
  }

  #setOpen(key: number, print: string | undefined): void {
    if (this.#open.get(key) === print) return;
    this.#encodedOpen = undefined;
    if (print === undefined) this.#open.delete(key);
    else this.#open.set(key, print);
  }

  /** The time by which windows find it. */
  #timeOf(object: CentraObject): UtcSecond | undefined {
    return parseCentraTime(object[this.#fields.time]);
  }

  #keyOf(object: CentraObject): number | undefined {
    const key = object[this.#fields.pageKey];
    return typeof key === 'number' && Number.isSafeInteger(key) && key >= 0 ? key : undefined;
  }

  /** Only the end of what is read now is read again next time. */
  #isAtEdge(object: CentraObject, window: Window): boolean {
    if (window.to !== this.#state.through) return false;
    const time = this.#timeOf(object);
    return time !== undefined && time >= addSeconds(window.to, -OVERLAP_SECONDS);
  }

  #isOpen(object: CentraObject): boolean {
    if (this.#change.kind !== 'created' || this.#fields.status === undefined) return false;
    return !this.#change.finalStatuses.includes(String(object[this.#fields.status]));
  }
}

/** What tells the windows of one stream apart: their ends never change while they are owed. */
function nameOf({ from, to }: Window): string {
  return `${from ?? ''}/${to}`;
}

function boundsOf({ from, to }: Window): Window {
  return from === undefined ? { to } : { from, to };
}

function encodeEdge(edge: ReadonlyMap<number, string>): string | undefined {
  return edge.size === 0 || edge.size > LARGEST_EDGE ? undefined : encodeSent(edge);
}
