import type { CentraClient } from '../centra/client.ts';
import { parseRateLimits, type RateLimit, rateLimitsQuery } from '../centra/rate-limits.ts';

/** How much of the shop's limits is used up by now, and what they are. */
export async function askRateLimits(
  client: CentraClient,
  signal: AbortSignal,
): Promise<readonly RateLimit[]> {
  return parseRateLimits((await client.ask(rateLimitsQuery, signal)).data);
}
