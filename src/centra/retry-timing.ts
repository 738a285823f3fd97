/** The shortest wait after a 429 that does not say when to come back. */
const DEFAULT_THROTTLE_MS = 10_000;
/** Longer than anybody waits; a header may hold any number, and no clock can show those that are much larger. */
const LONGEST_THROTTLE_MS = 366 * 86_400_000;
const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 30_000;

/**
 * How long to wait before Centra lets requests in again. `Retry-After` is documented as the time of day at which that is
 * (a timestamp); delta-seconds and HTTP dates are what the standard allows. Moments are compared with the server's own
 * clock, since clocks differ. Half a second is added: times have whole seconds, and a request that comes too early extends the wait.
 */
export function throttleDelayMs(retryAfter: string | undefined, serverTimeMs: number): number {
  const text = retryAfter?.trim() ?? '';
  if (text === '') return DEFAULT_THROTTLE_MS;
  const delayMs = /^-?\d+(\.\d+)?$/.test(text)
    ? numericDelayMs(Number(text), serverTimeMs)
    : dateDelayMs(text, serverTimeMs);
  if (delayMs === undefined) return DEFAULT_THROTTLE_MS;
  return Math.min(LONGEST_THROTTLE_MS, Math.max(0, delayMs) + 500);
}

/** A number is milliseconds or seconds since 1970 when it is as large as such a number must be, and else seconds from now. */
function numericDelayMs(value: number, serverTimeMs: number): number {
  if (value >= 1e12) return value - serverTimeMs;
  if (value >= 1e9) return value * 1000 - serverTimeMs;
  return value * 1000;
}

function dateDelayMs(text: string, serverTimeMs: number): number | undefined {
  const timeOfDay = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*([A-Z]+|[+-]\d{2}:?\d{2})?$/i.exec(text);
  if (timeOfDay !== null) {
    const [, hours = 0, minutes = 0, seconds = 0] = timeOfDay.map((part) => Number(part ?? 0));
    const timeMs = ((hours * 60 + minutes) * 60 + seconds) * 1000;
    const zoneMs = zoneOffsetMs(timeOfDay[4] ?? '');
    return zoneMs === undefined
      ? untilTimeMs(timeMs, serverTimeMs, QUARTER_MS)
      : untilTimeMs(timeMs - zoneMs, serverTimeMs, DAY_MS);
  }
  const zone = Object.keys(zonesMs).find((name) => text.toUpperCase().endsWith(` ${name}`));
  const named = zone === undefined ? text : text.slice(0, -zone.length - 1);
  const withZone = /Z$|[+-]\d{2}:?\d{2}$/i.test(named) ? named : `${named}Z`;
  const moment = Date.parse(
    withZone.replace(/^(\d{4}-\d{2}-\d{2}) /, '$1T').replace(/ ?([+-]\d{2}):?(\d{2})$/, '$1:$2'),
  );
  return Number.isNaN(moment) ? undefined : moment - (zonesMs[zone ?? 'UTC'] ?? 0) - serverTimeMs;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const QUARTER_MS = HOUR_MS / 4;

/** Those that headers have, and that of the shop's home. */
const zonesMs: Readonly<Record<string, number>> = Object.freeze({
  GMT: 0,
  UTC: 0,
  CET: HOUR_MS,
  CEST: 2 * HOUR_MS,
});

/** Undefined: not known. */
function zoneOffsetMs(zone: string): number | undefined {
  const name = zone.toUpperCase();
  if (name === 'Z') return 0;
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone) ?? [];
  if (sign === undefined) return zonesMs[name];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

/** A bare time of day that was this short a while ago was meant, and not its next return. */
const JUST_PASSED_MS = 5_000;

/**
 * Until the next moment that shows this time. Where its zone is known, times of the last half a day have passed. Where it
 * is not: zones differ by quarters of an hour, and no documented window is longer than one hour.
 */
function untilTimeMs(timeMs: number, serverTimeMs: number, everyMs: number): number {
  const difference = (timeMs - serverTimeMs) % everyMs;
  const untilMs = (difference + everyMs) % everyMs;
  const passedMs = everyMs === DAY_MS ? DAY_MS / 2 : JUST_PASSED_MS;
  return untilMs > everyMs - passedMs ? 0 : untilMs;
}

/** Exponential, with full jitter above a half so that clients that failed together do not come back together. `attempt` counts from 1; `random` is in [0, 1). */
export function backoffMs(attempt: number, random: number): number {
  const ceiling = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attempt - 1));
  return Math.round(ceiling * (0.5 + random / 2));
}
