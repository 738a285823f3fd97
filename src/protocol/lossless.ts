import type { JsonObject, JsonValue } from '../json.ts';
import type { LogMessage, MessageRecord } from './message.ts';

type Change = MessageRecord['changes'][number];

/** One row, ready to be written. */
export interface WrittenRow {
  readonly json: string;
  readonly changes: readonly Change[];
}

/** What could not be passed on as it is in the shop, of the rows that one run writes. */
export interface Losses {
  /** A row in JSON that every destination can hold. What had to be replaced is among the changes. */
  readonly row: (stream: string, data: JsonObject, changes: readonly Change[]) => WrittenRow;
  /** A warning for each column in which something was lost for the first time. */
  readonly news: () => readonly LossReport[];
  /** How often it happened in one stream, at its end. */
  readonly totals: (stream: string) => readonly LossReport[];
}

type LossReport = Pick<LogMessage, 'level' | 'message'>;

interface Loss {
  readonly stream: string;
  readonly column: string;
  readonly reason: string;
  count: number;
  isSaid: boolean;
}

/** NUL, which PostgreSQL has no place for, and half of a character, which UTF-8 cannot write. */
const unstorable = /[\0\p{Cs}]/gu;
const REPLACEMENT = '\ufffd';
const REPLACED = `A character that no database can store (NUL, or half of a character) is U+FFFD now.`;

export function createLosses(): Losses {
  const losses = new Map<string, Loss>();

  const count = (stream: string, { column, reason }: Change): void => {
    const name = JSON.stringify([stream, column, reason]);
    const loss = losses.get(name) ?? { stream, column, reason, count: 0, isSaid: false };
    loss.count += 1;
    losses.set(name, loss);
  };

  return Object.freeze<Losses>({
    row: (stream, data, changes) => {
      const json = JSON.stringify(data);
      // Whatever cannot be stored is written as an escape, and hardly anything else is.
      const replaced = json.includes('\\u') ? replacedColumns(data) : [];
      const all = [...changes, ...replaced];
      for (const change of all) if (change.isLoss === true) count(stream, change);
      if (replaced.length === 0) return { json, changes };
      return { json: JSON.stringify(storable(data)), changes: all };
    },
    news: () =>
      [...losses.values()].flatMap((loss) => {
        if (loss.isSaid) return [];
        loss.isSaid = true;
        const { stream, column, reason } = loss;
        return [
          {
            level: 'warn' as const,
            message: `${stream}.${column}: a value cannot be passed on as it is in the shop. ${reason}`,
          },
        ];
      }),
    totals: (name) =>
      [...losses.values()].flatMap(({ stream, column, reason, count: times }) =>
        stream === name
          ? [
              {
                level: 'info' as const,
                message: `${stream}.${column}: ${times} ${times === 1 ? 'value' : 'values'} not passed on as in the shop. ${reason}`,
              },
            ]
          : [],
      ),
  });
}

function replacedColumns(data: JsonObject): readonly Change[] {
  return Object.entries(data).flatMap(([column, value]) =>
    isStorable(value) ? [] : [{ column, reason: REPLACED, isLoss: true, isKept: true }],
  );
}

function isStorable(value: JsonValue): boolean {
  if (typeof value === 'string') return value.search(unstorable) === -1;
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([name, inner]) => name.search(unstorable) === -1 && isStorable(inner));
}

/** The same value with each character replaced that no database can store. */
export function storable<T extends JsonValue>(value: T): T;
export function storable(value: JsonValue): JsonValue {
  if (typeof value === 'string') return value.replaceAll(unstorable, REPLACEMENT);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((element: JsonValue) => storable(element));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]: [string, JsonValue]) => [
      name.replaceAll(unstorable, REPLACEMENT),
      storable(inner),
    ]),
  );
}
