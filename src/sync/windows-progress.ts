import type { CompiledStream, RowContext } from '../catalog/compiled.ts';
import type { JsonObject } from '../json.ts';
import type { Message } from '../protocol/message.ts';
import type { CreatedChange, UpdatedChange } from '../streams/definition.ts';
import type { CentraObject } from './pager.ts';
import { OVERLAP_SECONDS } from './plan.ts';
import { decodeSent, encodeSent } from './sent.ts';
import type { Window, WindowsState } from './state.generated.ts';
import { fingerprintOf, StreamWriter } from './stream-writer.ts';
import { addSeconds, parseCentraTime } from './time.ts';

/** More rows than this at the edge of a window are not remembered but written again, so that the state stays small. */
const LARGEST_EDGE = 2_000;

const NO_SNAPSHOT: RowContext = Object.freeze({ snapshotAt: '' });

/** Where the sync finds in an object what it must know of it: response keys, given by the live schema. */
export interface ObjectFields {
  readonly pageKey: string;
  readonly time: string;
  /** Undefined: the rows have no status, or only dates tell of changes. */
  readonly status: string | undefined;
}

/** One stream of a root that is read by windows: what was written, what is open, what is still owed. */
export class WindowsProgress {
  readonly writer: StreamWriter;
  readonly #change: UpdatedChange | CreatedChange;
  readonly #fields: ObjectFields;
  readonly #open: Map<number, string>;
  /** What earlier windows wrote in the seconds that this run reads again. */
  readonly #written: Map<number, string>;
  #state: WindowsState;
  #edge = new Map<number, string>();
  #edgeFrom = '';
  #encodedOpen: string | undefined;

  constructor(
    stream: CompiledStream,
    change: UpdatedChange | CreatedChange,
    fields: ObjectFields,
    state: WindowsState,
  ) {
    this.writer = new StreamWriter(stream);
    this.#change = change;
    this.#fields = fields;
    this.#state = state;
    this.#open = decodeSent(state.open);
    this.#encodedOpen = state.open;
    this.#written = new Map(
      [state.edge, ...state.owed.map(({ edge }) => edge)].flatMap((text) => [...decodeSent(text)]),
    );
  }

  get openKeys(): readonly number[] {
    return [...this.#open.keys()];
  }

  get owed(): readonly Window[] {
    return this.#state.owed;
  }

  /** Begins the first window that is owed. When it is resumed, the edge that its earlier part left goes on to grow. */
  beginWindow(window: Window): void {
    this.#edge = decodeSent(window.edge);
    this.#edgeFrom = addSeconds(window.to, -OVERLAP_SECONDS);
  }

  /** Takes an object of the window that was begun. */
  take(object: CentraObject): void {
    const key = this.#keyOf(object);
    const rows = this.writer.map(object, NO_SNAPSHOT);
    const isEdge = this.#isAtEdge(object);
    const isOpen = this.#isOpen(object);
    const known = key === undefined ? undefined : (this.#open.get(key) ?? this.#written.get(key));
    const print = known !== undefined || isEdge || isOpen ? fingerprintOf(rows) : undefined;
    if (print !== undefined && print === known) this.writer.countUnchanged(rows);
    else this.writer.add(rows);
    if (key === undefined || print === undefined) return;
    if (isEdge) this.#edge.set(key, print);
    this.#setOpen(key, isOpen ? print : undefined);
  }

  /** Takes an open object that was read again by its id. */
  takeOpen(object: CentraObject): void {
    const key = this.#keyOf(object);
    if (key === undefined) return;
    const rows = this.writer.map(object, NO_SNAPSHOT);
    const print = fingerprintOf(rows);
    if (print === this.#open.get(key)) this.writer.countUnchanged(rows);
    else this.writer.add(rows);
    if (this.#written.has(key)) this.#written.set(key, print);
    this.#setOpen(key, this.#isOpen(object) ? print : undefined);
  }

  /** An open object that the shop does not have any more. */
  dropOpen(key: number): void {
    this.#setOpen(key, undefined);
  }

  /** The messages for what was taken, with a state that goes on after `position` in the first owed window. */
  checkpointAt(position: string): readonly Message[] {
    const [window, ...others] = this.#state.owed;
    if (window === undefined) return this.checkpoint();
    const edge = this.#encodedEdge();
    this.#state = {
      ...this.#state,
      owed: [{ ...window, after: position, ...(edge && { edge }) }, ...others],
    };
    return this.checkpoint();
  }

  /** The same, when the first owed window is read to its end. */
  checkpointAtEndOfWindow(): readonly Message[] {
    const { edge: _, ...state } = this.#state;
    const edge = this.#encodedEdge();
    this.#state = { ...state, owed: this.#state.owed.slice(1), ...(edge && { edge }) };
    for (const [key, print] of this.#edge) this.#written.set(key, print);
    this.#edge = new Map();
    return this.checkpoint();
  }

  /** The messages for what was taken, with the state as it stands. */
  checkpoint(): readonly Message[] {
    const { open: _, ...state } = this.#state;
    this.#encodedOpen ??= encodeSent(this.#open);
    this.#state = { ...state, ...(this.#encodedOpen !== '' && { open: this.#encodedOpen }) };
    return this.writer.checkpoint(this.#state as unknown as JsonObject);
  }

  #encodedEdge(): string | undefined {
    return this.#edge.size === 0 || this.#edge.size > LARGEST_EDGE ? undefined : encodeSent(this.#edge);
  }

  #setOpen(key: number, print: string | undefined): void {
    if (this.#open.get(key) === print) return;
    this.#encodedOpen = undefined;
    if (print === undefined) this.#open.delete(key);
    else this.#open.set(key, print);
  }

  #keyOf(object: CentraObject): number | undefined {
    const key = object[this.#fields.pageKey];
    return typeof key === 'number' && Number.isSafeInteger(key) && key >= 0 ? key : undefined;
  }

  #isAtEdge(object: CentraObject): boolean {
    const time = parseCentraTime(object[this.#fields.time]);
    return time !== undefined && time >= this.#edgeFrom;
  }

  #isOpen(object: CentraObject): boolean {
    if (this.#change.kind !== 'created' || this.#fields.status === undefined) return false;
    return !this.#change.finalStatuses.includes(String(object[this.#fields.status]));
  }
}
