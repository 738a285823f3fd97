import type { RateLimit } from '../centra/rate-limits.ts';
import { duration, windowInWords } from '../console/durations.ts';
import { count, shown, textTable } from '../console/text-table.ts';

/** What a sync will ask for, in the form in which machines get it. */
export interface ForecastResult {
  /** Whether all rows and points are known; else requests, points and times are the least that there can be. */
  readonly is_complete: boolean;
  readonly streams: readonly {
    readonly stream: string;
    /** Null: nobody can tell. */
    readonly rows: number | null;
    readonly is_exact: boolean;
  }[];
  readonly fetches: readonly {
    readonly streams: readonly string[];
    readonly rows: number | null;
    readonly open: number;
    readonly requests: number;
    readonly complexity: number;
  }[];
  readonly unreadable: readonly { readonly stream: string; readonly reason: string }[];
  readonly limits: readonly {
    readonly resource: RateLimit['resource'];
    readonly window_seconds: number;
    readonly quota: number;
    readonly remaining: number;
  }[];
  readonly times: readonly {
    readonly share: number;
    readonly requests: number;
    readonly complexity: number;
    readonly seconds: number;
    readonly bound_by: string;
  }[];
  readonly asked: { readonly requests: number; readonly complexity: number };
}

/** The result for people. */
export function forecastText(
  result: ForecastResult,
  {
    host,
    hasState,
    sampleRows,
  }: { readonly host: string; readonly hasState: boolean; readonly sampleRows: number },
): string {
  const { streams, fetches, unreadable, limits, times, asked, is_complete: isComplete } = result;
  const unknown = fetches.some(({ rows }) => rows === null);
  return [
    `What a sync of ${host} would ask for, ${hasState ? 'from this state on' : 'from the beginning'}:`,
    '',
    ...textTable(
      ['stream', 'rows'],
      streams.map(({ stream, rows, is_exact: isExact }) => [
        stream,
        rows === null ? 'unknown' : aboutUnless(isExact, rows),
      ]),
      ['rows'],
    ),
    '',
    ...textTable(
      ['fetched together', 'rows', 'open again', 'requests', 'complexity'],
      [
        ...fetches.map(({ streams: names, rows, open, requests, complexity }) => [
          names.join(', '),
          rows === null ? 'unknown' : shown(rows),
          open,
          atLeastIf(rows === null, requests),
          atLeastIf(rows === null, complexity),
        ]),
      ],
      ['rows', 'requests', 'complexity'],
    ),
    ...unreadable.map(({ stream, reason }) => `Not read: ${stream}. ${reason}`),
    '',
    ...limitLines(limits),
    '',
    ...textTable(
      ['budget_share', 'requests', 'complexity', isComplete ? 'takes about' : 'takes at least', 'held up by'],
      times.map(({ share, requests, complexity, seconds, bound_by: boundBy }) => [
        shown(share),
        requests,
        complexity,
        duration(seconds),
        boundBy,
      ]),
      ['budget_share', isComplete ? 'takes about' : 'takes at least'],
    ),
    '',
    ...(unknown ? ['Unknown rows: this API has no counter for them, so the least is said.'] : []),
    'Rows without "about" are counted by the shop. The length of a list inside a row, such as the stock of a warehouse, is found by looking where it ends: within 5% or so.',
    `A number of lines is reckoned from a page of ${sampleRows} rows: expect it within a third or so, and further off where few rows have most of the lines. Complexity is reckoned from the same page.`,
    ...(hasState
      ? ['From a state on, the last minute before it is read again; what is as before is not written again.']
      : []),
    'A smaller share makes smaller pages where a page of 200 rows would cost more than half of it, so it can take more requests.',
    `To find out, Centra was asked ${count(asked.requests, 'time')} for ${count(asked.complexity, 'point')} of complexity.`,
    '',
  ].join('\n');
}

function limitLines(limits: ForecastResult['limits']): readonly string[] {
  if (limits.length === 0) return ['This API does not tell its limits; a time cannot be said from them.'];
  return [
    "The limits of the API, which all of the shop's integrations share:",
    '',
    ...textTable(
      ['limit', 'in', 'quota', 'left now'],
      limits.map(({ resource, window_seconds: seconds, quota, remaining }) => [
        resource,
        windowInWords(seconds),
        quota,
        remaining,
      ]),
    ),
  ];
}

function aboutUnless(isExact: boolean, rows: number): string {
  return isExact ? shown(rows) : `about ${shown(rows)}`;
}

function atLeastIf(isLeast: boolean, number: number): string {
  return isLeast ? `${shown(number)} or more` : shown(number);
}
