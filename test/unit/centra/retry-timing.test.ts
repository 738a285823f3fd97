import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffMs, throttleDelayMs } from '../../../src/centra/retry-timing.ts';

const serverTimeMs = Date.parse('2026-03-29T00:59:50Z');

test.each([
  ['no header', undefined, 10_000],
  ['an empty header', '', 10_000],
  ['nonsense', 'soon', 10_000],
  ['delta-seconds', '7', 7_500],
  ['delta-seconds with a fraction', '0.4', 900],
  ['zero seconds', '0', 500],
  ['seconds since 1970', String(serverTimeMs / 1000 + 9), 9_500],
  ['milliseconds since 1970', String(serverTimeMs + 9_000), 9_500],
  ['a date-time in UTC', '2026-03-29T01:00:00Z', 10_500],
  ['a date-time with an offset, after the clocks went forward', '2026-03-29T03:00:00+02:00', 10_500],
  ['a date-time with an offset without a colon', '2026-03-29T02:00:00+0100', 10_500],
  ['a date-time without an offset', '2026-03-29T01:00:00', 10_500],
  ['a date and a time with a blank between', '2026-03-29 01:00:00', 10_500],
  ['an HTTP date', 'Sun, 29 Mar 2026 01:00:00 GMT', 10_500],
  ['a time of day in UTC', '01:00:05', 15_500],
  ['a time of day in another zone', '03:00:05', 15_500],
  ['a time that has passed', '2026-03-29T00:00:00Z', 500],
  ['seconds since 1970 that have passed', String(serverTimeMs / 1000 - 60), 500],
  ['a date-time with an offset west of Greenwich', '2026-03-28T20:00:00-0500', 10_500],
  ['a date-time with a blank before its offset', '2026-03-29 03:00:00 +0200', 10_500],
  ['a date-time with a fraction', '2026-03-29T01:00:00.250Z', 10_750],
  ['an HTTP date in the old form', 'Sunday, 29-Mar-26 01:00:00 GMT', 10_500],
  ['a date as C prints it', 'Sun Mar 29 01:00:00 2026', 10_500],
  ['an HTTP date with an offset', 'Sun, 29 Mar 2026 03:00:00 +0200', 10_500],
  ['an HTTP date in summer time', 'Sun, 29 Mar 2026 03:00:00 CEST', 10_500],
  ['an HTTP date that has passed', 'Sun, 29 Mar 2026 00:59:00 GMT', 500],
  ['a time of day with its zone', '03:00:05+02:00', 15_500],
  ['a time of day with the name of its zone', '03:00:05 CEST', 15_500],
  ['a time of day that has just passed', '00:59:48', 500],
  ['a time of day that has passed in its zone', '00:30:00Z', 500],
  ['a time of day half an hour ahead, with its zone', '01:30:00Z', 1_810_500],
  ['a time of day after midnight', '01:00:00 UTC', 10_500],
  ['a year of seconds', '31536000', 31_536_000_500],
  ['a moment in a hundred years', '2126-03-29T01:00:00Z', 366 * 86_400_000],
  ['a number that no clock can show', '9'.repeat(400), 366 * 86_400_000],
  ['a negative number', '-5', 500],
])('after a 429 with %s', (_, header, delayMs) => {
  expect(throttleDelayMs(header, serverTimeMs)).toBe(delayMs);
});

test('whatever the header says, the delay is a number that is not negative', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.date({ noInvalidDate: true }).map(String), fc.double().map(String)),
      (header) => {
        const delayMs = throttleDelayMs(header, serverTimeMs);
        expect(delayMs).toBeGreaterThanOrEqual(0);
        expect(new Date(serverTimeMs + delayMs).getTime()).not.toBeNaN();
      },
    ),
  );
});

test.each([
  [1, 0, 250],
  [1, 0.999, 500],
  [2, 0, 500],
  [4, 0.5, 3_000],
  [30, 0, 15_000],
  [30, 0.999, 29_985],
])('backoff after attempt %i with the dice at %d', (attempt, random, delayMs) => {
  expect(backoffMs(attempt, random)).toBe(delayMs);
});
