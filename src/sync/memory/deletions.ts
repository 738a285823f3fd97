import type { CompiledStream, MappedRow } from '../../catalog/compile/compiled.ts';
import type { CreatedChange, UpdatedChange } from '../../roots/definition.ts';
import type { UtcSecond } from '../../time.ts';
import type { StreamWriter } from '../stream-writer.ts';
import { type KeyShape, KnownRows, keyShapeOf, keysOf, lineIdsOf } from './deletable-rows.ts';

export interface DeletionsOptions {
  readonly stream: CompiledStream;
  readonly change: UpdatedChange | CreatedChange;
  /** The rows that earlier runs wrote, as their state holds them. */
  readonly known: string | undefined;
  /** Whether rows that are gone from the shop are to be told. */
  readonly areTold: boolean;
  readonly writer: StreamWriter;
}

/** Knows the rows of one stream that were written lately, and tells of those that are gone. */
export class Deletions {
  readonly #shape: KeyShape | undefined;
  readonly #kind: 'updated' | 'created';
  readonly #known: KnownRows;
  readonly #writer: StreamWriter;
  #encoded: string | undefined;

  constructor({ stream, change, known, areTold, writer }: DeletionsOptions) {
    this.#shape = areTold ? keyShapeOf(stream) : undefined;
    this.#kind = change.kind;
    this.#known = new KnownRows(known);
    this.#encoded = known;
    this.#writer = writer;
  }

  get areTold(): boolean {
    return this.#shape !== undefined;
  }

  isKnown(key: number): boolean {
    return this.#known.has(key);
  }

  knownSince(day: string): readonly number[] {
    return this.#known.idsSince(day);
  }

  /** Takes in an object's rows, and tells of the lines that it had and has no more. */
  remember(key: number, day: string | undefined, rows: readonly MappedRow[], at: UtcSecond): void {
    // Rows with a date of change are too many to be remembered.
    if (this.#shape === undefined || this.#kind !== 'created') return;
    const good = rows.flatMap((row) => ('quarantined' in row ? [] : [row.data]));
    const lines = lineIdsOf(good, this.#shape);
    if (day === undefined || lines === undefined) return;
    const before = this.#known.forget(key) ?? [];
    const gone = before.filter((line) => !lines.includes(line));
    if (gone.length > 0 && good.length === rows.length) {
      this.#writer.delete(keysOf(key, gone, this.#shape), at);
    }
    this.#known.set(key, day, lines);
    this.#encoded = undefined;
  }

  /** Tells that an object is gone. */
  drop(key: number, at: UtcSecond): void {
    if (this.#shape === undefined) return;
    const lines = this.#known.forget(key);
    if (lines === undefined) return;
    this.#encoded = undefined;
    this.#writer.delete(keysOf(key, lines, this.#shape), at);
  }

  /** The same for one that is not known: only a row of the object itself can be named by its id alone. */
  dropUnknown(reference: string, at: UtcSecond): void {
    if (this.#shape === undefined || this.#shape.lineColumn !== undefined || this.#kind !== 'updated') return;
    this.#writer.delete([{ [this.#shape.rootColumn]: reference }], at);
  }

  /** Rows of days before this one are not compared with the shop any more. */
  forgetBefore(day: string, isKept: (key: number) => boolean): void {
    this.#known.forgetBefore(day, isKept);
    this.#encoded = undefined;
  }

  /** For the state; undefined or empty when there is nothing to know. */
  encode(): string | undefined {
    if (this.areTold && this.#kind === 'created') this.#encoded ??= this.#known.encode();
    return this.#encoded;
  }
}
