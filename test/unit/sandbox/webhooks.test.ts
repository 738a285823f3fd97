import { describe, expect, test } from 'vitest';
import { startSandbox } from '../../../src/sandbox/sandbox.ts';
import type { WebhookOptions } from '../../../src/sandbox/webhooks/settings.ts';
import { centraSignature } from '../../../src/sandbox/webhooks/signature.ts';
import { openShop, type Row } from './shop-client.ts';
import { isSigned, openReceiver, secret, settled, signedAt } from './webhook-receiver.ts';

const change = (kind: string, more: Row = {}) => ({ changes: [{ kind, ...more }] });

test('signs as the documented example', () => {
  const signed = { secret: 'test123', at: 12_345_678, body: 'payload=%7B%22x%22%3A%22test%22%7D' };
  const hash = '0b9cd84f5d583e5e1aadfb9f160aa8080b51d5b85ff85808d6b75bdac356c549';
  expect(centraSignature({ ...signed, hasSpace: false })).toBe(`t=12345678,v1=${hash}`);
  expect(centraSignature({ ...signed, hasSpace: true })).toBe(`t=12345678, v1=${hash}`);
});

describe('a webhook', () => {
  const open = async (more: Partial<WebhookOptions> = {}) => {
    const receiver = await openReceiver();
    const webhooks = { url: receiver.url, secret, batchMs: 5, ...more };
    return { receiver, shop: await openShop({ orders: 300, webhooks }), webhooks };
  };

  test('tells several changes of a moment in one signed call, in real time', async () => {
    const { receiver, shop } = await open();
    await using _ = receiver;
    await using __ = shop;
    const before = Math.floor(Date.now() / 1000);
    const { changed } = await shop.post('change', {
      changes: [
        { kind: 'orders.update', count: 2 },
        { kind: 'orders.create', count: 1 },
      ],
    });
    const told = await settled(shop);
    expect(receiver.calls).toHaveLength(1);
    const [call] = receiver.calls;
    if (call === undefined) return;
    expect(call).toMatchObject({ method: 'POST', contentType: 'application/x-www-form-urlencoded' });
    expect(call.body).toMatch(/^payload=%7B%22events%22%3A%5B[\w%.+-]+$/);
    expect(isSigned(call)).toBe(true);
    // The sandbox's own clock stands still in 2025.
    expect(signedAt(call)).toBeGreaterThanOrEqual(before);
    expect(signedAt(call)).toBeLessThanOrEqual(Date.now() / 1000);
    expect(call.events.map(({ type, action, id }) => [type, action, id])).toEqual([
      ['order', 'update', changed.orders[0]],
      ['order', 'update', changed.orders[1]],
      ['order', 'create', changed.orders[2]],
    ]);
    for (const { date } of call.events) expect(date).toMatch(/^2025-06-01 14:00:00\.\d{6}$/);
    expect(told.counts).toEqual({
      events: 3,
      calls: 1,
      attempts: 1,
      retried: 0,
      delivered: 1,
      dropped: 0,
      lost: 0,
    });
    expect(told.calls[0]).toMatchObject({
      id: 1,
      copyOf: null,
      events: call.events,
      fault: null,
      outcome: 'delivered',
      attempts: [{ status: 200, problem: null }],
    });
  });

  test('tells nothing that has no trigger, and nothing of a deletion, a delivery or stock', async () => {
    const { receiver, shop, webhooks } = await open();
    await using _ = receiver;
    await using __ = shop;
    const quiet = [
      'returns.create',
      'returns.complete',
      'returns.delete',
      'orders.delete',
      'deliveries.create',
    ];
    for (const kind of quiet) await shop.post('change', change(kind, { count: 1 }));
    await shop.post('change', change('stock.add'));
    expect((await settled(shop)).counts).toMatchObject({ events: 0, calls: 0 });
    await shop.post('webhooks', { ...webhooks, types: ['return'] });
    const made = (await shop.post('change', change('returns.create', { count: 1 }))).changed.returns;
    for (const kind of ['returns.complete', 'returns.reopen', 'returns.delete']) {
      await shop.post('change', change(kind, { ids: made }));
    }
    await settled(shop);
    // The deletion told nothing, and the order of the return was not told of: its own date did not change.
    const actions = receiver.calls.flatMap(({ events }) =>
      events.map(({ type, action, id }) => [type, action, id]),
    );
    const [id] = made;
    expect(actions).toEqual([
      ['return', 'create', id],
      ['return', 'update', id],
      ['return', 'update', id],
    ]);
  });

  test('tells of shipments, customers and accounts, by the ids that the API gives', async () => {
    const { receiver, shop } = await open({
      types: ['order', 'return', 'shipment', 'customer', 'account'],
      batchMs: 0,
    });
    await using _ = receiver;
    await using __ = shop;
    const list = '{ returns(limit: 200) { shipment { id } order { number } } }';
    const returned = ((await shop.ask(list)).data.returns as Row[]).find(({ shipment }) => shipment !== null);
    const number = returned?.order.number as number;
    for (const status of ['CONFIRMED', 'PROCESSING', 'PROCESSING', 'SHIPPED']) {
      await shop.post('change', change('orders.update', { numbers: [number], set: { status } }));
    }
    const { orders } = (await shop.post('change', change('orders.create', { count: 30 }))).changed;
    await settled(shop);
    const events = receiver.calls.flatMap((call) => call.events);
    const shipments = events.filter(({ type }) => type === 'shipment').map(({ action, id }) => [action, id]);
    expect(shipments).toEqual([
      ['create', returned?.shipment.id],
      ['good_to_go', returned?.shipment.id],
    ]);
    const { data } = await shop.ask(
      `{ orders(where: { number: ${JSON.stringify(orders)} }, limit: 200, sort: [number_ASC]) {
        ... on DirectToConsumerOrder { customer { id } } ... on WholesaleOrder { account { id } } } }`,
    );
    const rows = data.orders as Row[];
    const idsOf = (type: string) => events.filter((event) => event.type === type).map(({ id }) => id);
    expect(rows).toHaveLength(30);
    expect(idsOf('customer')).toEqual(rows.flatMap(({ customer }) => customer?.id ?? []));
    expect(idsOf('account')).toEqual(rows.flatMap(({ account }) => account?.id ?? []));
    expect(idsOf('account').length).toBeGreaterThan(0);
  });

  test('puts up to 100 events in a call, or as many as it is told, one call after the other', async () => {
    const { receiver, shop, webhooks } = await open();
    await using _ = receiver;
    await using __ = shop;
    const { changed } = await shop.post('change', change('orders.update', { count: 250 }));
    await settled(shop);
    expect(receiver.calls.map(({ events }) => events.length)).toEqual([100, 100, 50]);
    expect(receiver.ids()).toEqual(changed.orders);
    await shop.post('webhooks', { ...webhooks, maxEvents: 1, concurrency: 8 });
    await shop.post('change', change('orders.update', { count: 40 }));
    await settled(shop);
    const single = receiver.calls.slice(3);
    expect(single.map(({ events }) => events.length)).toEqual(Array.from({ length: 40 }, () => 1));
    const spaces = single.filter(({ signature }) => signature.includes(', '));
    expect(spaces.length).toBeGreaterThan(0);
    expect(spaces.length).toBeLessThan(40);
    expect(receiver.calls.every((call) => isSigned(call))).toBe(true);
  });

  test('forgets a call that fails, unless retries are set up: then with growing delays, and for good', async () => {
    const { receiver, shop, webhooks } = await open();
    await using _ = receiver;
    await using __ = shop;
    receiver.answer = () => 503;
    await shop.post('change', change('orders.update', { count: 1 }));
    expect((await settled(shop)).counts).toMatchObject({ attempts: 1, retried: 0, dropped: 1 });
    await shop.post('webhooks', { ...webhooks, retries: 3, retryDelayMs: 40 });
    await shop.post('change', change('orders.update', { count: 1 }));
    const told = await settled(shop);
    expect(told.counts).toMatchObject({ calls: 2, attempts: 5, retried: 3, dropped: 2, delivered: 0 });
    const times = receiver.calls.slice(1).map(({ at }) => at);
    const gaps = times.slice(1).map((at, turn) => at - (times[turn] ?? 0));
    for (const [turn, gap] of gaps.entries()) expect(gap).toBeGreaterThanOrEqual(40 * 2 ** turn - 2);
    receiver.answer = (turn) => (turn < 8 ? 500 : 200);
    for (const turn of [1, 2]) {
      await shop.post('change', change('orders.update', { count: turn }));
      await shop.post('webhooks/flush', {});
    }
    const { calls } = await settled(shop);
    expect(calls.at(-1)).toMatchObject({ outcome: 'delivered' });
    // The call that was retried held up the one behind it.
    expect(calls.at(-2).attempts.map(({ status }: Row) => status)).toEqual([500, 500, 200]);
    expect(calls.at(-1).attempts).toHaveLength(1);
  });

  test('waits so long for an answer, and says why there was none', async () => {
    const { receiver, shop, webhooks } = await open({ timeoutMs: 30 });
    await using __ = shop;
    receiver.answer = () => undefined;
    await shop.post('change', change('orders.update', { count: 1 }));
    const { calls } = await settled(shop);
    expect(calls[0]).toMatchObject({
      outcome: 'dropped',
      attempts: [{ status: null, problem: 'timeout' }],
    });
    await receiver[Symbol.asyncDispose]();
    await shop.post('webhooks', { ...webhooks, timeoutMs: 1000 });
    await shop.post('change', change('orders.update', { count: 1 }));
    expect((await settled(shop)).calls[1].attempts[0].problem).toBe('ECONNREFUSED');
  });

  test('is set up, read and taken away by the control API, which never tells the secret', async () => {
    await using receiver = await openReceiver();
    await using shop = await openShop({ orders: 40 });
    expect(await shop.get('webhooks')).toMatchObject({ webhook: null, calls: [] });
    await shop.post('change', change('orders.update', { count: 1 }));
    const { webhook } = await shop.post('webhooks', { url: receiver.url, secret: 'hush', batchMs: 60_000 });
    expect(webhook).toEqual({
      url: receiver.url,
      types: ['order'],
      maxEvents: 100,
      timeoutMs: 5000,
      retries: 0,
      retryDelayMs: 1000,
      batchMs: 60_000,
      concurrency: 1,
    });
    await shop.post('change', change('orders.update', { count: 2 }));
    expect((await shop.get('webhooks')).waiting).toMatchObject({ gathered: 2 });
    await shop.post('webhooks/flush', {});
    const told = await settled(shop);
    expect(receiver.calls.map((call) => isSigned(call, 'hush'))).toEqual([true]);
    expect(JSON.stringify(told)).not.toContain('hush');
    expect((await shop.get('webhooks?since=1')).calls).toEqual([]);
    await shop.post('change', change('orders.update', { count: 2 }));
    expect(await shop.post('webhooks', { url: null })).toMatchObject({ webhook: null });
    await shop.post('change', change('orders.update', { count: 2 }));
    expect((await settled(shop)).counts).toMatchObject({ calls: 1 });
    await shop.remove('webhooks');
    expect(await shop.get('webhooks')).toMatchObject({ calls: [], counts: { events: 0, calls: 0 } });
  });

  test.each([
    [{ secret }, '"url" must be an address'],
    [{ url: 'ftp://x', secret }, '"url" must be an address'],
    [{ url: 'http://x' }, '"secret" must be given'],
    [{ url: 'http://x', secret, retries: 4 }, '"retries" must be an integer from 0 to 3.'],
    [{ url: 'http://x', secret, types: ['orders'] }, 'There is no event trigger "orders"'],
    [{ url: 'http://x', secret, retry: 1 }, 'A webhook has no field "retry"'],
    [{ url: null, secret }, 'A webhook to take away has no field "secret"'],
  ])('refuses %j', async (given, what) => {
    await using shop = await openShop({ orders: 10 });
    const answer = await shop.post('webhooks', given);
    expect(answer.status).toBe(400);
    expect(answer.error).toContain(what);
  });

  test('refuses options that are wrong before it listens', async () => {
    const wrong = startSandbox({ orders: 10, webhooks: { url: 'http://127.0.0.1:1', secret: '' } });
    await expect(wrong).rejects.toThrow('option webhooks is not right: "secret" must be given');
  });

  test('stops at once when the sandbox is closed', async () => {
    const { receiver, shop } = await open({ maxEvents: 1, retries: 3, retryDelayMs: 10 });
    await using _ = receiver;
    receiver.answer = () => undefined;
    await shop.post('change', change('orders.update', { count: 20 }));
    await expect.poll(() => receiver.calls.length).toBe(1);
    const begin = Date.now();
    await shop.close();
    expect(Date.now() - begin).toBeLessThan(500);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(receiver.calls).toHaveLength(1);
  });
});
