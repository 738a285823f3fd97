import type { Clock } from './clock.ts';
import type { Shop } from './data/shop.ts';
import type { Faults } from './faults.ts';
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
  readonly hasEvents: boolean;
  readonly retryAfter: RetryAfterForm;
  /** When fields that are deprecated now will be gone, as a date. */
  readonly removalDate: string;
  latencyMs: number;
}
