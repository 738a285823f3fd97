// What it does for hours, through kills and outages, is in test/proof/serve.test.ts.
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { followedShop, type Row, send, serve } from './feed.ts';
import { fileWith, logsOf, recordsOf, sourceCentra } from './harness.ts';
import { start, until } from './running.ts';

const only = ['--only', 'orders'];

test('serve keeps what comes, and a read beside it takes that first', async () => {
  const { shop, config, webhook } = await followedShop();
  const server = await serve(['--config', config, '--port', '0', '--metrics-port', '0']);
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
    const status = async (url: string) => (await fetch(url)).status;
    for (const path of ['/metrics', '/healthz', '/readyz'])
      expect([await status(server.url + path), await status(server.statusUrl + path)]).toEqual([404, 200]);
    expect(await (await fetch(`${server.statusUrl}/metrics`)).text()).not.toMatch(
      /inbox_objects\{.*\} [1-9]/,
    );
  } finally {
    expect(await server.end('SIGTERM')).toBe(0);
  }
});

test('serve --snapshots never leaves out what can only be read as a whole', async () => {
  const { config } = await followedShop({ webhook_inbox: null, webhook_id: null, webhook_secret: null });
  const args = ['serve', '--config', config, '--read', '--only', 'returns', 'inventory'];
  const { child, ended, said } = start([...args, '--poll', '1s', '--snapshots', 'never']);
  await until(() => said.stdout.includes('"STATE"'), 'the first state');
  await setTimeout(1_500);
  child.kill('SIGTERM');
  expect((await ended).code).toBe(0);
  const streams = said.stdout
    .split('\n')
    .slice(0, -1)
    .flatMap((line) => (JSON.parse(line) as { record?: { stream: string } }).record?.stream ?? []);
  expect(new Set(streams)).toEqual(new Set(['returns']));
});
