import type { RateLimit } from './rate-limits.ts';

/** What a request draws from the buckets. */
export interface Cost {
  readonly requests: number;
  readonly complexity: number;
}

/**
 * When a request may be sent, so that the connector keeps to its share of the limits and finds tokens there when it comes.
 * Two levels are kept of each of Centra's buckets: what our share of it still holds, and what the bucket itself is believed
 * to hold, with what others draw from it. A pure account: it never waits and never asks.
 */
export class Budget {
  readonly #share: number;
  #buckets: readonly Bucket[] = [];
  /** Below 1 after the API said no although we thought that it would say yes; grows back with time. */
  #caution = 1;
  /** Since the API was last asked. */
  #wasRefused = false;

  constructor(share: number) {
    this.#share = share;
  }

  /** Takes in what the API says of its buckets while no request of ours is under way. What they lack beyond our own use, others have drawn. */
  learn(limits: readonly RateLimit[], nowMs: number): void {
    this.#buckets = limits.map((limit) => {
      const present = this.#buckets.find((bucket) => isSame(bucket, limit));
      return present === undefined
        ? newBucket(limit, this.#share, nowMs)
        : corrected(refilled(present, nowMs, this.#caution), limit);
    });
    // What others drew explains a refusal; without that, the limits must be tighter than the API says.
    const isExplained = this.#wasRefused && this.#buckets.some(wasEmptiedByOthers);
    this.#caution = isExplained ? 1 : Math.min(1, this.#caution * 1.05);
    this.#wasRefused = false;
  }

  /** How long to wait until the buckets hold what a request needs; 0: it may be sent now. */
  delayMs(cost: Cost, nowMs: number): number {
    const delays = this.#buckets.map((bucket) =>
      bucketDelayMs(refilled(bucket, nowMs, this.#caution), cost, this.#caution),
    );
    return Math.max(0, ...delays);
  }

  /** After this time a request goes whatever the buckets seem to hold: others may take all that flows in, for ever. */
  longestDelayMs(cost: Cost, nowMs: number): number {
    const delays = this.#buckets.map((bucket) => {
      const { quota, share, windowMs, ours, resource } = refilled(bucket, nowMs, this.#caution);
      const rate = quota / windowMs;
      const forOurs = (Math.min(cost[resource], quota * share) - ours) / (rate * share * this.#caution);
      return Math.max(forOurs, Math.min(cost[resource], quota) / (rate * TRICKLE));
    });
    return Math.ceil(Math.max(0, ...delays));
  }

  /** Takes tokens for a request; negative amounts give back what was taken too much. */
  draw(cost: Cost, nowMs: number): void {
    this.#buckets = this.#buckets.map((bucket) => {
      const now = refilled(bucket, nowMs, this.#caution);
      const amount = cost[bucket.resource];
      return { ...now, ours: now.ours - amount, real: now.real - amount, alone: now.alone - amount };
    });
  }

  /** The API said no: the real buckets hold less than was thought. Slower from now on. */
  refused(): void {
    this.#caution = Math.max(0.3, this.#caution * 0.8);
    this.#wasRefused = true;
  }

  /** How much of the limits is used up by now, as far as that is known. */
  used(nowMs: number): readonly LimitUse[] {
    return this.#buckets.map((bucket) => {
      const { resource, windowMs, quota, share, real } = refilled(bucket, nowMs, this.#caution);
      return { resource, windowMs, share, used: Math.min(1, Math.max(0, 1 - real / quota)) };
    });
  }

  /** The most that one request should cost, so that the share is used evenly; undefined while the limits are not known. */
  comfortableComplexity(): number | undefined {
    const capacities = this.#buckets
      .filter(({ resource }) => resource === 'complexity')
      .map(({ quota, share }) => quota * share);
    return capacities.length === 0 ? undefined : Math.min(...capacities) / 2;
  }
}

/** How much of one of Centra's limits is used up at a moment. */
export interface LimitUse {
  readonly resource: RateLimit['resource'];
  readonly windowMs: number;
  /** From 0 to 1: of the whole limit, by all integrations of the shop. */
  readonly used: number;
  /** The share that the connector may use. */
  readonly share: number;
}

/** Of what flows in, the part that we count on even while others seem to take it all. */
const TRICKLE = 0.1;

/** Pages of one query do not all cost the same: so much more than expected must be there. It delays once, and slows nothing. */
const MARGIN = 1.1;

interface Bucket {
  readonly resource: RateLimit['resource'];
  readonly windowMs: number;
  readonly quota: number;
  /** Of the quota, what we may use. */
  readonly share: number;
  /** Tokens that our share holds; below 0 after a request that cost more than was thought. */
  readonly ours: number;
  /** Tokens that the bucket is believed to hold. */
  readonly real: number;
  /** Tokens that it would hold if nobody but us drew from it since the API was last asked. */
  readonly alone: number;
  /** Tokens a millisecond that others have drawn lately. */
  readonly othersRate: number;
  readonly atMs: number;
  /** When the API was last asked what it holds. */
  readonly learnedAtMs: number;
}

function isSame(bucket: Bucket, limit: RateLimit): boolean {
  return (
    bucket.resource === limit.resource && bucket.windowMs === limit.windowMs && bucket.quota === limit.quota
  );
}

function newBucket(
  { resource, windowMs, quota, remaining }: RateLimit,
  share: number,
  nowMs: number,
): Bucket {
  return {
    resource,
    windowMs,
    quota,
    share,
    ours: Math.min(quota * share, remaining),
    real: remaining,
    alone: remaining,
    othersRate: 0,
    atMs: nowMs,
    learnedAtMs: nowMs,
  };
}

function corrected(bucket: Bucket, { remaining }: RateLimit): Bucket {
  const sinceMs = Math.max(1, bucket.atMs - bucket.learnedAtMs);
  return {
    ...bucket,
    real: remaining,
    alone: remaining,
    othersRate: Math.max(0, bucket.alone - remaining) / sinceMs,
    learnedAtMs: bucket.atMs,
  };
}

/** So little was left that a request could be refused, and more was gone than we drew. */
function wasEmptiedByOthers({ quota, real, othersRate, windowMs }: Bucket): boolean {
  return real < quota / 2 && othersRate > (quota / windowMs) * TRICKLE;
}

function refilled(bucket: Bucket, nowMs: number, caution: number): Bucket {
  const { quota, share, ours, real, alone, othersRate, atMs } = bucket;
  const elapsedMs = Math.max(0, nowMs - atMs);
  const rate = quota / bucket.windowMs;
  return {
    ...bucket,
    ours: Math.min(quota * share, ours + elapsedMs * rate * share * caution),
    real: Math.min(quota, real + elapsedMs * Math.max(rate * TRICKLE, rate - othersRate)),
    alone: Math.min(quota, alone + elapsedMs * rate),
    atMs: Math.max(nowMs, atMs),
  };
}

/**
 * A request that costs more than the whole bucket goes when the bucket is full: it would wait for ever. Where others draw
 * all that flows in, we still come, slowly, since waiting for what they leave would be waiting for ever too.
 */
function bucketDelayMs(bucket: Bucket, cost: Cost, caution: number): number {
  const { quota, share, windowMs, ours, real, othersRate } = bucket;
  const amount = cost[bucket.resource];
  const rate = quota / windowMs;
  const forOurs = (Math.min(amount, quota * share) - ours) / (rate * share * caution);
  const forReal = (Math.min(amount * MARGIN, quota) - real) / Math.max(rate * TRICKLE, rate - othersRate);
  return Math.ceil(Math.max(0, forOurs, forReal));
}
