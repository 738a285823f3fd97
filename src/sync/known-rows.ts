import type { CompiledStream } from '../catalog/compiled.ts';
import { isObject, type JsonObject } from '../json.ts';

/**
 * The rows that a stream has written lately, by the id of their root object, so that those that are gone from the shop can
 * be named. Kept by the UTC day on which the object was created, so that old ones can be forgotten.
 */
export class KnownRows {
  readonly #days = new Map<string, Map<number, readonly number[]>>();
  readonly #dayOf = new Map<number, string>();

  constructor(encoded: Readonly<Record<string, string>> = {}) {
    for (const [day, text] of Object.entries(encoded)) {
      for (const [id, lines] of decodeDay(text)) this.set(id, day, lines);
    }
  }

  has(id: number): boolean {
    return this.#dayOf.has(id);
  }

  set(id: number, day: string, lines: readonly number[]): void {
    this.forget(id);
    this.#dayOf.set(id, day);
    const present = this.#days.get(day);
    if (present === undefined) this.#days.set(day, new Map([[id, lines]]));
    else present.set(id, lines);
  }

  /** The lines that the object had, or undefined when it is not known. */
  forget(id: number): readonly number[] | undefined {
    const day = this.#dayOf.get(id);
    if (day === undefined) return undefined;
    const present = this.#days.get(day);
    const lines = present?.get(id);
    present?.delete(id);
    if (present?.size === 0) this.#days.delete(day);
    this.#dayOf.delete(id);
    return lines;
  }

  /** Those created on a day from `from` on. */
  idsSince(from: string): readonly number[] {
    return [...this.#days].filter(([day]) => day >= from).flatMap(([, ids]) => [...ids.keys()]);
  }

  /** All from before a day but those that are to be kept. */
  forgetBefore(day: string, isKept: (id: number) => boolean): void {
    for (const [other, ids] of [...this.#days]) {
      if (other >= day) continue;
      for (const id of [...ids.keys()]) if (!isKept(id)) this.forget(id);
    }
  }

  encode(): Readonly<Record<string, string>> {
    return Object.fromEntries([...this.#days].sort().map(([day, ids]) => [day, encodeDay(ids)]));
  }
}

/** Ids ascending as differences in base 36, each with the ids of its lines, written likewise, after a colon. */
function encodeDay(ids: ReadonlyMap<number, readonly number[]>): string {
  let previous = 0;
  return [...ids]
    .sort(([a], [b]) => a - b)
    .map(([id, lines]) => {
      const token = (id - previous).toString(36);
      previous = id;
      return lines.length === 0 ? token : `${token}:${encodeAscending(lines)}`;
    })
    .join(' ');
}

function encodeAscending(numbers: readonly number[]): string {
  let previous = 0;
  return [...numbers]
    .sort((a, b) => a - b)
    .map((number) => {
      const token = (number - previous).toString(36);
      previous = number;
      return token;
    })
    .join(',');
}

function* decodeDay(text: string): Generator<[number, readonly number[]]> {
  let id = 0;
  for (const token of text.split(' ')) {
    if (token === '') continue;
    const [difference = '', lines] = token.split(':', 2);
    id += Number.parseInt(difference, 36);
    yield [id, lines === undefined ? [] : decodeAscending(lines)];
  }
}

function decodeAscending(text: string): readonly number[] {
  let number = 0;
  return text.split(',').map((token) => {
    number += Number.parseInt(token, 36);
    return number;
  });
}

/** How a stream's key is made of its root object's id and, for a line, of the line's own. */
export interface KeyShape {
  readonly rootColumn: string;
  readonly lineColumn: string | undefined;
}

/** Undefined when the key is made otherwise: then rows that are gone cannot be named. */
export function keyShapeOf(stream: CompiledStream): KeyShape | undefined {
  const { id } = stream.root;
  const rootSource = `${'^'.repeat(stream.each.length)}${id}`;
  const rootColumn = stream.key.find((name) => sourceOf(stream, name) === rootSource);
  const others = stream.key.filter((name) => name !== rootColumn);
  if (rootColumn === undefined || others.length !== Math.min(1, stream.each.length)) return undefined;
  return { rootColumn, lineColumn: others[0] };
}

function sourceOf({ columns }: CompiledStream, name: string): string | undefined {
  return columns.find((column) => column.name === name)?.source;
}

/** The ids of an object's lines as its rows show them; undefined when one is not an integer. */
export function lineIdsOf(
  rows: readonly JsonObject[],
  { lineColumn }: KeyShape,
): readonly number[] | undefined {
  if (lineColumn === undefined) return [];
  const ids = rows.map((row) => (isObject(row) ? row[lineColumn] : undefined));
  return ids.every((id): id is number => typeof id === 'number' && Number.isSafeInteger(id) && id >= 0)
    ? ids
    : undefined;
}

/** The keys of the rows that an object had, as rows that hold nothing else. */
export function keysOf(id: number, lines: readonly number[], shape: KeyShape): readonly JsonObject[] {
  const { rootColumn, lineColumn } = shape;
  if (lineColumn === undefined) return [{ [rootColumn]: id }];
  return lines.map((line) => ({ [rootColumn]: id, [lineColumn]: line }));
}
