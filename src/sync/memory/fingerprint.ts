import { createHash } from 'node:crypto';
import type { GoodRow, MappedRow } from '../../catalog/compile/compiled.ts';

/**
 * What was written of a row, by its page key: five characters, so that a row that comes again unchanged is not written again.
 * That two versions of one row look the same has a chance of one in a thousand million.
 */
export type SentRows = ReadonlyMap<number, string>;

/** So many rows are remembered, the newest; others are written again, so that the state stays small. */
export const LARGEST_EDGE = 2_000;

const FINGERPRINT_LENGTH = 5;

export function fingerprint(text: string): string {
  return createHash('sha1').update(text).digest('base64url').slice(0, FINGERPRINT_LENGTH);
}

/** What tells two versions of one object apart, as far as this stream shows it. */
export function fingerprintOf(rows: readonly MappedRow[]): string {
  return fingerprint(
    JSON.stringify(rows.map((row) => ('quarantined' in row ? null : (row satisfies GoodRow).data))),
  );
}

/** A compact text: keys ascending, each the difference from the one before in base 36, then the fingerprint. About eight bytes a row. */
export function encodeSent(rows: SentRows): string {
  let previous = 0;
  return [...rows]
    .sort(([a], [b]) => a - b)
    .map(([key, print]) => {
      const token = `${(key - previous).toString(36)}${print}`;
      previous = key;
      return token;
    })
    .join(' ');
}

export function decodeSent(text: string | undefined): Map<number, string> {
  const rows = new Map<number, string>();
  let key = 0;
  for (const token of text?.split(' ') ?? []) {
    if (token === '') continue;
    key += Number.parseInt(token.slice(0, -FINGERPRINT_LENGTH), 36);
    rows.set(key, token.slice(-FINGERPRINT_LENGTH));
  }
  return rows;
}
