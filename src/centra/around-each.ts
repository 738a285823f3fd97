import type { Answer } from './answer.ts';
import type { CentraClient } from './client.ts';

/** The same client, with something done around each request: what it takes is timed, or what it says is noted. */
export function aroundEach(
  client: CentraClient,
  around: (send: () => Promise<Answer>) => Promise<Answer>,
): CentraClient {
  return Object.freeze({
    ...client,
    ask: (query, signal) => around(() => client.ask(query, signal)),
  } satisfies CentraClient);
}
