import type { UtcSecond } from './time.ts';
import { isCalendarDate, utcSecond } from './timestamp.ts';

/** A moment or a length of time that a person wrote, or what is wrong with it and what to write instead. */
export type Given<Value> = { readonly value: Value } | GivenFault;

export interface GivenFault {
  /** Finishes a sentence about the text: `is not a day that exists`. */
  readonly fault: string;
  /** What to write instead: a whole sentence. */
  readonly hint: string;
}

const MOMENT =
  /^(\d{4})-\d{2}-\d{2}(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s?(Z|[+-]\d{2}:?\d{2})?)?$/i;

/** Years outside of these are slips of the pen: a digit too many, or one too few. */
const FIRST_YEAR = 1900;
const LAST_YEAR = 2199;

/** The fault of a text that is no date at all. */
export const NOT_A_TIME = 'is not a time';

const momentHint = 'Write it as YYYY-MM-DD or YYYY-MM-DDTHH:mm:ssZ.';

/** `2026-01-31`, which means its midnight in UTC, or `2026-01-31T10:00:00Z`, with any offset. */
export function parseMoment(given: string): Given<UtcSecond> {
  const text = given.trim();
  const fault = momentFault(text);
  if (fault !== undefined) return fault;
  if (text.length === 10) return { value: `${text}T00:00:00Z` };
  const value = utcSecond(text);
  if (value !== undefined) return { value };
  if (!/(Z|[+-]\d{2}:?\d{2})$/i.test(text)) {
    const iso = text.replace(' ', 'T');
    return {
      fault: 'does not say its time zone',
      hint: `Write ${iso}Z for UTC, or an offset such as ${iso}+01:00.`,
    };
  }
  return { fault: 'has an offset that no time zone has', hint: momentHint };
}

/** What is wrong with a moment whose time zone may be left open; undefined when it exists. */
export function momentFault(text: string): GivenFault | undefined {
  const match = MOMENT.exec(text);
  if (match === null) return { fault: NOT_A_TIME, hint: momentHint };
  const [, year, hour = '00', minute = '00', second = '00'] = match;
  if (!isCalendarDate(text)) return { fault: 'is not a day that exists', hint: momentHint };
  if (Number(year) < FIRST_YEAR || Number(year) > LAST_YEAR) {
    return { fault: `is outside the years ${FIRST_YEAR} to ${LAST_YEAR}`, hint: momentHint };
  }
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60)
    return { fault: 'is not a time of day that exists', hint: momentHint };
  if (second === '60')
    return {
      fault: 'is a leap second, which the API does not know',
      hint: 'Write the second before it, :59.',
    };
  return undefined;
}

const units: Readonly<Record<string, number>> = Object.freeze({
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
});

/** A timer that waits for more milliseconds than 31 bits hold fires at once. */
export const LONGEST_DURATION_MS = 24 * 86_400_000;

/** `90s`, `5m`, `1h` or `7d` in milliseconds: at least a second, at most 24 days. */
export function parseDuration(given: string): Given<number> {
  const [, number, unit = ''] = /^(\d{1,15})([smhd])$/.exec(given.trim()) ?? [];
  const durationMs = Number(number) * (units[unit] ?? Number.NaN);
  if (Number.isNaN(durationMs) || durationMs === 0)
    return { fault: 'is not a length of time', hint: 'Write it as 60s, 5m, 1h or 7d.' };
  if (durationMs > LONGEST_DURATION_MS)
    return { fault: 'is longer than 24 days', hint: 'Use at most 24d, which is 576h.' };
  return { value: durationMs };
}
