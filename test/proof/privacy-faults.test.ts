import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { lastStates, logsOf } from '../command/harness.ts';
import { everyMask } from './masked-catalog.ts';
import { openPrivateShop, type PrivateShop } from './private-shop.ts';

let shop: PrivateShop;
beforeAll(async () => {
  shop = await openPrivateShop();
});
beforeEach(() => shop.calm());

/** How many requests a fault has struck since the test began. */
async function struckBy(kind: string, where = shop): Promise<number> {
  const requests = (await where.control('requests')) as { fault: string | null }[];
  return requests.filter(({ fault }) => fault === kind).length;
}

describe('when things go wrong', () => {
  test.each([
    'internal',
    'partial-internal',
    'half-body',
    'bad-json',
    'html',
    '502-html',
    'reset',
    'throttle',
  ])('%s, twice, and then all is well', async (kind) => {
    await shop.control('faults', { faults: [{ kind, seconds: 1, after: 2, times: 2 }] });
    const outcome = await shop.run('read', everyMask, { args: ['--debug'], streams: ['orders', 'returns'] });
    expect(await struckBy(kind)).toBeGreaterThan(0);
    shop.expectNobody(outcome);
  });

  test('without end, until the platform loses its patience', async () => {
    const kinds = ['internal', 'partial-internal', 'half-body', 'bad-json'];
    // Most of it is waiting: each has a shop of its own, and they wait together.
    await Promise.all(
      kinds.map(async (kind) => {
        const failing = await openPrivateShop({ orders: 60 });
        await failing.control('faults', { faults: [{ kind, match: 'orderConnection' }] });
        const outcome = await failing.run('read', everyMask, {
          args: ['--debug'],
          streams: ['orders'],
          killAfterLines: 6,
          signal: 'SIGTERM',
        });
        expect(outcome.code, kind).not.toBe(0);
        expect(await struckBy(kind, failing)).toBeGreaterThan(0);
        failing.expectNobody(outcome);
      }),
    );
  });

  test('refused permissions, of parts and of the whole', async () => {
    const deny = ['Order.shippingAddress:read', 'Customer:read', 'Return:read'];
    await shop.control('permissions', { deny });
    const outcome = await shop.run('read', everyMask, { args: ['--debug'] });
    expect(outcome.code).not.toBe(0);
    expect(outcome.stderr).toContain('Return:read');
    shop.expectNobody(outcome);
    shop.expectNobody(await shop.run('check', everyMask, { args: ['--debug'] }));
  });

  test.each([
    ['a mask that is no date', '{ path: shippingAddress.city, pii: year, on_error: fail }'],
    [
      'a masked text that is no number',
      '{ path: billingAddress.email, pii: mask, type: integer, on_error: fail }',
    ],
    [
      'a masked text that no map knows',
      '{ path: shippingAddress.lastName, pii: mask, map: { a: b }, on_error: fail }',
    ],
    ['a hash that is no decimal', '{ path: otherComment, pii: hash, type: "decimal(4,2)", on_error: fail }'],
    [
      'what is let through on purpose, but is no number',
      '{ path: customer.email, pii: allow, type: integer, on_error: fail }',
    ],
    [
      'what is let through on purpose, and no map knows',
      '{ path: otherComment, pii: allow, map: { a: b }, on_error: fail }',
    ],
    [
      'an attribute that is no time',
      '{ path: "attributes[or_gift].message", type: timestamp, on_error: fail }',
    ],
    [
      'a raw answer that is no boolean',
      '{ path: "paymentHistory[].paramsJSON", pii: allow, type: boolean, on_error: fail }',
    ],
  ])('a value that refuses to convert: %s', async (_, column) => {
    const yaml = (source: string) => `version: 1
streams:
  orders: { from: orders, key: [id], columns: { id: id, updated_at: updatedAt, x: ${source} } }
`;
    const [failed, held] = await Promise.all([
      shop.run('read', yaml(column), { streams: ['orders'], args: ['--debug'] }),
      shop.run('read', yaml(column.replace('fail', 'quarantine')), { streams: ['orders'] }),
    ]);
    expect(failed.code).not.toBe(0);
    expect(failed.stderr).toContain('orders.x: a value ');
    shop.expectNobody(failed);
    expect(held.code).toBe(0);
    expect(logsOf(held).join('\n')).toContain('held back by on_error: quarantine');
    shop.expectNobody(held);
  });

  test('values of another type than the schema says', async () => {
    const odd = await openPrivateShop({ orders: 40, seed: 9 });
    await odd.change({
      kind: 'orders.update',
      count: 5,
      set: { shippingAddress: { email: { address: 'odd.person@example.com' }, city: ['Oddingham on Sea'] } },
    });
    await odd.advance(120);
    const outcome = await odd.run('read', everyMask, {
      args: ['--debug'],
      streams: ['orders'],
      killAfterLines: 5,
      signal: 'SIGTERM',
    });
    expect(outcome.code).not.toBe(0);
    expect(outcome.stdout + outcome.stderr).not.toMatch(/odd\.person|Oddingham/i);
  });

  test('a crash at any moment, and what goes on after it', async () => {
    // So that the second page is still to come when the first is out.
    await shop.control('latency', { ms: 200 });
    const kills = [1, 60, 205];
    const streams = ['orders', 'returns'];
    let state: unknown;
    for (const killAfterLines of kills) {
      const killed = await shop.run('read', everyMask, { killAfterLines, state, streams, args: ['--debug'] });
      expect(killed.code).toBeNull();
      shop.expectNobody(killed);
      const states = lastStates(killed);
      if (states.length > 0) state = states;
    }
    const outcome = await shop.run('read', everyMask, { state, streams, args: ['--debug'] });
    expect(outcome.code).toBe(0);
    shop.expectNobody(outcome);
  });

  test('an output that nobody reads any more', async () => {
    const outcome = await shop.run('read', everyMask, {
      killAfterLines: 2,
      signal: 'SIGINT',
      args: ['--debug'],
    });
    shop.expectNobody(outcome);
  });
});
