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

/** A world in which requests of so many points are sent until `untilMs`; what happens at a moment is `events`. */
async function world(options: {
  readonly points: number;
  readonly untilMs: number;
  readonly quotaAt: (nowMs: number) => number;
  /** Points that others take at once at that moment. */
  readonly burst?: { readonly atMs: number; readonly points: number };
}): Promise<{ readonly sentMs: readonly number[]; readonly refusedMs: readonly number[] }> {
  const { points, untilMs, quotaAt, burst } = options;
  let nowMs = 0;
  let filledMs = 0;
  let level = quotaAt(0);
  let isBurstOver = burst === undefined;
  const flow = () => {
    const quota = quotaAt(nowMs);
    level = Math.min(quota, level + (nowMs - filledMs) * (quota / 10_000));
    filledMs = nowMs;
    if (burst !== undefined && !isBurstOver && nowMs >= burst.atMs) {
      level = Math.max(0, level - burst.points);
      isBurstOver = true;
    }
  };
  const pacer = new Pacer({
    share: 0.5,
    maxConcurrency: 1,
    clock: () => nowMs,
    sleep: async (delayMs) => {
      nowMs += delayMs;
    },
    askLimits: async () => {
      flow();
      const quota = quotaAt(nowMs);
      const remaining = Math.floor(level);
      return { kind: 'limits', limits: [{ resource: 'complexity', windowMs: 10_000, quota, remaining }] };
    },
    waiting: () => undefined,
  });
  const sentMs: number[] = [];
  const refusedMs: number[] = [];
  while (nowMs < untilMs) {
    const ticket = await pacer.admit('query', 1, never, points);
    flow();
    if (level < points) {
      refusedMs.push(nowMs);
      ticket.settle(undefined);
      pacer.refused();
      nowMs += 1_500;
    } else {
      level -= points;
      ticket.settle(points);
      sentMs.push(nowMs);
    }
    nowMs += 100;
  }
  return { sentMs, refusedMs };
}

test('after a 429 that others caused, the pace is back within seconds', async () => {
  const { sentMs, refusedMs } = await world({
    points: 5_000,
    untilMs: 60_000,
    quotaAt: () => 60_000,
    burst: { atMs: 15_000, points: 60_000 },
  });
  expect(refusedMs).toHaveLength(1);
  const [refused = 0] = refusedMs;
  // Half of 60,000 in ten seconds is six requests of 5,000.
  const between = (fromMs: number, toMs: number) => sentMs.filter((at) => at >= fromMs && at < toMs).length;
  expect(between(refused + 5_000, refused + 15_000)).toBeGreaterThanOrEqual(6);
  expect(between(refused + 15_000, refused + 25_000)).toBeGreaterThanOrEqual(6);
});

test('limits that are lowered without notice are kept to after the next question, with no refusal after that', async () => {
  const { sentMs, refusedMs } = await world({
    points: 2_000,
    untilMs: 120_000,
    quotaAt: (nowMs) => (nowMs < 30_000 ? 60_000 : 6_000),
  });
  expect(refusedMs.filter((at) => at > 45_000)).toEqual([]);
  const last = sentMs.filter((at) => at > 60_000);
  // Half of 6,000 in ten seconds is a request and a half of 2,000.
  expect(last.length).toBeGreaterThanOrEqual(8);
  expect(last.length).toBeLessThanOrEqual(10);
});

/** A pacer with limits of 10,000 points; `drawn` says how much of them is used. */
async function pacerOf10000() {
  const pacer = new Pacer({
    share: 1,
    maxConcurrency: 4,
    clock: () => 0,
    sleep: async () => undefined,
    askLimits: async () => ({
      kind: 'limits',
      limits: [{ resource: 'complexity', windowMs: 10_000, quota: 10_000, remaining: 10_000 }],
    }),
    waiting: () => undefined,
  });
  (await pacer.admit('another', 1, never, 0)).settle(undefined);
  const before = (pacer.limitsUsed()[0]?.used ?? 0) * 10_000;
  return { pacer, drawn: () => Math.round((pacer.limitsUsed()[0]?.used ?? 0) * 10_000 - before) };
}

test('the first request is drawn at its price, and the next ones at what it cost by that price', async () => {
  const { pacer, drawn } = await pacerOf10000();
  const first = await pacer.admit('query', 200, never, 1_000);
  expect(drawn()).toBe(1_000);
  // The API counts half as much again.
  first.settle(1_500);
  expect(drawn()).toBe(1_500);
  await pacer.admit('query', 100, never, 500);
  expect(drawn()).toBe(1_500 + 750);
});

test('how many rows are comfortable is known before the first request, by its price', async () => {
  const { pacer } = await pacerOf10000();
  // Half of the limits for one request.
  expect(pacer.comfortableRows('query', 200, (rows) => 10 * rows)).toBe(200);
  expect(pacer.comfortableRows('query', 200, (rows) => 100 * rows)).toBe(50);
  expect(pacer.comfortableRows('query', 200, (rows) => 1_000 + 30 * rows)).toBe(133);
  expect(pacer.comfortableRows('query', 200, () => 9_999)).toBe(1);
  (await pacer.admit('query', 50, never, 5_000)).settle(10_000);
  expect(pacer.comfortableRows('query', 200, (rows) => 100 * rows)).toBe(25);
});
