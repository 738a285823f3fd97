import { describe, expect, test } from 'vitest';
import type { AddOutcome, Delivery, Inbox } from '../../../src/inbox/inbox.ts';
import { createReceiver, type ReceiverOptions, type ReceiverTenant } from '../../../src/webhook/receiver.ts';
import { type Call, callOf, signedCall } from './sender.ts';
import { acme } from './tenant.ts';

const nowMs = Date.parse('2026-03-01T12:00:00Z');
const sentAt = nowMs / 1000;
const [secret = ''] = acme.secrets;
const nord: ReceiverTenant = {
  name: 'nord',
  id: 'nord-nobody-guesses-this-one',
  secrets: ['secret-of-yesterday', 'secret-of-today'],
};

/** An inbox that is told when its commits end. */
function held() {
  const groups: { readonly deliveries: readonly Delivery[]; readonly end: (error?: Error) => void }[] = [];
  const seen = new Set<string>();
  const inbox: Pick<Inbox, 'add' | 'waiting'> = {
    add: (deliveries) =>
      new Promise((resolve, reject) => {
        const outcomes = deliveries.map(({ signature }): AddOutcome => {
          if (seen.has(signature)) return 'replay';
          seen.add(signature);
          return 'stored';
        });
        groups.push({
          deliveries,
          end: (error) => (error === undefined ? resolve(outcomes) : reject(error)),
        });
      }),
    waiting: async () => [{ tenant: 'acme', type: 'order', objects: 3, claimed: 1, oldestAgeMs: 1_500 }],
  };
  return { inbox, groups };
}

/** A receiver whose commits end at once. */
function open(options: Partial<ReceiverOptions> = {}) {
  const stored: Delivery[] = [];
  const signatures = new Set<string>();
  const log: string[] = [];
  const receiver = createReceiver({
    tenants: [acme, nord],
    inbox: {
      ...held().inbox,
      add: async (deliveries) =>
        deliveries.map((delivery) => {
          if (signatures.has(delivery.signature)) return 'replay';
          signatures.add(delivery.signature);
          stored.push(delivery);
          return 'stored';
        }),
    },
    now: () => nowMs,
    log: (_, message) => log.push(message),
    ...options,
  });
  const send = (call: Call, path = `/centra/${acme.id}`, method = 'POST') =>
    Promise.resolve(
      receiver.fetch(
        new Request(`http://receiver${path}`, {
          method,
          headers: call.headers,
          ...(method === 'POST' && { body: call.body }),
        }),
      ),
    );
  const get = async (path: string) => receiver.fetchStatus(new Request(`http://receiver${path}`));
  return { receiver, stored, log, send, get };
}

const good = callOf([{ id: 2735 }], { secret, sentAt });

