import type { UtcSecond } from '../../time.ts';
import type { Window, WindowsState } from '../state.generated.ts';
import { nameOf } from '../window-bounds.ts';
import { decodeSent, encodeSent, LARGEST_EDGE } from './fingerprint.ts';
import { ToldRows } from './hinted-rows.ts';

/**
 * What was written last of the rows that may come again: those at the edges of windows, which the next run reads again, and
 * those that something outside told of before their window was read.
 */
export class WrittenRows {
  readonly #prints: Map<number, string>;
  readonly #told: ToldRows;
  readonly #edges = new Map<string, Edge>();
  /** The edge that earlier runs left. */
  #lastEdge: Edge;

  constructor({ told, edge, owed }: WindowsState) {
    this.#told = new ToldRows(told);
    this.#lastEdge = new Edge(edge);
    for (const window of owed) this.#edges.set(nameOf(window), new Edge(window.edge));
    const edges = [told?.rows, edge, ...owed.map((window) => window.edge)];
    this.#prints = new Map(edges.flatMap((text) => [...decodeSent(text)]));
  }

  printOf(key: number): string | undefined {
    return this.#prints.get(key);
  }

  /** For the rest of this run. */
  remember(key: number, print: string): void {
    this.#prints.set(key, print);
  }

  /** What is kept of a row for later runs is not what was written of it last. */
  outdate(key: number): void {
    this.#told.forget(key);
    this.#lastEdge.delete(key);
    for (const edge of this.#edges.values()) edge.delete(key);
  }

  /** The row is gone. */
  forget(key: number): void {
    this.outdate(key);
    this.#prints.delete(key);
  }

  /** The window gives the row again, in this run or in the next. */
  addToEdge(window: Window, key: number, print: string): void {
    this.#prints.set(key, print);
    const edge = this.#edges.get(nameOf(window)) ?? new Edge(undefined);
    this.#edges.set(nameOf(window), edge);
    edge.set(key, print);
  }

  /** Written since something outside told of it; `time` is the one by which a window will find it. */
  addTold(key: number, print: string, time: UtcSecond): void {
    this.#told.add(key, print, time);
  }

  /** The window that ends where the next run begins is read: its edge takes the place of the last one. */
  turnEdge(window: Window): void {
    this.#lastEdge = this.#edges.get(nameOf(window)) ?? new Edge(undefined);
  }

  /** Everything until then has been read by windows. */
  readUntil(through: UtcSecond | undefined): void {
    this.#told.readUntil(through);
  }

  /** The parts of a state that keep this for the next run. */
  encode(owed: readonly Window[]): Pick<WindowsState, 'owed' | 'edge' | 'told'> {
    const edge = this.#lastEdge.encode();
    const told = this.#told.encode();
    const windows = owed.map(({ edge: _, ...window }) => {
      const own = this.#edges.get(nameOf(window))?.encode();
      return own === undefined ? window : { ...window, edge: own };
    });
    return { owed: windows, ...(edge && { edge }), ...(told && { told }) };
  }
}

function newestOf(rows: ReadonlyMap<number, string>): ReadonlyMap<number, string> {
  return new Map([...rows].sort(([a], [b]) => b - a).slice(0, LARGEST_EDGE));
}

/** The rows of a window's last seconds. */
class Edge {
  readonly #rows: Map<number, string>;
  #encoded: string | undefined;

  constructor(text: string | undefined) {
    this.#rows = decodeSent(text);
    this.#encoded = text;
  }

  set(key: number, print: string): void {
    this.#rows.set(key, print);
    this.#encoded = undefined;
  }

  delete(key: number): void {
    if (this.#rows.delete(key)) this.#encoded = undefined;
  }

  /** Undefined when there is nothing to keep. Of too many for a state that is to stay small, the newest: the others are written again. */
  encode(): string | undefined {
    if (this.#rows.size === 0) return undefined;
    this.#encoded ??= encodeSent(this.#rows.size > LARGEST_EDGE ? newestOf(this.#rows) : this.#rows);
    return this.#encoded;
  }
}
