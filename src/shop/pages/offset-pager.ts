import { ConnectorError } from '../../errors.ts';
import type { CentraObject } from '../objects.ts';
import { refusedPosition } from './contradiction.ts';
import { askNarrowing } from './narrowing.ts';
import type { PageSize } from './page-size.ts';
import type { Page, Pager, RefusedRow } from './pager.ts';

export interface OffsetPlace {
  /** How many rows come before it; a multiple of `rows`. */
  readonly offset: number;
  readonly rows: number;
}

/** One offset page, with the row just before it as it is at that same moment. */
export interface OffsetPage {
  readonly objects: readonly CentraObject[];
  readonly refused: readonly RefusedRow[];
  /** The identities of all its rows, in their order, those that are refused too. */
  readonly rows: readonly string[];
  /** The identity of the row before the page; undefined when there is none any more. */
  readonly before: string | undefined;
}

export interface OffsetSource {
  readonly label: string;
  readonly size: PageSize;
  readonly fetch: (place: OffsetPlace, signal: AbortSignal) => Promise<OffsetPage>;
  /** Asks for something small, as long as it takes. */
  readonly wait: (signal: AbortSignal) => Promise<unknown>;
  /** The page without the rows that cannot be served. */
  readonly apart: (place: OffsetPlace, error: ConnectorError, signal: AbortSignal) => Promise<OffsetPage>;
}

/** A list that changes faster than it is paged is given up when it went back so often without coming further. */
const MOST_RETURNS = 20;

/**
 * Pages a list by offset. When rows before the page go away, those behind move up and would be skipped: so each request also
 * asks for the row before its page, and when that is not the row that the last page ended with, it goes back a page.
 */
export function offsetPager(source: OffsetSource): Pager {
  const { label, size } = source;
  /** By the offset behind it: the last row of each page that was read in this run. */
  const ends = new Map<number, string>();
  let farthest = 0;
  let returns = 0;

  async function fetch(
    offset: number,
    signal: AbortSignal,
  ): Promise<OffsetPage & { readonly asked: number }> {
    let asked = 0;
    const page = await askNarrowing(size, {
      rows: () => {
        asked = size.rowsAt(offset);
        return asked;
      },
      ask: (rows) => source.fetch({ offset, rows }, signal),
      wait: () => source.wait(signal),
      apart: (rows, error) => source.apart({ offset, rows }, error, signal),
    });
    return { ...page, asked };
  }

  async function read(from: number, signal: AbortSignal): Promise<Page> {
    let offset = from;
    for (;;) {
      const { objects, refused, rows, before, asked } = await fetch(offset, signal);
      if (offset > 0 && before !== ends.get(offset)) {
        if (offset === from) returns += 1;
        if (returns > MOST_RETURNS) throw moves(label);
        const start = offset;
        offset = Math.max(0, ...[...ends.keys()].filter((end) => end < start));
        continue;
      }
      if (offset > farthest) {
        farthest = offset;
        returns = 0;
      }
      const last = rows.at(-1);
      const end = offset + asked;
      if (last !== undefined) ends.set(end, last);
      const next = last === undefined || rows.length < asked ? undefined : formatPosition(end, last);
      return { objects, refused, next, totalRows: undefined, wentBack: offset !== from };
    }
  }

  return async (after, signal) => {
    const { offset, last } = parsePosition(after, label);
    if (last !== undefined) ends.set(offset, last);
    return read(offset, signal);
  };
}

/** `@400:41` stands for: 400 rows on, after a row that is identified by 41. */
function formatPosition(offset: number, last: string): string {
  return `@${offset}:${last}`;
}

function parsePosition(
  text: string | undefined,
  label: string,
): { offset: number; last: string | undefined } {
  if (text === undefined) return { offset: 0, last: undefined };
  const [, offset, last] = /^@([1-9]\d{0,8}):(.*)$/s.exec(text) ?? [];
  if (offset === undefined) throw refusedPosition(label);
  return { offset: Number(offset), last };
}

function moves(label: string): ConnectorError {
  return new ConnectorError({
    kind: 'transient',
    code: 'shop/list_moves',
    message: `The rows of ${label} change places faster than they can be paged: ${MOST_RETURNS} times in a row, a page did not follow the one before it.`,
    hint: 'Run the read again when the shop changes less; if it lasts, ask Centra whether the list can be sorted by something that no two rows share.',
  });
}
