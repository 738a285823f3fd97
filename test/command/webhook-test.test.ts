// What it says of all that can be wrong is in test/unit/cli/webhook/test.test.ts.
import { expect, test } from 'vitest';
import { Fold, followedShop, serve } from './feed.ts';
import { sourceCentra } from './harness.ts';
import { until } from './running.ts';

test('webhook test follows an event, of the latest order, to its record', async () => {
  const { shop, config } = await followedShop();
  const fold = new Fold();
  const read = ['--read', '--format', 'singer', '--only', 'orders', '--poll', '60s'];
  const server = await serve(['--config', config, '--port', '0', ...read], fold);
  try {
    await until(
      () => fold.states.size > 0 && (fold.tables.get('orders')?.size ?? 0) > 0,
      'the first read is over',
    );
    await shop.change({ kind: 'orders.create', count: 1 });
    const { code, stdout } = await sourceCentra(
      ['webhook', 'test', '--config', config, '--url', server.url],
      { isForPeople: true },
    );
    const order = Number(/The receiver is told that the order (\d+) has changed/.exec(stdout)?.[1]);
    expect(stdout).toMatch(/It answers 200: [\s\S]*Its records and a state have been written\.\n$/);
    expect(code).toBe(0);
    const rows = [...(fold.tables.get('orders')?.values() ?? [])];
    expect(rows.map(({ number }) => number)).toContain(order);
    expect([...fold.tables.keys()]).toEqual(['orders']);
  } finally {
    expect(await server.end('SIGTERM')).toBe(0);
  }
});
