import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import type { Delivery } from '../../../src/inbox/inbox.ts';
import { createReceiver } from '../../../src/webhook/receiver.ts';
import { type ServerOptions, serveReceiver, type WebhookServer } from '../../../src/webhook/server.ts';
import { callOf, createSender } from './sender.ts';
import { acme } from './tenant.ts';

const [secret = ''] = acme.secrets;
const open: WebhookServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close(0)));
});

async function start(
  options: Partial<ServerOptions> = {},
  store: (deliveries: readonly Delivery[]) => Promise<void> = async () => undefined,
) {
  const stored: string[] = [];
  const receiver = createReceiver({
    tenants: [acme],
    inbox: {
      add: async (deliveries) => {
        await store(deliveries);
        stored.push(...deliveries.flatMap(({ hints }) => hints.map(({ id }) => id)));
        return deliveries.map(() => 'stored');
      },
      waiting: async () => [],
    },
    now: Date.now,
    largestBody: 50_000,
  });
  const server = await serveReceiver({ receiver, host: '127.0.0.1', port: 0, ...options });
  open.push(server);
  return { server, stored };
}

const call = (id: number) => callOf([{ id }], { secret, sentAt: Math.floor(Date.now() / 1000) });
const path = `/centra/${acme.id}`;

/** Says something by hand, and hears all that comes back until the server hangs up. */
async function speak(url: string, parts: readonly string[], pauseMs = 0): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  const heard = text(socket).catch(() => '');
  for (const part of parts) {
    if (!socket.writable) break;
    socket.write(part);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return heard;
}

test('a call goes through a port, and the connection is used again', async () => {
  const { server, stored } = await start();
  const sender = createSender(server.url, 1);
  expect([await sender.send(path, call(1)), await sender.send(path, call(2))]).toEqual([200, 200]);
  expect(stored).toEqual(['1', '2']);
  await sender.close();
});

test('a body in chunks is read, and one that grows too large is cut off', async () => {
  const { server, stored } = await start();
  const { body, headers } = call(3);
  const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nx-centra-signature: ${headers['x-centra-signature']}\r\n`;
  const chunk = (piece: string) => `${piece.length.toString(16)}\r\n${piece}\r\n`;
  const whole = await speak(server.url, [
    `${head}Connection: close\r\n\r\n`,
    chunk(body.slice(0, 10)),
    chunk(body.slice(10)),
    '0\r\n\r\n',
  ]);
  expect(whole).toMatch(/^HTTP\/1.1 200 /);
  expect(stored).toEqual(['3']);
  const endless = Array.from({ length: 40 }, () => chunk('x'.repeat(4_000)));
  expect(await speak(server.url, [`${head}\r\n`, ...endless], 2)).toMatch(/^HTTP\/1.1 413 /);
});

test('a promised length that is too large is refused before a byte of it has come', async () => {
  const { server } = await start();
  const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\nx-centra-signature: ${call(1).headers['x-centra-signature']}\r\n\r\n`;
  expect(await speak(server.url, [head])).toMatch(/^HTTP\/1.1 413 /);
});

test('whoever sends the headers or the body too slowly is cut off', async () => {
  const { server, stored } = await start({ headersWithinMs: 200, requestWithinMs: 400 });
  const started = performance.now();
  const drops = (head: string) => [head, ...Array.from({ length: 100 }, () => 'x')];
  const [headers, body] = await Promise.all([
    speak(server.url, drops(`POST ${path} HTTP/1.1\r\nHost: x\r\nx-slow: `), 50),
    speak(
      server.url,
      drops(
        `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\nx-centra-signature: ${call(1).headers['x-centra-signature']}\r\n\r\n`,
      ),
      50,
    ),
  ]);
  expect(headers).toMatch(/^HTTP\/1.1 408 /);
  expect(body).toMatch(/^(HTTP\/1.1 (408|400) .*)?/);
  expect(body).not.toContain(' 200 ');
  expect(performance.now() - started).toBeLessThan(4_500);
  expect(stored).toEqual([]);
});

