import type { CompiledStream, MappedRow } from '../../catalog/compile/compiled.ts';
import type { CreatedChange, UpdatedChange } from '../../roots/definition.ts';
import type { UtcSecond } from '../../time.ts';
import type { WindowsState } from '../state.generated.ts';
import type { StreamWriter } from '../stream-writer.ts';
import { type KeyShape, KnownRows, keyShapeOf, keysOf, lineIdsOf } from './deletable-rows.ts';
import { ParentRows } from './parent-rows.ts';

export interface DeletionsOptions {
  readonly stream: CompiledStream;
  readonly change: UpdatedChange | CreatedChange;
  /** The rows that earlier runs wrote, as their state holds them. */
  readonly state: Pick<WindowsState, 'known' | 'parents'>;
  /** Nothing was written before. */
  readonly isBeginning: boolean;
  /** Whether rows that are gone from the shop are to be told. */
  readonly areTold: boolean;
  readonly writer: StreamWriter;
}

/** An object, as far as its rows are to be named when they are gone. */
export interface NamedObject {
  /** Its page key. */
  readonly key: number;
  /** Its id, where that is something else. */
  readonly id: string | undefined;
  /** The day under which it is kept unless it is known already. */
  readonly day: string | undefined;
}

/** `unnamed`: its rows may have been written, and nothing says any more what their keys are. */
export type Dropped = 'told' | 'not_written' | 'unnamed';

/**
 * Knows the rows of one stream that were written lately, and tells of those that are gone. Of rows with no date of change all
 * of the last days are known; the others are too many, and only the newest objects are, where something must be known of them.
 */
export class Deletions {
  readonly #shape: KeyShape | undefined;
  readonly #known: KnownRows | undefined;
  readonly #parents: ParentRows | undefined;
  readonly #key: readonly string[];
  readonly #writer: StreamWriter;
  /** As the state came, where nothing is to be told in this run. */
  readonly #kept: Pick<WindowsState, 'known' | 'parents'>;
  #encoded: string | undefined;

  constructor({ stream, change, state, isBeginning, areTold, writer }: DeletionsOptions) {
    this.#shape = areTold ? keyShapeOf(stream) : undefined;
    this.#key = stream.key;
    const { known, parents } = state;
    this.#kept = { ...(known && { known }), ...(parents && { parents }) };
    this.#encoded = state.known;
    this.#writer = writer;
    if (this.#shape === undefined || change.kind === 'created') this.#known = new KnownRows(state.known);
    else if (this.#shape.isByPlace || this.#shape.rootField === 'id')
      this.#parents = new ParentRows(state.parents, isBeginning);
  }

  get areTold(): boolean {
    return this.#shape !== undefined;
  }

  isKnown(key: number): boolean {
    return this.#known?.has(key) ?? false;
  }

  knownSince(day: string): readonly number[] {
    return this.#known?.idsSince(day) ?? [];
  }

  /** Takes in an object's rows, and tells of the lines that it had and has no more. */
  remember(object: NamedObject, rows: readonly MappedRow[], at: UtcSecond): void {
    if (this.#shape === undefined) return;
    if (this.#parents !== undefined) this.#rememberParent(this.#parents, this.#shape, object, rows, at);
    else if (this.#known !== undefined) this.#rememberLines(this.#known, this.#shape, object, rows, at);
  }

  #rememberLines(
    known: KnownRows,
    shape: KeyShape,
    { key, id, day }: NamedObject,
    rows: readonly MappedRow[],
    at: UtcSecond,
  ): void {
    const good = rows.flatMap((row) => ('quarantined' in row ? [] : [row.data]));
    const lines = lineIdsOf(good, shape);
    const kept = known.dayOf(key) ?? day;
    if (kept === undefined || lines === undefined) return;
    const before = known.forget(key) ?? [];
    const gone = before.filter((line) => !lines.includes(line));
    // What is held back is there still: nothing says which of the others it is.
    const isWhole = good.length === rows.length;
    if (gone.length > 0 && isWhole) this.#writer.delete(keysOf(rootOf(shape, key, id), gone, shape), at);
    known.set(key, kept, isWhole ? lines : [...lines, ...gone]);
    this.#encoded = undefined;
  }

  #rememberParent(
    parents: ParentRows,
    shape: KeyShape,
    { key, id }: NamedObject,
    rows: readonly MappedRow[],
    at: UtcSecond,
  ): void {
    const named = shape.rootField === 'id' ? id : undefined;
    if (!shape.isByPlace) {
      parents.set(key, { id: named });
      return;
    }
    const places = new Set(rows.map((row) => this.#placeOf(row, shape)));
    const gone = placesUpTo(parents.placesOf(key)).filter((place) => !places.has(place));
    if (gone.length > 0) this.#writer.delete(keysOf(rootOf(shape, key, id), gone, shape), at);
    parents.set(key, { id: named, places: Math.max(0, ...places) });
  }

  /** Of a row that is held back too: it is still there. */
  #placeOf(row: MappedRow, { lineColumn = '' }: KeyShape): number {
    const value =
      'quarantined' in row ? row.quarantined.key[this.#key.indexOf(lineColumn)] : row.data[lineColumn];
    return Number(value);
  }

  /** Tells that an object is gone. */
  drop(key: number, at: UtcSecond): Dropped {
    const shape = this.#shape;
    if (shape === undefined) return 'not_written';
    if (this.#parents !== undefined) return this.#dropParent(this.#parents, shape, key, at);
    const lines = this.#known?.forget(key);
    // Only a row of the object itself can be named by its page key alone.
    if (this.#known === undefined) this.#writer.delete(keysOf(key, [], shape), at);
    else if (lines === undefined) return 'not_written';
    else this.#writer.delete(keysOf(key, lines, shape), at);
    this.#encoded = undefined;
    return 'told';
  }

  #dropParent(parents: ParentRows, shape: KeyShape, key: number, at: UtcSecond): Dropped {
    const parent = parents.get(key);
    const isForgotten = parents.isForgotten(key);
    if (parent === undefined && !isForgotten) return 'not_written';
    if (shape.rootField === 'id' && parent?.id === undefined) return 'unnamed';
    const places = placesUpTo(parents.placesOf(key));
    this.#writer.delete(keysOf(rootOf(shape, key, parent?.id), places, shape), at);
    parents.delete(key);
    return 'told';
  }

  /** Rows kept under days before this one are not compared with the shop any more. */
  forgetBefore(day: string, isKept: (key: number) => boolean): void {
    this.#known?.forgetBefore(day, isKept);
    this.#encoded = undefined;
  }

  /** For the state; empty when there is nothing to know. */
  encode(): Pick<WindowsState, 'known' | 'parents'> {
    if (this.#shape === undefined) return this.#kept;
    if (this.#parents !== undefined) return { parents: this.#parents.encode() };
    this.#encoded ??= this.#known?.encode();
    return this.#encoded ? { known: this.#encoded } : {};
  }
}

function rootOf({ rootField }: KeyShape, key: number, id: string | undefined): number | string {
  return rootField === 'id' ? (id ?? key) : key;
}

function placesUpTo(last: number): readonly number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}
