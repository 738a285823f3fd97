import { timeRange } from '../../shop/filter.ts';
import type { OpenRoot } from '../../shop/open-root.ts';
import { addSeconds, toUtcSecond } from '../../time.ts';
import type { Window } from '../state.generated.ts';

/** A window with fewer rows is read in one go. */
export const ROWS_WORTH_SPLITTING = 2_000;
/** More parts would make the state larger and the reading no faster. */
export const MOST_PARTS = 16;

/**
 * Cuts a window into parts of about as many rows, so that they can be read side by side. It counts in halves: each question
 * costs one request. A root that cannot be counted, or whose oldest row cannot be found, is left in one piece.
 */
export async function splitWindow(
  window: Window,
  root: OpenRoot,
  /** The DateRange in the root's filter. */
  filter: string,
  signal: AbortSignal,
): Promise<readonly Window[]> {
  if (root.countedBy !== 'counter') return [window];
  const count = async (part: Window) => (await root.count({ [filter]: timeRange(part) }, signal)) ?? 0;
  const rows = await count(window);
  if (rows < ROWS_WORTH_SPLITTING) return [window];
  const begin = window.from ?? (await root.oldest(signal));
  if (begin === undefined || begin >= window.to) return [window];
  const rowsPerPart = Math.max(ROWS_WORTH_SPLITTING / 2, Math.ceil(rows / MOST_PARTS));
  const parts = await halve({ from: begin, to: window.to }, rows, rowsPerPart, count);
  const [first, ...others] = parts;
  if (first === undefined) return [window];
  // What had no beginning has none still: a row could be older than the oldest by now.
  return window.from === undefined ? [{ to: first.to }, ...others] : parts;
}

async function halve(
  window: { readonly from: string; readonly to: string },
  rows: number,
  rowsPerPart: number,
  count: (part: Window) => Promise<number>,
): Promise<readonly Window[]> {
  const lengthMs = Date.parse(window.to) - Date.parse(window.from);
  if (rows <= rowsPerPart || lengthMs < 2_000) return [window];
  const middle = toUtcSecond(Date.parse(window.from) + lengthMs / 2);
  const left = { from: window.from, to: middle };
  const right = { from: addSeconds(middle, 1), to: window.to };
  const leftRows = await count(left);
  return [
    ...(await halve(left, leftRows, rowsPerPart, count)),
    ...(await halve(right, rows - leftRows, rowsPerPart, count)),
  ];
}
