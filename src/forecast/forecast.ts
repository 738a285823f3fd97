import type { RateLimit } from '../centra/rate-limits.ts';

/** What a sync will draw from the limits. */
export interface Need {
  readonly requests: number;
  readonly complexity: number;
}

export interface ForecastInput {
  readonly need: Need;
  readonly limits: readonly RateLimit[];
  /** How much of the limits may be used, above 0 up to 1. */
  readonly share: number;
  /** How long one answer takes. */
  readonly latencyMs: number;
  readonly maxConcurrency: number;
}

export interface Forecast {
  readonly durationMs: number;
  /** What holds it up most. */
  readonly boundBy: RateLimit | 'latency';
}

/**
 * The least time that a need takes. Of each bucket our share may be used at once as far as it is full, and then what flows
 * in; the slowest bucket counts, or the answers themselves.
 */
export function forecast({ need, limits, share, latencyMs, maxConcurrency }: ForecastInput): Forecast {
  const bounds: Forecast[] = [
    { durationMs: (need.requests * latencyMs) / maxConcurrency, boundBy: 'latency' },
    ...limits.map((limit) => ({ durationMs: bucketMs(limit, need[limit.resource], share), boundBy: limit })),
  ];
  return bounds.reduce((longest, bound) => (bound.durationMs > longest.durationMs ? bound : longest));
}

function bucketMs({ quota, remaining, windowMs }: RateLimit, amount: number, share: number): number {
  const burst = Math.min(quota * share, remaining);
  const inflowPerMs = (quota * share) / windowMs;
  return Math.max(0, amount - burst) / inflowPerMs;
}

/** Points of one request: some for itself, and some a row. */
export interface PageCost {
  readonly perRequest: number;
  readonly perRow: number;
}

/** What a request costs beside its rows; not documented, and the same for all lists that are known. */
const BASE_COMPLEXITY = 100;

/** Takes the cost of a small page apart. */
export function pageCostOf(complexity: number, rows: number): PageCost {
  const perRequest = Math.min(BASE_COMPLEXITY, complexity);
  return { perRequest, perRow: (complexity - perRequest) / Math.max(1, rows) };
}

/** How many rows a page will have: the most that the API gives, or so many that one page costs half of our share at most. */
export function rowsPerPage(
  cost: PageCost,
  limits: readonly RateLimit[],
  share: number,
  most: number,
): number {
  const shares = limits.flatMap(({ resource, quota }) => (resource === 'complexity' ? [quota * share] : []));
  if (cost.perRow <= 0 || shares.length === 0) return most;
  const fitting = Math.floor((Math.min(...shares) / 2 - cost.perRequest) / cost.perRow);
  return Math.max(1, Math.min(most, fitting));
}

/** The pages for a number of rows. A page costs by what was asked for, also when it comes back half empty. */
export function pagesNeed(rows: number, pageRows: number, { perRequest, perRow }: PageCost): Need {
  const requests = Math.max(1, Math.ceil(rows / pageRows));
  return { requests, complexity: Math.round(requests * (perRequest + pageRows * perRow)) };
}

export function sumOf(needs: readonly Need[]): Need {
  return needs.reduce(
    (sum, need) => ({
      requests: sum.requests + need.requests,
      complexity: sum.complexity + need.complexity,
    }),
    { requests: 0, complexity: 0 },
  );
}
