import type { Clock } from '../clock.ts';

type Measure = 'requests' | 'mutations' | 'complexity';

interface Quota {
  readonly tenSeconds: number;
  readonly oneHour: number;
}

export type Quotas = Readonly<Record<Measure, Quota>>;
export type PlanName = 'growth' | 'enhanced' | 'high-volume' | 'enterprise' | 'unlimited';
export type Plan = PlanName | Quotas;

const quota = (tenSeconds: number, oneHour: number): Quota => ({ tenSeconds, oneHour });

/** As many as an Int of GraphQL can say. */
const most = 2_147_483_647;

export const plans: Readonly<Record<PlanName, Quotas>> = Object.freeze({
  growth: { requests: quota(60, 5000), mutations: quota(20, 1800), complexity: quota(250_000, 30_000_000) },
  enhanced: {
    requests: quota(150, 20_000),
    mutations: quota(50, 4500),
    complexity: quota(900_000, 90_000_000),
  },
  'high-volume': {
    requests: quota(450, 40_000),
    mutations: quota(150, 7000),
    complexity: quota(1_800_000, 180_000_000),
  },
  enterprise: {
    requests: quota(1500, 85_000),
    mutations: quota(500, 25_000),
    complexity: quota(4_000_000, 400_000_000),
  },
  unlimited: { requests: quota(most, most), mutations: quota(most, most), complexity: quota(most, most) },
});

export type Charge = Readonly<Record<Measure, number>>;

interface Bucket {
  readonly measure: Measure;
  readonly interval: 'TEN_SECONDS' | 'ONE_HOUR';
  readonly quota: number;
  /** Tokens a second. */
  readonly refill: number;
  level: number;
}

const typeNames: Readonly<Record<Measure, string>> = Object.freeze({
  requests: 'REQUEST_COUNT',
  complexity: 'QUERY_COMPLEXITY',
  mutations: 'MUTATION_COUNT',
});

/** The token buckets of one environment, shared by all who use its API. Times are seconds on the sandbox's clock. */
export class RateLimits {
  readonly #clock: Clock;
  #buckets: readonly Bucket[];
  #filledAt: number;
  #closedUntil = 0;

  constructor(clock: Clock, plan: Plan) {
    this.#clock = clock;
    this.#filledAt = clock.now() / 1000;
    this.#buckets = bucketsOf(plan);
  }

  /** Begins anew, with full buckets. */
  setPlan(plan: Plan): void {
    this.#buckets = bucketsOf(plan);
    this.#closedUntil = 0;
  }

  /** Takes what a request costs, or gives the time at which requests are let in again, in whole epoch seconds. */
  take(charge: Charge): number | undefined {
    this.#refill();
    const now = this.#filledAt;
    if (now < this.#closedUntil) {
      // Who does not wait, waits longer.
      this.#closedUntil += 1;
      return this.#closedUntil;
    }
    const short = this.#buckets.filter((bucket) => bucket.level < neededIn(bucket, charge));
    if (short.length === 0) {
      for (const bucket of this.#buckets) bucket.level -= charge[bucket.measure];
      return undefined;
    }
    const wait = Math.max(
      ...short.map((bucket) => (neededIn(bucket, charge) - bucket.level) / bucket.refill),
    );
    this.#closedUntil = Math.ceil(now + wait);
    return this.#closedUntil;
  }

  /** Another system of the same client uses the limits up. */
  drain(amounts: Partial<Charge>): void {
    this.#refill();
    for (const bucket of this.#buckets) {
      bucket.level = Math.max(0, bucket.level - (amounts[bucket.measure] ?? 0));
    }
  }

  /** The rows of the rateLimits query. */
  rows(): readonly Readonly<Record<string, unknown>>[] {
    this.#refill();
    return this.#buckets.map((bucket) => {
      const remainingQuota = Math.max(0, Math.floor(bucket.level));
      return {
        type: typeNames[bucket.measure],
        intervalSeconds: bucket.interval,
        quota: bucket.quota,
        usedQuota: bucket.quota - remainingQuota,
        remainingQuota,
      };
    });
  }

  get closedUntil(): number {
    return this.#closedUntil;
  }

  #refill(): void {
    const now = this.#clock.now() / 1000;
    const passed = Math.max(0, now - this.#filledAt);
    for (const bucket of this.#buckets)
      bucket.level = Math.min(bucket.quota, bucket.level + passed * bucket.refill);
    this.#filledAt = now;
  }
}

/** A query that costs more than a full bucket holds is let in when the bucket is full. */
function neededIn(bucket: Bucket, charge: Charge): number {
  return Math.min(charge[bucket.measure], bucket.quota);
}

function bucketsOf(plan: Plan): readonly Bucket[] {
  const quotas = typeof plan === 'string' ? plans[plan] : plan;
  return (['requests', 'complexity', 'mutations'] as const).flatMap((measure): Bucket[] => [
    {
      measure,
      interval: 'TEN_SECONDS',
      quota: quotas[measure].tenSeconds,
      refill: quotas[measure].tenSeconds / 10,
      level: quotas[measure].tenSeconds,
    },
    {
      measure,
      interval: 'ONE_HOUR',
      quota: quotas[measure].oneHour,
      refill: quotas[measure].oneHour / 3600,
      level: quotas[measure].oneHour,
    },
  ]);
}
