import { isObject } from '../json.ts';

/** One of Centra's token buckets, shared by all integrations of a shop. It refills continuously, its quota in its window. */
export interface RateLimit {
  readonly resource: 'requests' | 'complexity';
  readonly windowMs: number;
  readonly quota: number;
  readonly remaining: number;
}

/** Needs no permission; counts as one request and ten points itself. */
export const rateLimitsQuery = Object.freeze({
  what: 'its rate limits',
  operationName: 'rateLimits',
  query: 'query rateLimits { rateLimits { type intervalSeconds quota usedQuota remainingQuota } }',
  variables: {},
});

export const RATE_LIMITS_COMPLEXITY = 10;

const resources: Readonly<Record<string, RateLimit['resource']>> = Object.freeze({
  REQUEST_COUNT: 'requests',
  QUERY_COMPLEXITY: 'complexity',
});

const windowsMs: Readonly<Record<string, number>> = Object.freeze({
  TEN_SECONDS: 10_000,
  ONE_HOUR: 3_600_000,
});

/** The buckets that queries draw from. What is not understood is passed over: a newer API may have more kinds. */
export function parseRateLimits(data: Readonly<Record<string, unknown>>): readonly RateLimit[] {
  const limits = Array.isArray(data.rateLimits) ? data.rateLimits.filter(isObject) : [];
  return limits.flatMap(({ type, intervalSeconds, quota, remainingQuota }) => {
    const resource = resources[String(type)];
    const windowMs = windowsMs[String(intervalSeconds)];
    if (resource === undefined || windowMs === undefined) return [];
    if (typeof quota !== 'number' || typeof remainingQuota !== 'number' || quota <= 0) return [];
    return [{ resource, windowMs, quota, remaining: remainingQuota }];
  });
}
