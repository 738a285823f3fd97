// What it does for hours, through kills and outages, is in test/proof/serve.test.ts.
import { expect, test } from 'vitest';
import { followedShop, type Row, send, serve } from './feed.ts';
import { fileWith, logsOf, recordsOf, sourceCentra } from './harness.ts';

const only = ['--only', 'orders'];

test('serve keeps what comes, and a read beside it takes that first', async () => {
  const { shop, config, webhook } = await followedShop();
  const server = await serve(['--config', config, '--port', '0']);
  try {
    const first = await sourceCentra(['read', '--config', config, ...only]);
    const state = fileWith(
      first.messages
        .flatMap((message) => (message.state ? JSON.stringify({ type: 'STATE', state: message.state }) : []))
        .join('\n'),
      'jsonl',
    );
    const { orders = [] } = await shop.change({ kind: 'orders.update', count: 2 });
    expect(await send(server.url, webhook, ...orders.map((id) => ({ id })))).toBe(200);
    const second = await sourceCentra(['read', '--config', config, ...only, '--state', state]);
    expect(second.code).toBe(0);
    const read = new Set(recordsOf(second, 'orders').map(({ data }) => (data as Row).number));
    expect([...read].sort()).toEqual([...orders].sort());
    expect(logsOf(second).filter((line) => line.includes('Webhooks told of'))).toEqual([
      expect.stringMatching(/^INFO Webhooks told of 2 orders, which gave \d+ records\.$/),
    ]);
    expect(await (await fetch(`${server.url}/metrics`)).text()).not.toMatch(/inbox_objects\{.*\} [1-9]/);
  } finally {
    expect(await server.end('SIGTERM')).toBe(0);
  }
});
