import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { Claim, Inbox } from '../../../src/inbox/inbox.ts';
import { type ToldInboxOptions, toldInbox } from '../../../src/read/told-inbox.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** An inbox that notes what it is asked for, and lends what `ids` holds, once. */
function setUp(ids: readonly string[] = [], options: Partial<ToldInboxOptions> = {}) {
  const asked: string[] = [];
  const logs: string[] = [];
  const listeners = new Set<(tenant: string) => void>();
  const state = { left: [...ids], waiting: 0, claimed: 0, isDown: false };
  const note = (what: string) => async (claims: readonly Claim[]) => {
    if (state.isDown) throw new Error('down');
    asked.push(`${what} ${claims.map(({ id }) => id).join(' ')}`);
  };
  const inbox = {
    claim: async (_: string, { limit, types }: { limit: number; types: readonly string[] }) => {
      if (state.isDown) throw new Error('down');
      return state.left.splice(0, limit).map((id) => ({ id, type: types[0], firstReceivedMs: 1_000 }));
    },
    done: note('done'),
    giveBack: note('given back'),
    extend: note('extended'),
    fail: async (claims: readonly Claim[], reason: string) => note(`failed (${reason})`)(claims),
    waiting: async () => {
      asked.push('waiting');
      return [
        { tenant: 'acme', type: 'order', objects: state.waiting, claimed: state.claimed, oldestAgeMs: 0 },
      ];
    },
    onStored: (listener: (tenant: string) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  } as unknown as Inbox;
  const told = toldInbox({
    inbox,
    tenant: 'acme',
    clock: () => 3_500,
    log: (_, message) => logs.push(message),
    ...options,
  });
  closing.push(told.close);
  const stored = (tenant: string) => {
    for (const listener of listeners) listener(tenant);
  };
  return { told, asked, logs, state, stored, listeners };
}

describe('ids out of an inbox', () => {
  test('are done, given back and failed as what they were lent as; and it is told how long that took', async () => {
    const lags: unknown[] = [];
    const { told, asked } = setUp(['1', '2', '3'], { written: (lag) => lags.push(lag) });
    const [one, two, three] = await told.claim('order', 10);
    await told.done([one ?? { id: 0 }]);
    await told.fail([two ?? { id: 0 }], 'because');
    await told.giveBack([three ?? { id: 0 }]);
    expect(asked).toEqual(['done 1', 'failed (because) 2', 'given back 3']);
    expect(lags).toEqual([{ objects: 1, longestMs: 2_500 }]);
  });

  test('that are no numbers are put aside', async () => {
    const { told, asked, logs } = setUp(['7', 'x7', '7.5', '99999999999999999999']);
    expect(await told.claim('order', 10)).toEqual([{ id: 7 }]);
    expect(asked).toEqual(['failed (Its id is not a whole number.) x7 7.5 99999999999999999999']);
    expect(logs).toEqual(['3 webhook events name no id that can be asked for; they are put aside.']);
  });

  test('that are claimed are lent anew as long as the read takes, and given back at the end', async () => {
    const { told, asked, listeners } = setUp(['1', '2'], { extendEveryMs: 10 });
    const [one] = await told.claim('order', 10);
    await expect.poll(() => asked.filter((what) => what === 'extended 1 2').length).toBeGreaterThan(2);
    await told.done([one ?? { id: 0 }]);
    await told.close();
    expect(asked.filter((what) => !what.startsWith('extended'))).toEqual(['done 1', 'given back 2']);
    expect(listeners.size).toBe(0);
    const said = asked.length;
    await wait(40);
    expect(asked).toHaveLength(said);
  });

  test('that are done while the inbox does not answer are reported when it does', async () => {
    const { told, asked, state } = setUp(['1', '2']);
    const claimed = await told.claim('order', 1);
    state.isDown = true;
    await expect(told.done(claimed)).rejects.toThrow('down');
    await expect(told.claim('order', 1)).rejects.toThrow('down');
    state.isDown = false;
    expect(await told.claim('order', 1)).toEqual([{ id: 2 }]);
    expect(asked).toEqual(['done 1']);
    await told.claim('order', 1);
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
    const { told, stored } = setUp();
    const arrival = timeOf(told.arrival(10_000, signal));
    stored('another');
    await wait(60);
    stored('acme');
    const ms = await arrival;
    expect(ms).toBeGreaterThan(50);
    expect(ms).toBeLessThan(400);
  });

  test('ends at once when something came since it was asked, once', async () => {
    const { told, stored } = setUp();
    await told.isWaiting();
    stored('acme');
    expect(await timeOf(told.arrival(10_000, signal))).toBeLessThan(50);
    await told.isWaiting();
    expect(await timeOf(told.arrival(80, signal))).toBeGreaterThan(60);
  });

  test('ends when all ends', async () => {
    const { told } = setUp();
    const ending = new AbortController();
    setTimeout(() => ending.abort(), 20);
    expect(await timeOf(told.arrival(10_000, ending.signal))).toBeLessThan(400);
  });

  test('what waits counts when its kind is read and nobody else has it', async () => {
    const { told, state, asked, stored } = setUp(['1']);
    state.waiting = 2;
    expect(await told.isWaiting()).toBe(false);
    await told.claim('order', 1);
    expect(await told.isWaiting()).toBe(true);
    state.claimed = 2;
    expect(await told.isWaiting()).toBe(false);
    // Nothing could be claimed: it is not asked for again until something comes.
    state.claimed = 0;
    await told.claim('order', 1);
    const said = asked.length;
    expect(await told.isWaiting()).toBe(false);
    expect(asked).toHaveLength(said);
    stored('acme');
    expect(await told.isWaiting()).toBe(true);
  });
});
