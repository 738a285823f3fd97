import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Fold, type Followed, followedShop, type RunningServe, serve } from './feed.ts';
import { fileWith, sourceCentra } from './harness.ts';
import { until } from './running.ts';

describe('webhook test', () => {
  let followed: Followed;
  let server: RunningServe;
  const fold = new Fold();
  const states = () => [...fold.states.keys()];

  beforeAll(async () => {
    followed = await followedShop();
    const { config } = followed;
    server = await serve(
      [
        '--config',
        config,
        '--read',
        '--format',
        'singer',
        '--only',
        'orders',
        '--port',
        '0',
        '--poll',
        '60s',
      ],
      fold,
    );
    await until(() => states().length > 0 && (fold.tables.get('orders')?.size ?? 0) > 0, 'the first read');
  });
  afterAll(async () => {
    expect(await server.end('SIGTERM')).toBe(0);
  });

  const webhookTest = async (change: object = {}, args: readonly string[] = [], url = server.url) => {
    const settings = JSON.parse(await readFile(followed.config, 'utf8')) as object;
    const outcome = await sourceCentra(
      ['webhook', 'test', '--config', fileWith({ ...settings, ...change }), '--url', url, ...args],
      { isForPeople: true },
    );
    // The times differ.
    return { ...outcome, said: outcome.stdout.replaceAll(/^ *\d+\.\d s {2}/gm, '') };
  };

  test('follows an event to its record', async () => {
    const { orders = [] } = await followed.shop.change({ kind: 'orders.update', count: 1 });
    const { code, said } = await webhookTest({}, ['--order', String(orders[0])]);
    expect(said).toContain(`The receiver is told that the order ${orders[0]} has changed.\nIt answers 200`);
    expect(said).toContain('Its records and a state have been written.\n');
    expect(code).toBe(0);
  });

  test('and the reader reads what it was asked for', () => {
    expect([...fold.tables.keys()]).toEqual(['orders']);
  });

  test('takes the latest order, when none is named', async () => {
    const { code, said } = await webhookTest();
    expect(said).toMatch(/^The receiver is told that the order \d+ has changed\.\n/);
    expect(code).toBe(0);
  });

  test.each([
    [
      'another secret',
      { webhook_secret: 'another-secret-altogether' },
      /answers 401: the signature is not right/,
    ],
    ['another path', { webhook_id: `acme-${'y'.repeat(24)}` }, /answers 404: nothing is at this path/],
  ])('says what is wrong with %s', async (_, change, message) => {
    const { code, said } = await webhookTest(change, ['--order', '1001']);
    expect(said).toMatch(message);
    expect(code).toBe(1);
  });

  test('says that an order which the shop does not show waits', async () => {
    const { code, said } = await webhookTest({}, ['--order', '999999', '--wait', '2s']);
    expect(said).toContain('No reader has written it yet.');
    expect(code).toBe(1);
  });

  test('says that nobody listens, and that there is no webhook yet', async () => {
    const nobody = await webhookTest({}, ['--order', '1001'], 'http://127.0.0.1:9');
    expect([nobody.code, nobody.stderr]).toEqual([4, expect.stringMatching(/No receiver answers at/)]);
    const none = await webhookTest({ webhook_id: undefined });
    expect([none.code, none.stderr]).toEqual([2, expect.stringMatching(/has no webhook yet/)]);
  });
});
