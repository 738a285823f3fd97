import { describe, expect, test } from 'vitest';
import type { RateLimit } from '../../../src/centra/rate-limits.ts';
import { forecast, pageCostOf, pagesNeed, rowsPerPage } from '../../../src/forecast/forecast.ts';

function limit(
  resource: RateLimit['resource'],
  windowMs: number,
  quota: number,
  remaining = quota,
): RateLimit {
  return { resource, windowMs, quota, remaining };
}

/** The plan "Growth". */
const growth = [
  limit('requests', 10_000, 60),
  limit('requests', 3_600_000, 5_000),
  limit('complexity', 10_000, 250_000),
  limit('complexity', 3_600_000, 30_000_000),
];

describe('the time that a need takes', () => {
  test.each<[string, { requests: number; complexity: number }, number, readonly RateLimit[], number, string]>(
    [
      [
        'little: what the buckets hold, as fast as answers come',
        { requests: 8, complexity: 1000 },
        1,
        growth,
        0.4,
        'latency',
      ],
      [
        'many requests: 6 a second beyond the first 60',
        { requests: 660, complexity: 0 },
        1,
        growth,
        100,
        'requests/10000',
      ],
      [
        'the same at half of the limits',
        { requests: 660, complexity: 0 },
        0.5,
        growth,
        210,
        'requests/10000',
      ],
      [
        'points: 25,000 a second beyond the first 250,000',
        { requests: 10, complexity: 5_250_000 },
        1,
        growth,
        200,
        'complexity/10000',
      ],
      [
        'a long backfill meets the hour',
        { requests: 100, complexity: 60_000_000 },
        1,
        growth,
        3_600,
        'complexity/3600000',
      ],
      [
        'a bucket that others have emptied',
        { requests: 60, complexity: 0 },
        1,
        [limit('requests', 10_000, 60, 0)],
        10,
        'requests/10000',
      ],
      ['no limits', { requests: 4_000, complexity: 1e9 }, 0.5, [], 200, 'latency'],
    ],
  )('%s', (_, need, share, limits, seconds, boundBy) => {
    const found = forecast({ need, limits, share, latencyMs: 200, maxConcurrency: 4 });
    expect(found.durationMs / 1000).toBeCloseTo(seconds, 6);
    const bound =
      found.boundBy === 'latency' ? 'latency' : `${found.boundBy.resource}/${found.boundBy.windowMs}`;
    expect(bound).toBe(boundBy);
  });
});

describe('pages', () => {
  test('the cost of a small page is scaled by its rows, but for what a request costs anyway', () => {
    const cost = pageCostOf(250, 10);
    expect(cost).toEqual({ perRequest: 100, perRow: 15 });
    expect(pagesNeed(1_000, 200, cost)).toEqual({ requests: 5, complexity: 15_500 });
    expect(pagesNeed(1, 200, cost)).toEqual({ requests: 1, complexity: 3_100 });
    expect(pageCostOf(50, 10)).toEqual({ perRequest: 50, perRow: 0 });
  });

  test('a page costs half of our share at most', () => {
    const cost = { perRequest: 100, perRow: 50 };
    expect(rowsPerPage(cost, growth, 1, 200)).toBe(200);
    expect(rowsPerPage(cost, [limit('complexity', 10_000, 10_200)], 1, 200)).toBe(100);
    expect(rowsPerPage(cost, [limit('complexity', 10_000, 10_200)], 0.5, 200)).toBe(49);
    expect(rowsPerPage(cost, [limit('complexity', 10_000, 10)], 0.5, 200)).toBe(1);
    expect(rowsPerPage(cost, [], 0.5, 200)).toBe(200);
  });
});
