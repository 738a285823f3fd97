import { expect, test } from 'vitest';
import { type LimitsAnswer, Pacer } from '../../../src/centra/pacer.ts';

const never = new AbortController().signal;

interface World {
  /** What a request costs. */
  readonly points: number;
  /** What others draw of the inflow. */
  readonly othersShare: number;
  readonly share: number;
  /** Whether the question for the limits fails after the first time. */
  readonly isDeaf?: boolean;
}

/** The moments, in seconds, at which so many requests go through; the clock is a number. */
async function moments(
  count: number,
  { points, othersShare, share, isDeaf = false }: World,
): Promise<readonly number[]> {
  const quota = 60_000;
  let nowMs = 0;
  let filledMs = 0;
  let level = quota;
  let questions = 0;
  const flow = () => {
    level = Math.max(0, Math.min(quota, level + (nowMs - filledMs) * (quota / 10_000) * (1 - othersShare)));
    filledMs = nowMs;
  };
  const pacer = new Pacer({
    share,
    maxConcurrency: 4,
    clock: () => nowMs,
    sleep: async (delayMs) => {
      nowMs += delayMs;
    },
    askLimits: async (): Promise<LimitsAnswer> => {
      questions += 1;
      flow();
      if (isDeaf && questions > 2) return { kind: 'not now' };
      return {
        kind: 'limits',
        limits: [{ resource: 'complexity', windowMs: 10_000, quota, remaining: Math.floor(level) }],
      };
    },
    waiting: () => undefined,
  });
  const times: number[] = [];
  for (let request = 0; request < count; request += 1) {
    const ticket = await pacer.admit('query', 100, never);
    flow();
    level -= points;
    ticket.settle(points);
    times.push(nowMs / 1000);
  }
  return times;
}

test('alone and with all of the limits, a read uses what is there and what flows in', async () => {
  const times = await moments(60, { points: 10_000, othersShare: 0, share: 1 });
  // 60,000 at once, and then 6,000 a second.
  expect(times.at(-1)).toBeGreaterThan(85);
  expect(times.at(-1)).toBeLessThan(95);
});

test('with half of them, half', async () => {
  const times = await moments(60, { points: 10_000, othersShare: 0, share: 0.5 });
  expect(times.at(-1)).toBeGreaterThan(185);
  expect(times.at(-1)).toBeLessThan(200);
});

test.each<[string, World]>([
  ['others take all that flows in', { points: 10_000, othersShare: 1, share: 0.5 }],
  ['others would take twice that', { points: 10_000, othersShare: 2, share: 0.5 }],
  [
    'the question for the limits fails after others took much',
    { points: 10_000, othersShare: 3, share: 0.5, isDeaf: true },
  ],
])('where %s, requests go on, slowly', async (_, world) => {
  const times = await moments(100, world);
  expect(times.at(-1)).toBeLessThan(100 * 60);
});

test('says how much of the limits is used up, by all, and as time goes by', async () => {
  let nowMs = 0;
  const pacer = new Pacer({
    share: 0.5,
    maxConcurrency: 4,
    clock: () => nowMs,
    sleep: async () => undefined,
    askLimits: async () => ({
      kind: 'limits',
      limits: [{ resource: 'complexity', windowMs: 10_000, quota: 60_000, remaining: 48_000 }],
    }),
    waiting: () => undefined,
  });
  expect(pacer.limitsUsed()).toEqual([]);
  const ticket = await pacer.admit('query', 100, never);
  ticket.settle(12_000);
  const limit = { resource: 'complexity', windowMs: 10_000, share: 0.5 };
  expect(pacer.limitsUsed()).toEqual([{ ...limit, used: expect.closeTo(0.4, 3) }]);
  nowMs += 2_000;
  expect(pacer.limitsUsed()).toEqual([{ ...limit, used: expect.closeTo(0.2, 3) }]);
});
