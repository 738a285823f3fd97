import { expect, test } from 'vitest';
import { createReceiver } from '../../../src/webhook/receiver.ts';
import { serveReceiver } from '../../../src/webhook/server.ts';
import { fuzzCall } from './fuzz-calls.ts';
import { sendFuzz, sendSlowly } from './fuzz-sender.ts';
import { acme } from './tenant.ts';

/** mulberry32 */
function diceOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

// The long run is `node scripts/proof-webhook-fuzz.mjs`.
test('made-up requests are refused unless they are signed, and none is a fault of ours', async () => {
  const signatures = new Set<string>();
  let stored = 0;
  const receiver = createReceiver({
    tenants: [acme],
    inbox: {
      add: async (deliveries) =>
        deliveries.map(({ signature }) => {
          stored += 1;
          signatures.add(signature);
          return 'stored';
        }),
      waiting: async () => [],
    },
    now: Date.now,
  });
  const server = await serveReceiver({
    receiver,
    host: '127.0.0.1',
    port: 0,
    headersWithinMs: 2_000,
    requestWithinMs: 5_000,
  });
  const port = Number(new URL(server.url).port);
  const slow = Array.from({ length: 5 }, () =>
    sendSlowly(port, `POST /centra/${acme.id} HTTP/1.1\r\nX-Slow: `, 50),
  );
  const dice = diceOf(7);
  const wrong: string[] = [];
  const kinds = new Set<string>();
  let good = 0;
  let left = 1_500;
  await Promise.all(
    Array.from({ length: 20 }, async () => {
      while (left > 0) {
        left -= 1;
        const call = fuzzCall(dice, Math.floor(Date.now() / 1000));
        const status = await sendFuzz(port, call);
        kinds.add(call.kind);
        if (call.isGood) good += 1;
        const isWrong =
          (status === 200 && !call.isSigned) || (status !== 200 && call.isGood) || (status ?? 0) >= 500;
        if (isWrong) wrong.push(`${call.kind}: ${status}: ${call.bytes.toString('latin1').slice(0, 300)}`);
      }
    }),
  );
  await expect
    .poll(() => slow.every((sender) => sender.cutOffAfterMs() !== undefined), { timeout: 15_000 })
    .toBe(true);
  await server.close();
  expect(wrong).toEqual([]);
  expect(kinds.size).toBeGreaterThan(14);
  expect(good).toBeGreaterThan(50);
  expect(stored).toBeGreaterThanOrEqual(good);
}, 120_000);