test.each([
  ['no HTTP', 'EHLO centra\r\n\r\n', 400],
  ['too long a header', `POST ${path} HTTP/1.1\r\nHost: x\r\nx-long: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  [
    'two lengths',
    `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx`,
    400,
  ],
  [
    'a length and chunks',
    `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    400,
  ],
  ['no host', `POST ${path} HTTP/1.1\r\nConnection: close\r\n\r\n`, 400],
  ['a strange host', `GET ${path} HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n`, 400],
])('%s gets a status and the door', async (_, said, status) => {
  const { server } = await start();
  expect(await speak(server.url, [said])).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  const sender = createSender(server.url, 1);
  expect(await sender.send(path, call(1))).toBe(200);
  await sender.close();
});

test.each([
  '/metrics',
  '/centra/../metrics',
  '/centra/x/../../metrics',
  '/centra/./../metrics',
  '/centra/%2e%2e/metrics',
  '/centra/%2E%2e/metrics',
  '/centra/.%2E/metrics',
  '/centra/..%2fmetrics',
  '/centra/..;/metrics',
  '/centra/..\\metrics',
  '/\\metrics',
  '/centra/%5c..%5cmetrics',
  '/centra//../metrics',
  '//metrics',
  '///readyz',
  '//evil/metrics',
  '/METRICS',
  '/centra/..%00/metrics',
  '/%6detrics',
  'http://x/metrics',
  'http://x/centra/../readyz',
  '/centra/../healthz?x',
  '/centra/..#/readyz',
])('nothing of the operator is at %s of the port that Centra calls', async (target) => {
  const { server } = await start({ statusPort: 0 });
  const get = (url: string, at: string) =>
    speak(url, [`GET ${at} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`]);
  expect(await get(server.url, target)).toMatch(/^HTTP\/1.1 404 [\s\S]*There is nothing here\.$/);
});

test('a path to a tenant that is not written letter by letter is nobody’s', async () => {
  const { server, stored } = await start();
  const { body, headers } = call(9);
  const post = (target: string) =>
    speak(server.url, [
      `POST ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${body.length}\r\nx-centra-signature: ${headers['x-centra-signature']}\r\n\r\n${body}`,
    ]);
  for (const target of [`/x/..${path}`, `/${path}`, `/centra/./${acme.id}`, path.replace('c', '%63')])
    expect(await post(target)).toMatch(/^HTTP\/1.1 404 /);
  expect(stored).toEqual([]);
  expect(await post(`${path}?from=centra`)).toMatch(/^HTTP\/1.1 200 /);
  expect(stored).toEqual(['9']);
});

test('metrics and health have a port of their own, where no call is taken', async () => {
  const { server, stored } = await start({ statusPort: 0 });
  const statusUrl = server.statusUrl ?? '';
  const answers = ['/metrics', '/healthz', '/readyz'].map(async (at) => (await fetch(statusUrl + at)).status);
  expect(await Promise.all(answers)).toEqual([200, 200, 200]);
  expect((await fetch(`${statusUrl}${path}`, { method: 'POST', ...call(1) })).status).toBe(404);
  expect(stored).toEqual([]);
  expect((await start()).server.statusUrl).toBeUndefined();
});

test('a port for metrics that is taken is a sentence, and frees the other one', async () => {
  const { server } = await start();
  const taken = Number(new URL(server.url).port);
  await expect(start({ statusPort: taken })).rejects.toThrow(
    new RegExp(`cannot listen on 127.0.0.1:${taken} \\(EADDRINUSE\\)`),
  );
});

test('when it stops, what is under way is stored and answered, and nothing new is taken', async () => {
  let commit: (() => void) | undefined;
  const { server, stored } = await start(
    {},
    () =>
      new Promise((resolve) => {
        commit = resolve;
      }),
  );
  const sender = createSender(server.url, 2);
  const answer = sender.send(path, call(1));
  await expect.poll(() => commit).toBeDefined();
  const closed = server.close();
  await expect.poll(() => sender.send(path, call(2))).toBeUndefined();
  commit?.();
  expect(await answer).toBe(200);
  await closed;
  expect(stored).toEqual(['1']);
  await sender.close();
});

test('a port that is taken is a sentence', async () => {
  const { server } = await start();
  await expect(start({ port: Number(new URL(server.url).port) })).rejects.toThrow(
    /cannot listen .*EADDRINUSE/,
  );
});
