import { ConnectorError } from '../../errors.ts';
import type { JsonObject } from '../../json.ts';

export type CentraObject = Readonly<Record<string, unknown>>;

export interface Page {
  readonly objects: readonly CentraObject[];
  /** The position after this page, to go on from in this run or a later one; undefined after the last. */
  readonly next: string | undefined;
  /** How many rows the whole has, where the API said it. */
  readonly totalRows: number | undefined;
  /** Rows moved while the list was paged, so that a part of it is read again. */
  readonly wentBack: boolean;
}

/** Reads one page: `after` is undefined for the first, else the `next` of an earlier one. */
export type Pager = (after: string | undefined, signal: AbortSignal) => Promise<Page>;

/** The most that Centra gives at once. */
export const PAGE_SIZE = 200;

export function brokenAnswer(what: string, how: string): ConnectorError {
  return new ConnectorError({
    kind: 'transient',
    code: 'centra/broken_answer',
    message: `Centra's answer for ${what} ${how}.`,
    hint: 'Try again; if it lasts, report it with the version that check prints.',
  });
}

interface DateRange {
  readonly from?: string;
  readonly to?: string;
}

/**
 * Adds the sync's own condition to the mapping's filter. Both name times as ranges and ids as lists; what both name must
 * hold for both.
 */
export function combineFilters(where: JsonObject | undefined, condition: JsonObject): JsonObject {
  const combined: Record<string, JsonObject[string]> = { ...where };
  for (const [name, value] of Object.entries(condition)) {
    const present = combined[name];
    if (present === undefined || present === null) combined[name] = value;
    else if (Array.isArray(present) && Array.isArray(value)) {
      combined[name] = value.filter((item) => present.includes(item));
    } else combined[name] = intersect(present as DateRange, value as DateRange);
  }
  return combined;
}

function intersect(a: DateRange, b: DateRange): JsonObject {
  const from = [a.from, b.from]
    .filter((time) => time !== undefined)
    .sort(byMoment)
    .at(-1);
  const to = [a.to, b.to].filter((time) => time !== undefined).sort(byMoment)[0];
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

function byMoment(a: string, b: string): number {
  return Date.parse(a) - Date.parse(b);
}

/** Centra's documentation writes times with an offset in digits. */
export function withOffset(time: string): string {
  return time.replace(/Z$/, '+00:00');
}
