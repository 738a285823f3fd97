import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { Fold, type Format, followedShop, type RunningServe, send, serve } from '../command/feed.ts';
import { fileWith, sourceCentra } from '../command/harness.ts';
import { until } from '../command/running.ts';

const only = ['--only', 'orders', '--only', 'order_lines'];

/** Singer has no --only: a catalog says what is read. */
async function streamsFor(format: Format, config: string): Promise<readonly string[]> {
  if (format === 'airbyte') return only;
  const { stdout } = await sourceCentra(['tap-centra', '--config', config, '--discover'], {
    isForPeople: true,
  });
  const catalog = JSON.parse(stdout) as {
    streams: { tap_stream_id: string; metadata: { breadcrumb: string[]; metadata: object }[] }[];
  };
  for (const stream of catalog.streams) {
    const selected = stream.tap_stream_id === 'orders' || stream.tap_stream_id === 'order_lines';
    for (const item of stream.metadata)
      if (item.breadcrumb.length === 0) Object.assign(item.metadata, { selected });
  }
  return ['--catalog', fileWith(catalog)];
}

/** What the shop shows now, as a fresh read folds it. */
async function freshFold(config: string): Promise<Fold> {
  const fold = new Fold();
  const { stdout } = await sourceCentra(['read', '--config', config, ...only]);
  for (const line of stdout.trim().split('\n')) fold.take(line);
  return fold;
}

const updatedOf = (fold: Fold, table: string) =>
  new Map(
    [...(fold.tables.get(table) ?? [])].map(([key, row]) => [key, JSON.stringify(row)] as const).sort(),
  );

describe.each<Format>(['airbyte', 'singer'])('serve --read --format %s', (format) => {
  test('brings each change; killed and started again from the last state, it brings what it missed', async () => {
    const { shop, config, webhook } = await followedShop();
    const fold = new Fold();
    const streams = await streamsFor(format, config);
    const args = ['--config', config, '--read', '--format', format, '--poll', '2s', ...streams];
    const begin = (): Promise<RunningServe> => {
      const state = fold.states.size === 0 ? [] : ['--state', fileWith(fold.stateFile, 'jsonl')];
      return serve([...args, ...state, '--port', '0'], fold);
    };
    const told = (url: string) =>
      shop.control('webhooks', { url: `${url}/centra/${webhook.id}`, secret: webhook.secret, batchMs: 20 });
    const rows = () => [...(fold.tables.get('orders')?.values() ?? [])];
    const isBrought = async (numbers: readonly number[], sinceMs: number) => {
      await until(
        () =>
          numbers.every((one) =>
            rows().some((row) => row.number === one && Date.parse(String(row.updated_at)) >= sinceMs),
          ),
        'the changed orders come',
      );
    };
    const nowMs = async () => Date.parse(((await shop.control('clock')) as { now: string }).now);

    const first = await begin();
    await until(() => rows().length > 0, 'the first rows come');
    await told(first.url);
    let sinceMs = Math.floor((await nowMs()) / 1000) * 1000;
    const changed = await shop.change({ kind: 'orders.update', count: 5 });
    await isBrought(changed.orders ?? [], sinceMs);
    await shop.change({ kind: 'orders.update', count: 8 }, { kind: 'orders.create', count: 3 });
    await first.end('SIGKILL');
    sinceMs = Math.floor((await nowMs()) / 1000) * 1000;
    const missed = await shop.change({ kind: 'orders.update', count: 6 });

    const second = await begin();
    await isBrought(missed.orders ?? [], sinceMs);
    await told(second.url);
    await shop.control('webhooks/faults', {
      faults: [
        { kind: 'lost', rate: 0.3 },
        { kind: 'doubled', rate: 0.3 },
        { kind: 'late', rate: 0.3, minMs: 100, maxMs: 500 },
      ],
    });
    const last: number[] = [];
    sinceMs = Math.floor((await nowMs()) / 1000) * 1000;
    for (let round = 0; round < 5; round += 1) {
      last.push(...((await shop.change({ kind: 'orders.update', count: 2 })).orders ?? []));
    }
    await isBrought(last, sinceMs);
    const created = await shop.change({ kind: 'orders.create', count: 2 });
    await isBrought(created.orders ?? [], sinceMs);
    // The last changes lie far enough back for a read to find them, and the poll that follows covers whatever was lost.
    await shop.advance(5);
    const fresh = await freshFold(shop.config);
    await until(
      () =>
        JSON.stringify([...updatedOf(fold, 'orders')]) === JSON.stringify([...updatedOf(fresh, 'orders')]),
      'the fold is what the shop holds',
    );
    expect(await second.end('SIGTERM')).toBe(0);
    expect(updatedOf(fold, 'order_lines').size).toBe(updatedOf(fresh, 'order_lines').size);
    expect(second.said.stdout + second.said.stderr).not.toContain(webhook.secret);
    expect(second.said.stdout + second.said.stderr).not.toContain(webhook.id);
  });
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
  const args = ['--config', config, '--read', ...only, '--port', '0', '--metrics-port', '0', '--poll', '1s'];
  const server = await serve(args, fold);
  await until(() => fold.states.size === 2, 'the first read is over');
  expect(await send(server.url, webhook, { id: 1001 })).toBe(503);
  expect((await fetch(`${server.statusUrl}/readyz`)).status).toBe(503);
  expect((await fetch(`${server.statusUrl}/healthz`)).status).toBe(200);
  expect(await server.end('SIGTERM')).toBe(0);
  expect(server.said.stdout).toContain('cannot be used (ECONNREFUSED)');
  expect(server.said.stdout).not.toContain('a-made-up-password');
});

test('webhook test says that an order which the shop does not show waits', async () => {
  const { config } = await followedShop();
  const server = await serve(['--config', config, '--read', ...only, '--port', '0']);
  const { code, stdout } = await sourceCentra(
    ['webhook', 'test', '--config', config, '--url', server.url, '--order', '999999', '--wait', '4s'],
    { isForPeople: true },
  );
  expect(stdout).toContain('No reader has written it yet.');
  expect(code).toBe(1);
  expect(await server.end('SIGTERM')).toBe(0);
});

test('webhook test says that the receiver uses another inbox', async () => {
  const { config, webhook } = await followedShop();
  const server = await serve(['--config', config, '--port', '0']);
  const settings = { ...JSON.parse(await readFile(config, 'utf8')), webhook_inbox: 'elsewhere' };
  const other = fileWith(settings);
  const { code, stdout } = await sourceCentra(
    ['webhook', 'test', '--config', other, '--url', server.url, '--order', '1001'],
    { isForPeople: true },
  );
  expect(stdout).toMatch(/does the receiver use the same "webhook_inbox"\?/);
  expect(stdout).not.toContain(webhook.secret);
  expect(code).toBe(1);
  expect(await server.end('SIGTERM')).toBe(0);
});
