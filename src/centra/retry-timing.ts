/** The shortest wait after a 429 that does not say when to come back. */
const DEFAULT_THROTTLE_MS = 10_000;
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
  const delayMs = /^\d+(\.\d+)?$/.test(text)
    ? numericDelayMs(Number(text), serverTimeMs)
    : dateDelayMs(text, serverTimeMs);
  if (delayMs === undefined) return DEFAULT_THROTTLE_MS;
  return Math.max(0, delayMs) + 500;
}

/** A number is milliseconds or seconds since 1970 when it is as large as such a number must be, and else seconds from now. */
function numericDelayMs(value: number, serverTimeMs: number): number {
  if (value >= 1e12) return value - serverTimeMs;
  if (value >= 1e9) return value * 1000 - serverTimeMs;
  return value * 1000;
}

function dateDelayMs(text: string, serverTimeMs: number): number | undefined {
  const timeOfDay = /^(\d{2}):(\d{2})(?::(\d{2}))?$/.exec(text);
  if (timeOfDay !== null) {
    const [hours = 0, minutes = 0, seconds = 0] = timeOfDay.slice(1).map((part) => Number(part ?? 0));
    return untilTimeOfDayMs((hours * 60 + minutes) * 60 + seconds, serverTimeMs);
  }
  const withZone = /[zZ]$|[+-]\d{2}:?\d{2}$|GMT$|[A-Z]{3}$/.test(text) ? text : `${text}Z`;
  const moment = Date.parse(
    withZone.replace(/^(\d{4}-\d{2}-\d{2}) /, '$1T').replace(/([+-]\d{2})(\d{2})$/, '$1:$2'),
  );
  return Number.isNaN(moment) ? undefined : moment - serverTimeMs;
}

/** The zone of a bare time of day is not known; zones differ by quarters of an hour, and no documented window is longer than one hour. */
function untilTimeOfDayMs(secondOfDay: number, serverTimeMs: number): number {
  const quarterMs = 900_000;
  const difference = secondOfDay * 1000 - (serverTimeMs % 86_400_000);
  return ((difference % quarterMs) + quarterMs) % quarterMs;
}

/** Exponential, with full jitter above a half so that clients that failed together do not come back together. `attempt` counts from 1; `random` is in [0, 1). */
export function backoffMs(attempt: number, random: number): number {
  const ceiling = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attempt - 1));
  return Math.round(ceiling * (0.5 + random / 2));
}
