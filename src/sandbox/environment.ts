import type { Clock } from './clock.ts';
import type { Shop } from './data/shop.ts';
import type { Faults } from './faults.ts';
import type { HiddenOrders } from './graphql/hidden-orders.ts';
import type { ServedSchema } from './graphql/served-schema.ts';
import type { RateLimits } from './limits/rate-limits.ts';
import type { RetryAfterForm } from './limits/retry-after.ts';
import type { Token } from './limits/tokens.ts';
import type { RequestLog } from './request-log.ts';
import type { Webhooks } from './webhooks/webhooks.ts';

/** One running sandbox: the shop, and all that stands between it and its clients. */
export interface Environment {
  readonly shop: Shop;
  readonly clock: Clock;
  readonly served: ServedSchema;
  readonly limits: RateLimits;
  readonly faults: Faults;
  readonly webhooks: Webhooks;
  readonly log: RequestLog;
  readonly tokens: Map<string, Token>;
  readonly mainToken: string;
  readonly seed: number;
  readonly retryAfter: RetryAfterForm;
  /** When fields that are deprecated now will be gone, as a date. */
  readonly removalDate: string;
  latencyMs: number;
  /** The numbers of orders whose lines no query can have. */
  unservable: ReadonlySet<number>;
  /** The orders that lists leave out unless a filter names them. */
  hiddenOrders: ReadonlySet<HiddenOrders>;
  introspection: Introspection;
  /** Queries that ask for more than this take too long and are answered with 499. */
  slowAbove: SlowAbove;
}

export interface SlowAbove {
  /** Rows that one list of the query may give. */
  readonly rows?: number | undefined;
  readonly complexity?: number | undefined;
}

export const introspectionModes = Object.freeze(['on', 'refused', 'cut', 'slow'] as const);

/** How a query for the schema is answered: as any other, not at all, with half of the answer, or late. */
export interface Introspection {
  readonly mode: (typeof introspectionModes)[number];
  /** For `slow`: how late. */
  readonly ms: number;
}
