import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LONGEST_DURATION_MS, momentFault, parseDuration, parseMoment } from '../../../src/given-time.ts';
import { parseCentraTime, toUtcSecond } from '../../../src/time.ts';

test.each([
  ['2026-01-31', '2026-01-31T00:00:00Z'],
  [' 2026-01-31\n', '2026-01-31T00:00:00Z'],
  ['2024-02-29', '2024-02-29T00:00:00Z'],
  ['2000-02-29', '2000-02-29T00:00:00Z'],
  ['1900-01-01', '1900-01-01T00:00:00Z'],
  ['2199-12-31T23:59:59Z', '2199-12-31T23:59:59Z'],
  ['2026-01-31T10:20:30Z', '2026-01-31T10:20:30Z'],
  ['2026-01-31t10:20:30z', '2026-01-31T10:20:30Z'],
  ['2026-01-31 10:20:30Z', '2026-01-31T10:20:30Z'],
  ['2026-01-31T10:20Z', '2026-01-31T10:20:00Z'],
  ['2026-01-31T10:20:30.987Z', '2026-01-31T10:20:30Z'],
  ['2026-01-01T00:30:00+01:00', '2025-12-31T23:30:00Z'],
  ['2026-01-01T00:30:00+0100', '2025-12-31T23:30:00Z'],
  ['2026-12-31T23:30:00-05:00', '2027-01-01T04:30:00Z'],
])('the moment %j is %s', (text, value) => {
  expect(parseMoment(text)).toEqual({ value });
});

test.each([
  ['2026-02-30', 'is not a day that exists'],
  ['2026-02-29', 'is not a day that exists'],
  ['2100-02-29', 'is not a day that exists'],
  ['2026-04-31T10:00:00Z', 'is not a day that exists'],
  ['2026-00-10', 'is not a day that exists'],
  ['2026-13-01', 'is not a day that exists'],
  ['2026-01-00', 'is not a day that exists'],
  ['2016-12-31T23:59:60Z', 'is a leap second, which the API does not know'],
  ['2026-01-01T24:00:00Z', 'is not a time of day that exists'],
  ['2026-01-01T23:60:00Z', 'is not a time of day that exists'],
  ['2026-01-01T23:59:61Z', 'is not a time of day that exists'],
  ['2026-01-01T10:00:00+15:00', 'has an offset that no time zone has'],
  ['1899-12-31', 'is outside the years 1900 to 2199'],
  ['0026-01-01', 'is outside the years 1900 to 2199'],
  ['2200-01-01', 'is outside the years 1900 to 2199'],
  ['20226-01-01', 'is not a time'],
  ['yesterday', 'is not a time'],
  ['01/02/2026', 'is not a time'],
  ['2026-1-1', 'is not a time'],
  ['2026-01-01T10', 'is not a time'],
  ['2026-01-01T10:00:00 CET', 'is not a time'],
  ['', 'is not a time'],
])('the moment %j %s', (text, fault) => {
  expect(parseMoment(text)).toEqual({ fault, hint: expect.stringMatching(/^Write .*\.$/) });
});

test.each([
  [
    '2026-01-01T10:00:00',
    'Write 2026-01-01T10:00:00Z for UTC, or an offset such as 2026-01-01T10:00:00+01:00.',
  ],
  ['2026-01-01 10:00', 'Write 2026-01-01T10:00Z for UTC, or an offset such as 2026-01-01T10:00+01:00.'],
])('the moment %j does not say its zone, and what to write is said', (text, hint) => {
  expect(parseMoment(text)).toEqual({ fault: 'does not say its time zone', hint });
  expect(momentFault(text)).toBeUndefined();
});

test('every day of the calendar is a moment, and no other day is', () => {
  const part = (most: number) => fc.integer({ min: 0, max: most });
  fc.assert(
    fc.property(fc.integer({ min: 1900, max: 2199 }), part(13), part(32), (year, month, day) => {
      const text = `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
      const date = new Date(Date.UTC(year, month - 1, day));
      const exists = date.toISOString().startsWith(text);
      expect(parseMoment(text)).toEqual(
        exists
          ? { value: `${text}T00:00:00Z` }
          : expect.objectContaining({ fault: 'is not a day that exists' }),
      );
    }),
    { numRuns: 2_000 },
  );
});

test('any second with any offset is the second that it is in UTC', () => {
  const first = Date.UTC(1901, 0, 1) / 1000;
  const last = Date.UTC(2199, 11, 30) / 1000;
  fc.assert(
    fc.property(
      fc.integer({ min: first, max: last }),
      fc.integer({ min: -840, max: 840 }),
      (epoch, offset) => {
        const wall = new Date((epoch + offset * 60) * 1000).toISOString().slice(0, 19);
        const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
        const zone = `${offset < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
        expect(parseMoment(wall + zone)).toEqual({ value: toUtcSecond(epoch * 1000) });
      },
    ),
  );
});

test.each<[unknown, string | undefined]>([
  ['2023-01-16T10:31:34+01:00', '2023-01-16T09:31:34Z'],
  ['2023-01-16T10:31:34+0100', '2023-01-16T09:31:34Z'],
  ['2023-02-30T10:31:34+01:00', undefined],
  ['2023-01-16T10:31:34', undefined],
  [7, undefined],
])("the API's time %j is %s", (value, time) => {
  expect(parseCentraTime(value)).toBe(time);
});

test.each([
  ['1s', 1_000],
  ['90s', 90_000],
  ['5m', 300_000],
  [' 1h ', 3_600_000],
  ['7d', 604_800_000],
  ['576h', LONGEST_DURATION_MS],
  ['24d', LONGEST_DURATION_MS],
])('the length of time %j is %d ms', (text, value) => {
  expect(parseDuration(text)).toEqual({ value });
});

test.each([
  ['600h', 'is longer than 24 days'],
  ['25d', 'is longer than 24 days'],
  ['999999999999999d', 'is longer than 24 days'],
  ['0s', 'is not a length of time'],
  ['5', 'is not a length of time'],
  ['-5m', 'is not a length of time'],
  ['1.5h', 'is not a length of time'],
  ['1h30m', 'is not a length of time'],
  ['never', 'is not a length of time'],
  ['', 'is not a length of time'],
])('the length of time %j %s', (text, fault) => {
  expect(parseDuration(text)).toEqual({ fault, hint: expect.stringMatching(/^(Write|Use) .*\.$/) });
});

test('a timer can wait for the longest of them', () => {
  expect(LONGEST_DURATION_MS).toBeLessThan(2 ** 31);
});
