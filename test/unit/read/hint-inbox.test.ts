import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { Claim, ClaimRequest, Inbox } from '../../../src/inbox/inbox.ts';
import { type HintInboxOptions, hintInbox } from '../../../src/read/hint-inbox.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** An inbox that notes what it is asked for, and lends what `ids` holds, once. */
function setUp(ids: readonly string[] = [], options: Partial<HintInboxOptions> = {}) {
  const asked: string[] = [];
  const logs: string[] = [];
  let claims = 0;
  const listeners = new Set<(tenant: string) => void>();
  const state = { left: [...ids], waiting: 0, claimed: 0, isDown: false };
  const note = (what: string) => async (claims: readonly Claim[]) => {
    if (state.isDown) throw new Error('down');
    asked.push(`${what} ${claims.map(({ id }) => id).join(' ')}`);
  };
  const inbox = {
    claim: async (_: string, { limit, types, token }: ClaimRequest) => {
      if (state.isDown) throw new Error('down');
      if (limit === 0) asked.push(`renewed ${types} ${token}`);
      claims += 1;
      const first = { type: types[0], firstReceivedMs: 1_000, token: `token-${claims}` };
      return state.left.splice(0, limit).map((id) => ({ id, ...first }));
    },
    done: note('done'),
    release: note('released'),
    fail: async (claims: readonly Claim[], reason: string) => note(`failed (${reason})`)(claims),
    waiting: async () => {
      asked.push('waiting');
      return [
        { tenant: 'acme', type: 'order', objects: state.waiting, claimed: state.claimed, oldestAgeMs: 0 },
      ];
    },
  } as unknown as Inbox;
  const hints = hintInbox({
    inbox,
    tenant: 'acme',
    clock: () => 3_500,
    onStored: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    log: (_, message) => logs.push(message),
    ...options,
  });
  closing.push(hints.close);
  const stored = (tenant: string) => {
    for (const listener of listeners) listener(tenant);
  };
  return { hints, asked, logs, state, stored, listeners };
}

describe('ids out of an inbox', () => {
  test('are done, released and failed as what they were lent as; and it is told how long that took', async () => {
    const lags: unknown[] = [];
    const { hints, asked } = setUp(['1', '2', '3'], { written: (lag) => lags.push(lag) });
    const [one, two, three] = await hints.claim('order', 10);
    await hints.done([one ?? { id: 0 }]);
    await hints.fail([two ?? { id: 0 }], 'because');
    await hints.giveBack([three ?? { id: 0 }]);
    expect(asked).toEqual(['done 1', 'failed (because) 2', 'released 3']);
    expect(lags).toEqual([{ objects: 1, longestMs: 2_500 }]);
  });

  test('that are no numbers are put aside', async () => {
    const { hints, asked, logs } = setUp(['7', 'x7', '7.5', '99999999999999999999']);
    expect(await hints.claim('order', 10)).toEqual([{ id: 7 }]);
    expect(asked).toEqual(['failed (Its id is not a whole number.) x7 7.5 99999999999999999999']);
    expect(logs).toEqual(['3 webhook hints name no id that can be asked for; they are put aside.']);
  });

  test('that are claimed are lent anew as long as the read takes, and released at the end', async () => {
    const { hints, asked, listeners } = setUp(['1', '2'], { renewEveryMs: 10 });
    const [one] = await hints.claim('order', 10);
    await expect
      .poll(() => asked.filter((what) => what === 'renewed order token-1').length)
      .toBeGreaterThan(2);
    await hints.done([one ?? { id: 0 }]);
    await hints.close();
    expect(asked.filter((what) => !what.startsWith('renewed'))).toEqual(['done 1', 'released 2']);
    expect(listeners.size).toBe(0);
    const said = asked.length;
    await wait(40);
    expect(asked).toHaveLength(said);
  });

  test('that are done while the inbox does not answer are reported when it does', async () => {
    const { hints, asked, state } = setUp(['1', '2']);
    const claimed = await hints.claim('order', 1);
    state.isDown = true;
    await expect(hints.done(claimed)).rejects.toThrow('down');
    await expect(hints.claim('order', 1)).rejects.toThrow('down');
    state.isDown = false;
    expect(await hints.claim('order', 1)).toEqual([{ id: 2 }]);
    expect(asked).toEqual(['done 1']);
    await hints.claim('order', 1);
    expect(asked).toEqual(['done 1']);
  });
});

describe('waiting for what comes', () => {
  const signal = new AbortController().signal;

  async function timeOf(arrival: Promise<void>): Promise<number> {
    const startedMs = performance.now();
    await arrival;
    return performance.now() - startedMs;
  }

  test('ends when something is stored for the shop, and not for another', async () => {
    const { hints, stored } = setUp();
    const arrival = timeOf(hints.arrival(10_000, signal));
    stored('another');
    await wait(60);
    stored('acme');
    const ms = await arrival;
    expect(ms).toBeGreaterThan(50);
    expect(ms).toBeLessThan(400);
  });

  test('ends at once when something came since it was asked, once', async () => {
    const { hints, stored } = setUp();
    await hints.isWaiting();
    stored('acme');
    expect(await timeOf(hints.arrival(10_000, signal))).toBeLessThan(50);
    await hints.isWaiting();
    expect(await timeOf(hints.arrival(80, signal))).toBeGreaterThan(60);
  });

  test('ends when all ends', async () => {
    const { hints } = setUp();
    const ending = new AbortController();
    setTimeout(() => ending.abort(), 20);
    expect(await timeOf(hints.arrival(10_000, ending.signal))).toBeLessThan(400);
  });

  test('what waits counts when its kind is read and nobody else has it', async () => {
    const { hints, state, asked, stored } = setUp(['1']);
    state.waiting = 2;
    expect(await hints.isWaiting()).toBe(false);
    await hints.claim('order', 1);
    expect(await hints.isWaiting()).toBe(true);
    state.claimed = 2;
    expect(await hints.isWaiting()).toBe(false);
    // Nothing could be claimed: it is not asked for again until something comes.
    state.claimed = 0;
    await hints.claim('order', 1);
    const said = asked.length;
    expect(await hints.isWaiting()).toBe(false);
    expect(asked).toHaveLength(said);
    stored('acme');
    expect(await hints.isWaiting()).toBe(true);
  });
});
