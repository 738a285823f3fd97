import { type ClientOptions, createClient } from '../../../src/centra/client.ts';
import type { Transport } from '../../../src/centra/transport.ts';

const endpoint = 'https://acme.centra.com/graphql';

/** The runtime's own fetch, which nock sees. */
const fetchTransport: Transport = async ({ url, headers, body, signal }) => {
  const answer = await fetch(url, { method: 'POST', headers, body, signal });
  return {
    status: answer.status,
    header: (name) => answer.headers.get(name) ?? undefined,
    body: await answer.text(),
  };
};

/** A client whose clock stands still but for its sleeps; `told` holds what its observer heard. */
export function scriptedClient(options: Partial<ClientOptions> = {}) {
  const told: string[] = [];
  const slept: number[] = [];
  let nowMs = Date.parse('2026-01-01T00:00:00Z');
  const client = createClient({
    endpoint,
    token: () => 'the-token',
    transport: fetchTransport,
    clock: () => nowMs,
    elapsedMs: () => nowMs,
    random: () => 0,
    sleep: async (delayMs) => {
      slept.push(delayMs);
      nowMs += delayMs;
    },
    patienceMs: 60_000,
    longestThrottleMs: 3_600_000,
    userAgent: 'source-centra/test',
    observer: {
      throttled: (untilMs) => void told.push(`throttled until ${new Date(untilMs).toISOString()}`),
      retrying: (error) => void told.push(error.message),
      deprecated: (text) => void told.push(text),
      refused: ({ permission }) => void told.push(`refused ${permission}`),
    },
    ...options,
  });
  return { client, told, slept };
}
