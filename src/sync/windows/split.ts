import type { CentraClient } from '../../centra/client.ts';
import type { JsonObject } from '../../json.ts';
import type { ResolvedRoot } from '../../shop/open-root.ts';
import { combineFilters, withOffset } from '../../shop/pages/pager.ts';
import { addSeconds, parseCentraTime, toUtcSecond } from '../../time.ts';
import type { Window } from '../state.generated.ts';

export interface SplitOptions {
  readonly client: CentraClient;
  readonly root: ResolvedRoot;
  readonly where: JsonObject | undefined;
  /** The DateRange in the filter. */
  readonly filter: string;
  readonly signal: AbortSignal;
}

/** A window with fewer rows is read in one go. */
export const ROWS_WORTH_SPLITTING = 2_000;
/** More parts would make the state larger and the reading no faster. */
export const MOST_PARTS = 16;

/**
 * Cuts a window into parts of about as many rows, so that they can be read side by side. It counts in halves: each question
 * costs one request. A root that cannot be counted, or whose oldest row cannot be found, is left in one piece.
 */
export async function splitWindow(window: Window, options: SplitOptions): Promise<readonly Window[]> {
  const { counter, oldestTime } = options.root;
  if (counter === undefined) return [window];
  const rows = await count(window, options);
  if (rows < ROWS_WORTH_SPLITTING) return [window];
  const begin = window.from ?? (oldestTime === undefined ? undefined : await oldest(options));
  if (begin === undefined || begin >= window.to) return [window];
  const rowsPerPart = Math.max(ROWS_WORTH_SPLITTING / 2, Math.ceil(rows / MOST_PARTS));
  const parts = await halve({ from: begin, to: window.to }, rows, rowsPerPart, options);
  const [first, ...others] = parts;
  if (first === undefined) return [window];
  // What had no beginning has none still: a row could be older than the oldest by now.
  return window.from === undefined ? [{ to: first.to }, ...others] : parts;
}

async function halve(
  window: { readonly from: string; readonly to: string },
  rows: number,
  rowsPerPart: number,
  options: SplitOptions,
): Promise<readonly Window[]> {
  const lengthMs = Date.parse(window.to) - Date.parse(window.from);
  if (rows <= rowsPerPart || lengthMs < 2_000) return [window];
  const middle = toUtcSecond(Date.parse(window.from) + lengthMs / 2);
  const left = { from: window.from, to: middle };
  const right = { from: addSeconds(middle, 1), to: window.to };
  const leftRows = await count(left, options);
  return [
    ...(await halve(left, leftRows, rowsPerPart, options)),
    ...(await halve(right, rows - leftRows, rowsPerPart, options)),
  ];
}

async function count(window: Window, { client, root, where, filter, signal }: SplitOptions): Promise<number> {
  const { filterType, definition, counter = '' } = root;
  const range = { ...(window.from && { from: withOffset(window.from) }), to: withOffset(window.to) };
  const answer = await client.ask(
    {
      what: definition.label,
      operationName: `count_${counter}`,
      query: `query count_${counter}($where: ${filterType}) { counters { ${counter}(where: $where) } }`,
      variables: { where: combineFilters(where, { [filter]: range }) },
    },
    signal,
  );
  const counters = answer.data.counters as Readonly<Record<string, unknown>> | null | undefined;
  const rows = counters?.[counter];
  return typeof rows === 'number' ? rows : 0;
}

async function oldest({ client, root, where, signal }: SplitOptions): Promise<string | undefined> {
  const { filterType, definition, oldestTime } = root;
  const list = definition.root;
  const answer = await client.ask(
    {
      what: definition.label,
      operationName: `oldest_${list}`,
      query: `query oldest_${list}($where: ${filterType}) { ${list}(where: $where, sort: [${oldestTime?.sort}], limit: 1) { ${oldestTime?.field} } }`,
      variables: { where: where ?? {} },
    },
    signal,
  );
  const rows = answer.data[list];
  const first: unknown = Array.isArray(rows) ? rows[0] : undefined;
  return parseCentraTime((first as Readonly<Record<string, unknown>> | undefined)?.[oldestTime?.field ?? '']);
}
