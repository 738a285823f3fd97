import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { CompiledStream } from '../../catalog/compile/compiled.ts';
import { ConnectorError } from '../../errors.ts';
import { isObject, type JsonObject, type JsonValue } from '../../json.ts';

/**
 * The rows that a stream has written lately, by the id of their root object, so that those that are gone from the shop can
 * be named. Kept by the UTC day on which the object was created, or first seen where that is later, so that old ones can be
 * forgotten.
 */
export class KnownRows {
  readonly #days = new Map<string, Map<number, readonly number[]>>();
  readonly #dayOf = new Map<number, string>();

  /** Throws a ConnectorError of kind `config` on a text that `encode` did not make. */
  constructor(encoded?: string) {
    for (const [day, text] of Object.entries(encoded === undefined ? {} : unpack(encoded))) {
      for (const [id, lines] of decodeDay(text)) {
        if (id > LARGEST_ID) throw notOurs();
        this.set(id, day, lines);
      }
    }
  }

  has(id: number): boolean {
    return this.#dayOf.has(id);
  }

  /** The day under which it is kept. */
  dayOf(id: number): string | undefined {
    return this.#dayOf.get(id);
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

  /** Those kept under a day from `from` on. */
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

  /** A text of a few bytes a row: ids that follow each other pack well. Empty when nothing is known. */
  encode(): string {
    if (this.#days.size === 0) return '';
    const days = Object.fromEntries([...this.#days].sort().map(([day, ids]) => [day, encodeDay(ids)]));
    return deflateRawSync(JSON.stringify(days)).toString('base64');
  }
}

/** A few bytes become gigabytes where somebody wants them to; a state that this connector wrote does not. */
const MOST_BYTES = 64 * 1024 * 1024;

/** A day with ids as `encodeDay` writes them, none of which is longer than an id can be. */
function isDay([day, text]: readonly [string, unknown]): boolean {
  return (
    /^\d{4}-\d{2}-\d{2}$/.test(day) &&
    typeof text === 'string' &&
    text.split(' ').every((token) => /^[0-9a-z]{1,7}(:(-?[0-9a-z]{1,11}(,-?[0-9a-z]{1,11})*)?)?$/.test(token))
  );
}

function unpack(encoded: string): Readonly<Record<string, string>> {
  try {
    const packed = Buffer.from(encoded, 'base64');
    const text = inflateRawSync(packed, { maxOutputLength: MOST_BYTES }).toString('utf8');
    const days: unknown = JSON.parse(text);
    if (isObject(days) && Object.entries(days).every(isDay)) return days as Readonly<Record<string, string>>;
  } catch {
    // Told below, like a text that holds something else.
  }
  throw notOurs();
}

/** The greatest that GraphQL has. */
const LARGEST_ID = 2 ** 31 - 1;

function notOurs(): ConnectorError {
  return new ConnectorError({
    kind: 'config',
    code: 'state/refused',
    message: 'A state holds known rows that this connector did not write.',
    hint: 'Pass back the last state that a read printed, or reset the stream to read it from the beginning.',
  });
}

/** Ids ascending as differences in base 36, each with the ids of its lines after a colon, as differences from the line before. */
function encodeDay(ids: ReadonlyMap<number, readonly number[]>): string {
  let previousId = 0;
  let previousLine = 0;
  const tokens: string[] = [];
  for (const [id, lines] of [...ids].sort(([a], [b]) => a - b)) {
    const differences: string[] = [];
    for (const line of [...lines].sort((a, b) => a - b)) {
      differences.push((line - previousLine).toString(36));
      previousLine = line;
    }
    const difference = (id - previousId).toString(36);
    tokens.push(differences.length === 0 ? difference : `${difference}:${differences.join(',')}`);
    previousId = id;
  }
  return tokens.join(' ');
}

function* decodeDay(text: string): Generator<[number, readonly number[]]> {
  let id = 0;
  let line = 0;
  for (const token of text.split(' ')) {
    if (token === '') continue;
    const [difference = '', lines] = token.split(':', 2);
    id += Number.parseInt(difference, 36);
    const ids = (lines?.split(',') ?? []).map((part) => {
      line += Number.parseInt(part, 36);
      return line;
    });
    yield [id, ids];
  }
}

/** How a stream's key is made of its root object's id or page key and, for a line, of the line's own id or place. */
export interface KeyShape {
  readonly rootColumn: string;
  /** Which of the root object's fields it holds. */
  readonly rootField: 'id' | 'pageKey';
  /** The column shows numbers as text. */
  readonly isRootText: boolean;
  readonly lineColumn: string | undefined;
  /** The line's column holds its place in its list. */
  readonly isByPlace: boolean;
}

/** Undefined when the key is made otherwise: then rows that are gone cannot be named. */
export function keyShapeOf(stream: CompiledStream): KeyShape | undefined {
  const { id, pageKey } = stream.root;
  const up = '^'.repeat(stream.each.length);
  const rootColumn =
    stream.key.find((name) => sourceOf(stream, name) === `${up}${id}`) ??
    stream.key.find((name) => sourceOf(stream, name) === `${up}${pageKey.field}`);
  const others = stream.key.filter((name) => name !== rootColumn);
  if (rootColumn === undefined || others.length !== Math.min(1, stream.each.length)) return undefined;
  // What is hashed or masked is not what the shop names.
  if (stream.key.some((name) => !['allow', undefined].includes(columnOf(stream, name)?.pii)))
    return undefined;
  return {
    rootColumn,
    rootField: sourceOf(stream, rootColumn) === `${up}${id}` ? 'id' : 'pageKey',
    isRootText: isText(columnOf(stream, rootColumn)?.jsonSchema.type),
    lineColumn: others[0],
    isByPlace: others.length > 0 && stream.keyedByPosition,
  };
}

function isText(type: JsonValue | undefined): boolean {
  return type === 'string' || (Array.isArray(type) && type.includes('string'));
}

function columnOf({ columns }: CompiledStream, name: string) {
  return columns.find((column) => column.name === name);
}

function sourceOf(stream: CompiledStream, name: string): string | undefined {
  return columnOf(stream, name)?.source;
}

/** The ids or places of an object's lines as its rows show them; undefined when one is not a whole number. */
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
export function keysOf(
  root: number | string,
  lines: readonly number[],
  { rootColumn, isRootText, lineColumn }: KeyShape,
): readonly JsonObject[] {
  const value = isRootText ? String(root) : root;
  if (lineColumn === undefined) return [{ [rootColumn]: value }];
  return lines.map((line) => ({ [rootColumn]: value, [lineColumn]: line }));
}
