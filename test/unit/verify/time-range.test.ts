import { describe, expect, test } from 'vitest';
import type { WindowsState } from '../../../src/sync/state.generated.ts';
import { coverageOf } from '../../../src/verify/coverage.ts';
import { contains, intersect, subtract, type TimeRange } from '../../../src/verify/time-range.ts';

const day = (from: string | undefined, to: string | undefined): TimeRange => ({
  from: from && `2026-03-${from}Z`,
  to: to && `2026-03-${to}Z`,
});

describe('what is left of a range', () => {
  test.each<[string, TimeRange, TimeRange, readonly TimeRange[]]>([
    [
      'a hole beside it',
      day('02T00:00:00', '03T00:00:00'),
      day('04T00:00:00', '05T00:00:00'),
      [day('02T00:00:00', '03T00:00:00')],
    ],
    [
      'a hole in its middle',
      day('01T00:00:00', '09T00:00:00'),
      day('04T00:00:00', '05T00:00:00'),
      [day('01T00:00:00', '03T23:59:59'), day('05T00:00:01', '09T00:00:00')],
    ],
    [
      'a hole over its end',
      day('01T00:00:00', '04T12:00:00'),
      day('04T00:00:00', '05T00:00:00'),
      [day('01T00:00:00', '03T23:59:59')],
    ],
    ['a hole that swallows it', day('04T01:00:00', '04T02:00:00'), day('04T00:00:00', '05T00:00:00'), []],
    [
      'no beginning',
      day(undefined, '04T00:00:00'),
      day('02T00:00:00', '03T00:00:00'),
      [day(undefined, '01T23:59:59'), day('03T00:00:01', '04T00:00:00')],
    ],
    [
      'a hole without a beginning',
      day(undefined, '04T00:00:00'),
      day(undefined, '03T00:00:00'),
      [day('03T00:00:01', '04T00:00:00')],
    ],
    [
      'a hole of its last second',
      day('01T00:00:00', '04T00:00:00'),
      day('04T00:00:00', '04T00:00:00'),
      [day('01T00:00:00', '03T23:59:59')],
    ],
  ])('%s', (_, range, hole, left) => {
    expect(subtract([range], [hole])).toEqual(left);
  });
});

test('ranges include both ends', () => {
  const ranges = [day('02T00:00:00', '03T00:00:00')];
  expect(contains(ranges, '2026-03-02T00:00:00Z')).toBe(true);
  expect(contains(ranges, '2026-03-03T00:00:00Z')).toBe(true);
  expect(contains(ranges, '2026-03-03T00:00:01Z')).toBe(false);
  expect(intersect(ranges, day('03T00:00:00', undefined))).toEqual([day('03T00:00:00', '03T00:00:00')]);
});

describe('what a state covers', () => {
  const through = '2026-03-09T00:00:00Z';
  const state: WindowsState = {
    version: 2,
    kind: 'windows',
    mode: 'incremental',
    origin: { shop: 'sandbox---', root: 'orders', key: 'id', columns: {} },
    owed: [],
  };

  test('everything until `through`, from the start date on', () => {
    expect(coverageOf({ ...state, through }, '2026-03-01T00:00:00Z')).toMatchObject({
      covered: [{ from: '2026-03-01T00:00:00Z', to: through }],
      owed: [{ from: '2026-03-09T00:00:01Z' }],
    });
  });

  test('but for the windows of a read that was interrupted', () => {
    const owed = [
      { from: '2026-03-04T00:00:00Z', to: '2026-03-05T00:00:00Z', after: 'x' },
      { from: '2026-03-08T00:00:00Z', to: through },
    ];
    expect(coverageOf({ ...state, owed: [...owed], through }, undefined)?.covered).toEqual([
      { from: undefined, to: '2026-03-03T23:59:59Z' },
      { from: '2026-03-05T00:00:01Z', to: '2026-03-07T23:59:59Z' },
    ]);
  });

  test('nothing while the first read has not ended', () => {
    expect(coverageOf({ ...state, owed: [{ to: through, after: 'x' }], through }, undefined)).toBeUndefined();
    expect(coverageOf({ ...state }, undefined)).toBeUndefined();
  });

  test('the open rows, by their ids', () => {
    expect([...(coverageOf({ ...state, through, open: 'zAAAAA 1BBBBB' }, undefined)?.open ?? [])]).toEqual([
      '35',
      '36',
    ]);
  });
});
