import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { Fold, followedShop, type Row, send, serve } from './feed.ts';
import { fileWith, logsOf, recordsOf, sourceCentra } from './harness.ts';
import { until } from './running.ts';

const only = ['--only', 'orders', '--only', 'order_lines'];

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
    const third = await sourceCentra(['read', '--config', config, ...only, '--state', state]);
    expect(logsOf(third).filter((line) => line.includes('Webhooks told of'))).toEqual([]);
    expect(await (await fetch(`${server.url}/metrics`)).text()).not.toMatch(/inbox_objects\{.*\} [1-9]/);
  } finally {
    expect(await server.end('SIGTERM')).toBe(0);
  }
});

test('a PostgreSQL server that is not up yet: Centra is told to send again, and a read goes on without it', async () => {
  const closed = createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const { port } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  const { config, webhook } = await followedShop({
    webhook_inbox: `postgresql://someone:a-made-up-password@127.0.0.1:${port}/inbox`,
  });
  const fold = new Fold();
  const server = await serve(['--config', config, '--read', ...only, '--port', '0', '--poll', '1s'], fold);
  await until(() => fold.states.size === 2, 'the first read is over');
  expect(await send(server.url, webhook, { id: 1001 })).toBe(503);
  expect((await fetch(`${server.url}/readyz`)).status).toBe(503);
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  expect(await server.end('SIGTERM')).toBe(0);
  expect(server.said.stdout).toContain('cannot be used (ECONNREFUSED)');
  expect(server.said.stdout).not.toContain('a-made-up-password');
});

describe('serve refuses', () => {
  test.each([
    [
      'a state that is not there',
      (config: string) => ['--config', config, '--state', 'nowhere.json'],
      /nowhere\.json/,
    ],
    ['two shops at once', (config: string) => ['--config', config, '--config', config], /one --config/],
    [
      'a time that is none',
      (config: string) => ['--config', config, '--poll', '5'],
      /--poll is not a length of time/,
    ],
  ])('%s', async (_, args, message) => {
    const config = fileWith({ endpoint: 'http://127.0.0.1:9/graphql', api_token: 'made-up-token' });
    const { code, stderr } = await sourceCentra(['serve', '--read', '--port', '0', ...args(config)]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  test('a configuration without a webhook, and one without an inbox', async () => {
    const plain = { endpoint: 'http://127.0.0.1:9/graphql', api_token: 'made-up-token' };
    const none = await sourceCentra(['serve', '--config', fileWith(plain)]);
    expect([none.code, none.stderr]).toEqual([2, expect.stringMatching(/No configuration has a webhook/)]);
    const webhook = { webhook_id: `acme-${'x'.repeat(24)}`, webhook_secret: 'made-up-secret' };
    const lost = await sourceCentra(['serve', '--config', fileWith({ ...plain, ...webhook })]);
    expect([lost.code, lost.stderr]).toEqual([2, expect.stringMatching(/no "webhook_inbox"/)]);
  });
});