describe('a receiver', () => {
  test('stores what is signed, and answers 200', async () => {
    const { send, stored } = open();
    expect((await send(good)).status).toBe(200);
    expect(stored).toMatchObject([
      { tenant: 'acme', sentAt, hints: [{ type: 'order', action: 'update', id: '2735' }] },
    ]);
  });

  test('answers a replay with 200 and stores it once', async () => {
    const { send, stored, get } = open();
    expect([(await send(good)).status, (await send(good)).status]).toEqual([200, 200]);
    expect(stored).toHaveLength(1);
    const metrics = await (await get('/metrics')).text();
    expect(metrics).toContain('source_centra_webhook_deliveries_total{tenant="acme",outcome="replay"} 1');
    expect(metrics).toContain('source_centra_webhook_events_total{tenant="acme",type="order"} 1');
  });

  test('keeps tenants apart: each has its own secrets, old and new', async () => {
    const { send, stored } = open();
    const path = `/centra/${nord.id}`;
    for (const own of nord.secrets)
      expect((await send(callOf([{ id: own }], { secret: own, sentAt }), path)).status).toBe(200);
    expect((await send(good, path)).status).toBe(401);
    expect((await send(callOf([{ id: 1 }], { secret: 'secret-of-today', sentAt }))).status).toBe(401);
    expect(stored.map(({ tenant }) => tenant)).toEqual(['nord', 'nord']);
  });

  const header = { 'content-type': 'application/x-www-form-urlencoded' };
  test.each<[string, Call, number]>([
    ['no signature', { body: good.body, headers: header }, 401],
    ['nonsense for a signature', { body: good.body, headers: { 'x-centra-signature': 'v1=1' } }, 401],
    ['another secret', callOf([{ id: 1 }], { secret: 'not-the-secret', sentAt }), 401],
    ['another body', { ...good, body: `${good.body}&x=1` }, 401],
    ['an old signature', callOf([{ id: 1 }], { secret, sentAt: sentAt - 301 }), 401],
    ['a signature of the future', callOf([{ id: 1 }], { secret, sentAt: sentAt + 301 }), 401],
    ['no payload', signedCall('events=[]', { secret, sentAt }), 400],
    ['an empty body', signedCall('', { secret, sentAt }), 400],
    ['a payload that is not JSON', signedCall('payload=%7B%22', { secret, sentAt }), 400],
    ['a payload without events', signedCall('payload=%7B%22x%22%3A%22test%22%7D', { secret, sentAt }), 400],
    ['a large body', signedCall(`payload=${'x'.repeat(1024 * 1024)}`, { secret, sentAt }), 413],
    ['a compressed body', { ...good, headers: { ...good.headers, 'content-encoding': 'gzip' } }, 415],
  ])('refuses %s', async (_, call, status) => {
    const { send, stored } = open();
    const answer = await send(call);
    expect(answer.status).toBe(status);
    expect(await answer.text()).not.toContain(secret);
    expect(stored).toEqual([]);
  });

  test('a type that nobody knows is stored, and is no series of its own', async () => {
    const { send, stored, get } = open();
    const call = callOf([{ id: 1, type: 'voucher' }], { secret, sentAt });
    expect((await send(call)).status).toBe(200);
    expect(stored[0]?.hints[0]?.type).toBe('voucher');
    expect(await (await get('/metrics')).text()).toContain('type="other"} 1');
  });

  test.each([
    ['/', 'POST', 404],
    ['/centra', 'POST', 404],
    ['/centra/', 'POST', 404],
    [`/centra/${acme.id}x`, 'POST', 404],
    [`/centra/${acme.id}/`, 'POST', 404],
    [`/CENTRA/${acme.id}`, 'POST', 404],
    ['/centra/%E0%A4%A', 'POST', 404],
    ['/centra/guessed', 'GET', 404],
    [`/centra/${acme.id}`, 'GET', 405],
    [`/centra/${acme.id}`, 'PUT', 405],
    ['/healthz', 'POST', 404],
    ['/healthz', 'GET', 404],
    ['/readyz', 'GET', 404],
    ['/metrics', 'GET', 404],
    ['/centra/../metrics', 'GET', 404],
  ])('%s with %s is %d', async (path, method, status) => {
    const { send, stored } = open();
    const answer = await send(good, path, method);
    expect(answer.status).toBe(status);
    if (status === 405) expect(answer.headers.get('allow')).toBe('POST');
    expect(stored).toEqual([]);
  });

  test('stops reading a body that grows too large, whatever its length was said to be', async () => {
    const { receiver } = open({ largestBody: 10_000 });
    let sent = 0;
    let isCancelled = false;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent += 1_000;
        controller.enqueue(new Uint8Array(1_000));
      },
      cancel: () => {
        isCancelled = true;
      },
    });
    const answer = await receiver.fetch(
      new Request(`http://receiver/centra/${acme.id}`, {
        method: 'POST',
        headers: good.headers,
        body,
        duplex: 'half',
      }),
    );
    expect(answer.status).toBe(413);
    expect(answer.headers.get('connection')).toBe('close');
    expect(isCancelled).toBe(true);
    expect(sent).toBeLessThan(20_000);
  });

  test('answers only after the commit, and lets what comes meanwhile share the next one', async () => {
    const { inbox, groups } = held();
    const { send } = open({ inbox });
    const answers: number[] = [];
    const calls = Array.from({ length: 10 }, (_, id) => callOf([{ id }], { secret, sentAt }));
    const sendAll = (some: readonly Call[]) =>
      some.map(async (call) => answers.push((await send(call)).status));
    const first = sendAll(calls.slice(0, 1));
    await expect.poll(() => groups.length).toBe(1);
    const others = sendAll(calls.slice(1));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(answers).toEqual([]);
    expect(groups.map(({ deliveries }) => deliveries.length)).toEqual([1]);
    groups[0]?.end();
    await expect.poll(() => groups.length).toBe(2);
    expect(answers).toEqual([200]);
    expect(groups[1]?.deliveries).toHaveLength(9);
    groups[1]?.end();
    await Promise.all([...first, ...others]);
    expect(answers).toEqual(Array.from({ length: 10 }, () => 200));
  });

  test('answers 503 when the inbox cannot store, says so once a minute, and never what was sent', async () => {
    const { inbox, groups } = held();
    let now = nowMs;
    const { send, log } = open({ inbox, now: () => now });
    const failing = async (id: string) => {
      const before = groups.length;
      const answer = send(callOf([{ id }], { secret, sentAt }));
      await expect.poll(() => groups.length).toBe(before + 1);
      groups.at(-1)?.end(new Error('The disk is full.'));
      return (await answer).status;
    };
    expect([await failing('secret-order-1'), await failing('secret-order-2')]).toEqual([503, 503]);
    now += 60_000;
    expect(await failing('secret-order-3')).toBe(503);
    expect(log).toHaveLength(2);
    expect(log.join()).toContain('The disk is full.');
    expect(log.join()).not.toContain('secret-order');
    const again = send(callOf([{ id: 4 }], { secret, sentAt }));
    await expect.poll(() => groups.length).toBe(4);
    groups.at(-1)?.end();
    expect((await again).status).toBe(200);
  });

  test('tells the operator of refused calls once a minute for each reason and tenant, and never what was sent', async () => {
    let now = nowMs;
    const { send, log } = open({ now: () => now });
    const forged = callOf([{ id: 'secret-order' }], { secret: 'not-the-secret', sentAt });
    for (const path of [acme.id, acme.id, nord.id]) await send(forged, `/centra/${path}`);
    await send({ ...good, headers: {} });
    await send(good, '/centra/guessed');
    await send(good, '/elsewhere');
    expect(log).toEqual([
      expect.stringMatching(
        /^A call to the webhook of acme was refused: its signature does not fit the secret\. .*after --rotate, restart serve\.$/,
      ),
      expect.stringMatching(/^A call to the webhook of nord was refused: its signature does not fit/),
      expect.stringMatching(/^A call to the webhook of acme was refused: it is not signed/),
      expect.stringMatching(/^A call to \/centra\/… was refused: nothing is at its path/),
    ]);
    now += 60_000;
    await send(forged);
    expect(log).toHaveLength(5);
    expect(log.join()).not.toMatch(/secret-order|not-the-secret|guessed/);
    expect(log.join()).not.toContain(acme.id);
  });

  test('answers 503 rather than later than Centra waits', async () => {
    const { inbox } = held();
    const { send } = open({ inbox, answerWithinMs: 30 });
    expect((await send(good)).status).toBe(503);
  });

  test('tells whether it lives and whether it can store', async () => {
    const { get } = open();
    expect([(await get('/healthz')).status, (await get('/readyz')).status]).toEqual([200, 200]);
    const broken = open({ inbox: { ...held().inbox, add: () => Promise.reject(new Error('no')) } });
    expect([(await broken.get('/healthz')).status, (await broken.get('/readyz')).status]).toEqual([200, 503]);
  });

  test('is not ready after a commit that failed, until one succeeds, and does not commit for each who asks', async () => {
    const commits: number[] = [];
    let isFull = false;
    let now = nowMs;
    const add: Inbox['add'] = async (deliveries) => {
      commits.push(deliveries.length);
      if (isFull) throw new Error('The disk is full.');
      return deliveries.map(() => 'stored');
    };
    const { send, get } = open({ inbox: { ...held().inbox, add }, now: () => now });
    const ready = async () => (await get('/readyz')).status;
    expect(await Promise.all([ready(), ready(), ready()])).toEqual([200, 200, 200]);
    expect((await send(good)).status).toBe(200);
    expect(await ready()).toBe(200);
    expect(commits).toEqual([0, 1]);
    isFull = true;
    expect((await send(callOf([{ id: 2 }], { secret, sentAt }))).status).toBe(503);
    expect([await ready(), await ready()]).toEqual([503, 503]);
    isFull = false;
    expect([await ready(), await ready()]).toEqual([200, 200]);
    expect(commits).toEqual([0, 1, 1, 0, 0, 0]);
    now += 2_000;
    isFull = true;
    expect(await ready()).toBe(503);
  });

  test('types that a sender makes up are no series, neither of what came nor of what waits', async () => {
    const types = Array.from({ length: 50 }, (_, at) => `made-up-${at}`);
    const waiting: Inbox['waiting'] = async () =>
      ['order', ...types].map((type, at) => ({
        tenant: 'acme',
        type,
        objects: 2,
        claimed: 0,
        oldestAgeMs: at * 1000,
      }));
    const { send, get } = open({ inbox: { ...held().inbox, add: async () => ['stored'], waiting } });
    expect(
      (
        await send(
          callOf(
            types.map((type) => ({ id: 1, type })),
            { secret, sentAt },
          ),
        )
      ).status,
    ).toBe(200);
    const metrics = await (await get('/metrics')).text();
    expect(metrics).not.toContain('made-up');
    expect(metrics).toContain('source_centra_webhook_events_total{tenant="acme",type="other"} 50');
    expect(metrics).toContain('source_centra_webhook_inbox_objects{tenant="acme",type="order"} 2');
    expect(metrics).toContain('source_centra_webhook_inbox_objects{tenant="acme",type="other"} 100');
    expect(metrics).toContain('source_centra_webhook_inbox_oldest_seconds{tenant="acme",type="other"} 50');
  });

  test('says for whom something new was stored, once a call', async () => {
    const heard: string[] = [];
    const { send } = open({ stored: (tenant) => heard.push(tenant) });
    await send(good);
    await send(good);
    await send(callOf([{ id: 1 }], { secret: 'wrong', sentAt }));
    expect(heard).toEqual(['acme']);
  });

  test('its metrics tell what was refused and what waits, and nothing secret', async () => {
    const { send, get } = open();
    await send({ ...good, headers: {} });
    await send(good, '/centra/guessed');
    const metrics = await (await get('/metrics')).text();
    expect(metrics).toContain('source_centra_webhook_refused_total{reason="missing"} 1');
    expect(metrics).toContain('source_centra_webhook_refused_total{reason="not_ours"} 1');
    expect(metrics).toContain('source_centra_webhook_inbox_objects{tenant="acme",type="order"} 3');
    expect(metrics).toContain('source_centra_webhook_inbox_oldest_seconds{tenant="acme",type="order"} 1.5');
    expect(metrics).toContain('source_centra_webhook_inbox_up 1');
    expect(metrics).not.toContain(acme.id);
    const without = open({ inbox: { ...held().inbox, waiting: () => Promise.reject(new Error('no')) } });
    const down = await (await without.get('/metrics')).text();
    expect(down).toContain('source_centra_webhook_inbox_up 0');
    expect(down).not.toContain('inbox_objects{');
  });

  test.each([
    ['a short id', [{ ...acme, id: 'acme' }]],
    ['an id with other characters', [{ ...acme, id: '../../../../etc/passwd-xx' }]],
    ['no secret', [{ ...acme, secrets: [] }]],
    ['an empty secret', [{ ...acme, secrets: ['      '] }]],
    ['the same id twice', [acme, { ...nord, id: acme.id }]],
  ])('is not made with %s', (_, tenants) => {
    expect(() => open({ tenants })).toThrow(/webhook of tenant (acme|nord)/);
  });
});
