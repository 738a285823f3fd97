import fc from 'fast-check';
import { expect, test } from 'vitest';
import { utcSecond } from '../../../src/timestamp.ts';

const table: readonly (readonly [string, string | undefined])[] = [
  ['2023-01-16T10:31:34+01:00', '2023-01-16T09:31:34Z'],
  ['2023-01-16T10:31:34+0100', '2023-01-16T09:31:34Z'],
  ['2023-01-16T10:31:34+01', '2023-01-16T09:31:34Z'],
  ['2023-01-16T10:31:34Z', '2023-01-16T10:31:34Z'],
  ['2023-01-16 10:31:34 +01:00', '2023-01-16T09:31:34Z'],
  ['2023-01-16T10:31:34.999+01:00', '2023-01-16T09:31:34Z'],
  ['2023-01-16T10:31+01:00', '2023-01-16T09:31:00Z'],
  ['2024-03-01T00:30:00+05:30', '2024-02-29T19:00:00Z'],
  ['2023-12-31T23:59:59-00:01', '2024-01-01T00:00:59Z'],
  ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00Z'],
  ['1900-02-29T00:00:00Z', undefined],
  ['2023-02-29T00:00:00+00:00', undefined],
  ['2023-04-31T00:00:00+00:00', undefined],
  ['2023-13-01T00:00:00+00:00', undefined],
  ['2023-00-01T00:00:00+00:00', undefined],
  ['2023-01-00T00:00:00+00:00', undefined],
  ['2023-01-16T24:00:00+00:00', undefined],
  ['2023-01-16T23:60:00+00:00', undefined],
  ['2023-01-16T23:00:60+00:00', undefined],
  ['2023-01-16T10:31:34+15:00', undefined],
  ['2023-01-16T10:31:34', undefined],
  ['2023-01-16 10:31:34', undefined],
  ['2023-01-16', undefined],
  ['0000-01-01T00:00:00+01:00', undefined],
  ['9999-12-31T23:59:59-01:00', undefined],
  ['202a-01-16T10:31:34+01:00', undefined],
  ['2023-01-16T1O:31:34+0100', undefined],
  ['2023-01-16T10:31:34+o100', undefined],
  ['1673861494', undefined],
  ['', undefined],
];

test.each(table)('%s', (text, expected) => {
  expect(utcSecond(text)).toBe(expected);
});

test('every time with an offset comes out as the built-in Date sees it', () => {
  const range = {
    min: new Date('1000-01-02T00:00:00Z'),
    max: new Date('9999-12-30T00:00:00Z'),
    noInvalidDate: true,
  };
  fc.assert(
    fc.property(
      fc.date(range),
      fc.integer({ min: -14 * 60, max: 14 * 60 }),
      fc.boolean(),
      (date, offset, hasColon) => {
        const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, 19);
        const pad = (value: number) => String(value).padStart(2, '0');
        const zone = `${offset < 0 ? '-' : '+'}${pad(Math.floor(Math.abs(offset) / 60))}${hasColon ? ':' : ''}${pad(Math.abs(offset) % 60)}`;
        expect(utcSecond(local + zone)).toBe(`${date.toISOString().slice(0, 19)}Z`);
      },
    ),
    { numRuns: 2000 },
  );
});
