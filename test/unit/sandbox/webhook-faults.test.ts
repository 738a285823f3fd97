import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openShop, type Row, type ShopClient } from './shop-client.ts';
import { isSigned, openReceiver, type Receiver, secret, settled, signedAt } from './webhook-receiver.ts';

describe('what goes wrong with webhooks on demand', () => {
  let receiver: Receiver;
  let shop: ShopClient;
  let numbers: readonly number[];
  beforeEach(async () => {
    receiver = await openReceiver();
    shop = await openShop({ orders: 60 });
    const { data } = await shop.ask('{ orders(limit: 60, sort: [number_ASC]) { number } }');
    numbers = (data.orders as Row[]).map(({ number }) => number as number);
    await setUp({});
  });
  afterEach(async () => {
    await shop.close();
    await receiver[Symbol.asyncDispose]();
  });

  const setUp = (more: Row) => shop.post('webhooks', { url: receiver.url, secret, batchMs: 0, ...more });
  const strike = (fault: Row, seed = 1) => shop.post('webhooks/faults', { faults: [fault], seed });
  const touch = (...names: readonly (number | undefined)[]) =>
    shop.post('change', { changes: [{ kind: 'orders.update', numbers: names }] });
  /** One call an order. */
  const touchEach = async (names: readonly number[]) => {
    await setUp({ maxEvents: 1 });
    await touch(...names);
  };

  test('the next so many are lost, after so many, or those that hold a text', async () => {
    await strike({ kind: 'lost', times: 2, after: 1 });
    await touchEach(numbers.slice(0, 5));
    const told = await settled(shop);
    expect(receiver.ids()).toEqual([numbers[0], ...numbers.slice(3, 5)]);
    expect(told.counts).toMatchObject({ calls: 5, attempts: 3, delivered: 3, lost: 2 });
    expect(told.calls[1]).toMatchObject({ fault: 'lost', outcome: 'lost', attempts: [] });
    await strike({ kind: 'lost', match: `"id":${numbers[7]}}` });
    await touchEach(numbers.slice(6, 9));
    await settled(shop);
    expect(receiver.ids().slice(3)).toEqual([numbers[6], numbers[8]]);
  });

  test('a share is lost, the same one for the same seed', async () => {
    const lostWith = async (seed: number) => {
      await shop.remove('webhooks');
      await strike({ kind: 'lost', rate: 0.3 }, seed);
      await touchEach(numbers);
      return ((await settled(shop)).calls as Row[]).map(({ outcome }) => outcome);
    };
    const [first, again, other] = [await lostWith(5), await lostWith(5), await lostWith(6)];
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    const lost = first.filter((outcome) => outcome === 'lost').length;
    expect(lost).toBeGreaterThan(8);
    expect(lost).toBeLessThan(30);
  });

  test('a late call comes after its delay, and others overtake it', async () => {
    await strike({ kind: 'late', minMs: 80, maxMs: 90, times: 1 });
    const begin = Date.now();
    await touchEach(numbers.slice(0, 3));
    await settled(shop);
    expect(receiver.ids()).toEqual([numbers[1], numbers[2], numbers[0]]);
    expect((receiver.calls[2]?.at ?? 0) - begin).toBeGreaterThanOrEqual(79);
    await strike({ kind: 'late', minMs: 60_000, maxMs: 60_000 });
    await touchEach(numbers.slice(4, 6));
    await expect.poll(async () => (await shop.get('webhooks')).waiting.held).toBe(2);
    await shop.post('webhooks/flush', {});
    await settled(shop);
    expect(receiver.ids().slice(3)).toEqual(numbers.slice(4, 6));
  });

  test('a doubled call comes again to the byte, and is not retried', async () => {
    await strike({ kind: 'doubled', times: 1 });
    await touchEach(numbers.slice(0, 2));
    const told = await settled(shop);
    const twice = receiver.calls.filter(({ events }) => events[0]?.id === numbers[0]);
    expect(twice).toHaveLength(2);
    expect(twice[1]).toMatchObject({ body: twice[0]?.body, signature: twice[0]?.signature });
    expect(told.calls).toMatchObject([
      { copyOf: null, fault: 'doubled' },
      { copyOf: null, fault: null },
      { copyOf: 1, fault: 'doubled', outcome: 'delivered' },
    ]);
  });

  test('a reordered call lets the next one go first, or comes when there is none', async () => {
    await strike({ kind: 'reordered', times: 1, maxMs: 60_000 });
    await touchEach(numbers.slice(0, 3));
    await settled(shop);
    expect(receiver.ids()).toEqual([numbers[1], numbers[0], numbers[2]]);
    await strike({ kind: 'reordered', maxMs: 20 });
    await touchEach(numbers.slice(3, 5));
    await settled(shop);
    expect(receiver.ids().slice(3)).toHaveLength(2);
  });

  test('a split batch comes in parts, a merged one with the next', async () => {
    await strike({ kind: 'split', parts: 3, times: 1 });
    await touch(...numbers.slice(0, 7));
    await settled(shop);
    expect(receiver.calls.map(({ events }) => events.length)).toEqual([3, 3, 1]);
    expect(receiver.ids()).toEqual(numbers.slice(0, 7));
    await strike({ kind: 'merged', times: 1 });
    await setUp({ batchMs: 60_000, maxEvents: 1 });
    await touch(numbers[8]);
    expect((await shop.get('webhooks')).waiting).toMatchObject({ gathered: 1, queued: 0, underWay: 0 });
    await setUp({ batchMs: 60_000, maxEvents: 3 });
    await touch(...numbers.slice(9, 11));
    await settled(shop);
    expect(receiver.calls.slice(3).map(({ events }) => events.map(({ id }) => id))).toEqual([
      numbers.slice(8, 11),
    ]);
  });

  test('a merged batch that nothing follows is sent all the same', async () => {
    await strike({ kind: 'merged' });
    await touch(numbers[0]);
    await settled(shop);
    expect(receiver.ids()).toEqual([numbers[0]]);
  });

  test('a call is signed with another secret, or as of some time ago', async () => {
    await strike({ kind: 'wrong-signature', times: 1 });
    await touch(numbers[0]);
    await settled(shop);
    expect(receiver.calls.map((call) => isSigned(call))).toEqual([false]);
    await strike({ kind: 'old-timestamp', seconds: 900 });
    const now = Date.now() / 1000;
    await touch(numbers[1]);
    await settled(shop);
    const [, old] = receiver.calls;
    if (old === undefined) return expect.fail('It did not come.');
    expect(isSigned(old)).toBe(true);
    expect(Math.abs(now - 900 - signedAt(old))).toBeLessThan(5);
  });

  test.each([
    [{ kind: 'throttle' }, 'There is no webhook fault "throttle"; there are lost, late'],
    [{ kind: 'lost', minMs: 3 }, 'A webhook fault "lost" has no field "minMs"'],
    [{ kind: 'split', parts: 1 }, '"parts" must be an integer above 1.'],
    [{ kind: 'late', minMs: -1 }, '"minMs" must not be negative.'],
  ])('refuses %j', async (fault, what) => {
    const answer = await strike(fault);
    expect(answer.status).toBe(400);
    expect(answer.error).toContain(what);
  });
});
