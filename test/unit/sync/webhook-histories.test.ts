import fc from 'fast-check';
import { test } from 'vitest';
import { modelPlace, playWebhooks, webhookHistory } from './webhook-history.ts';

/** `npm run proof:histories` plays far more. */
const HISTORIES = Math.ceil(Number(process.env.HISTORIES ?? 15) / 5);
/** Seeds of histories that failed once. */
const KEPT_SEEDS: readonly number[] = [];

const shopSeed = fc.integer({ min: 1, max: 5 });
const property = fc.asyncProperty(webhookHistory, shopSeed, (steps, seed) =>
  playWebhooks(steps, seed, modelPlace()),
);

test(
  'webhooks lost, late, doubled and out of order, readers and receivers killed: the destination holds what the shop holds',
  () => fc.assert(property, { numRuns: HISTORIES, endOnFailure: true }),
  HISTORIES * 20_000,
);

test.each(KEPT_SEEDS.map((seed) => [seed]))('the history of seed %i, which failed once', (seed) =>
  fc.assert(property, { seed, numRuns: 1 }),
);
