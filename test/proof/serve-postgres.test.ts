import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { Fold, followedShop, send, serve } from '../command/feed.ts';
import { until } from '../command/running.ts';
import { findPostgresBinaries, POSTGRES_HINT, startPostgres } from '../conformance/postgres.mjs';

/** The way to a server, which can be cut. */
async function openWay(to: { readonly host: string; readonly port: number }) {
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let port = 0;
  const way = {
    get port() {
      return port;
    },
    open: async () => {
      server = createServer((near) => {
        const far = connect(to.port, to.host);
        for (const socket of [near, far]) {
          sockets.add(socket);
          socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
        }
        near.pipe(far).pipe(near);
      }).listen(port, '127.0.0.1');
      await once(server, 'listening');
      port = (server.address() as AddressInfo).port;
    },
    cut: async () => {
      const closed = new Promise((resolve) => server?.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  await way.open();
  return way;
}

const binaries = await findPostgresBinaries();

test('serve lives through times in which its PostgreSQL server is down, at the start and later', async ({
  skip,
}) => {
  if (binaries === undefined) return skip(POSTGRES_HINT);
  const postgres = await startPostgres(binaries);
  const { user, password, database } = postgres.connection;
  const way = await openWay(postgres.connection);
  await way.cut();
  const { shop, config, webhook } = await followedShop({
    webhook_inbox: `postgresql://${user}:${password}@127.0.0.1:${way.port}/${database}`,
  });
  const fold = new Fold();
  const streams = ['--only', 'orders', '--only', 'order_lines'];
  const ports = ['--port', '0', '--metrics-port', '0'];
  const server = await serve(['--config', config, '--read', ...streams, ...ports, '--poll', '1h'], fold);
  const ready = async () => (await fetch(`${server.statusUrl}/readyz`)).status;
  let calls = 0;
  const tell = async () => {
    calls += 1;
    const { orders = [] } = await shop.change({ kind: 'orders.update', count: 1 });
    const sentAt = Date.now() / 1000 + calls;
    return {
      order: orders[0],
      status: await send(server.url, { ...webhook, sentAt }, { id: orders[0] ?? 0 }),
    };
  };
  const isBrought = (order: number | undefined, count: number) => {
    const lines = server.lines.filter(
      (line) => line.includes('"stream":"orders"') && line.includes(`"number":${order},`),
    );
    return lines.length >= count;
  };
  try {
    await until(() => (fold.tables.get('orders')?.size ?? 0) > 0, 'the first read is over');
    for (let outage = 0; outage < 2; outage += 1) {
      expect((await tell()).status).toBe(503);
      expect(await ready()).toBe(503);
      await way.open();
      await until(async () => (await ready()) === 200, 'the inbox answers again');
      const told = await tell();
      expect(told.status).toBe(200);
      await until(() => isBrought(told.order, 2), 'the order that was told of comes');
      await way.cut();
    }
    await way.open();
    expect(await server.end('SIGTERM')).toBe(0);
  } finally {
    await server.end('SIGKILL');
    await way.cut();
    await postgres.stop();
  }
});
