import { createServer as createNetServer } from 'node:net';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type HttpTransportOptions, httpTransport } from '../../../src/centra/transport.ts';
import { unreachable } from '../../../src/centra/unreachable.ts';
import type { ConnectorError } from '../../../src/errors.ts';
import { answering, listening, requestTo } from './http-server.ts';

function opened(options: Partial<HttpTransportOptions> = {}) {
  const transport = httpTransport({ connections: 2, silenceMs: 2_000, ...options });
  onTestFinished(transport.close);
  return transport;
}

/** What a person is told when the server behaves so, and how long it took to find out. */
async function failing(url: string, options: Partial<HttpTransportOptions>) {
  const startedMs = performance.now();
  const error = await opened(options)
    .send(requestTo(url))
    .then(
      () => new Error('An answer came.'),
      (cause: unknown): ConnectorError => unreachable(cause, url, 'orders'),
    );
  return { error, tookMs: performance.now() - startedMs };
}

const text = JSON.stringify({
  data: { orders: Array.from({ length: 2_000 }, () => ({ status: 'SHIPPED' })) },
});

describe('an answer that is packed', () => {
  test.each([
    ['gzip', gzipSync(text)],
    ['br', brotliCompressSync(text)],
    ['deflate', deflateSync(text)],
    ['deflate', deflateRawSync(text)],
    ['identity', Buffer.from(text)],
  ])('with %s is unpacked', async (encoding, body) => {
    let accepted: unknown;
    const url = await answering((request, response) => {
      accepted = request.headers['accept-encoding'];
      response.writeHead(200, { 'content-encoding': encoding }).end(body);
    });
    expect((await opened().send(requestTo(url))).body).toBe(text);
    expect(accepted).toBe('gzip, br');
  });

  test('and empty is empty', async () => {
    const url = await answering((_, response) => {
      response.writeHead(429, { 'content-encoding': 'gzip', 'retry-after': '3' }).end();
    });
    const { status, body, header } = await opened().send(requestTo(url));
    expect([status, body, header('retry-after')]).toEqual([429, '', '3']);
  });

  test.each([
    ['badly', 'gzip', gzipSync(text).subarray(0, 50), 'sent an answer that cannot be unpacked'],
    ['in an unknown way', 'zstd', Buffer.from(text), 'sent an answer that is packed in an unknown way'],
  ])('%s may be better next time', async (_, encoding, body, how) => {
    const url = await answering((_request, response) => {
      response.writeHead(200, { 'content-encoding': encoding }).end(body);
    });
    const { error } = await failing(url, {});
    expect(error).toMatchObject({ kind: 'transient', isTooMuch: false });
    expect(error.message).toContain(how);
  });

  test('a mark of the byte order before the JSON is passed over', async () => {
    const url = await answering((_, response) => void response.end('\ufeff{}'));
    expect((await opened().send(requestTo(url))).body).toBe('{}');
  });
});

describe('an answer that is too large', () => {
  const tooMuch = {
    kind: 'config',
    code: 'centra/too_much',
    isTooMuch: true,
    message: 'The answer for orders is larger than 64 MB.',
  };

  test('is not read to its end', async () => {
    const url = await answering((_, response) => {
      const chunk = Buffer.alloc(100_000, 'x');
      const more = () => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', more);
      response.on('error', () => undefined);
      more();
    });
    const { error } = await failing(url, { mostBytes: 1_000_000 });
    expect(error).toMatchObject(tooMuch);
  });

  test('only unpacked', async () => {
    const body = gzipSync(Buffer.alloc(50_000_000, 'x'));
    expect(body.length).toBeLessThan(1_000_000);
    const url = await answering((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(body);
    });
    expect((await failing(url, { mostBytes: 1_000_000 })).error).toMatchObject(tooMuch);
  });

  test('in its head', async () => {
    const server = createNetServer((socket) => {
      socket.on('error', () => undefined);
      socket.write('HTTP/1.1 200 OK\r\n');
      const timer = setInterval(() => socket.write(`x-more: ${'y'.repeat(1_000)}\r\n`), 1);
      socket.on('close', () => clearInterval(timer));
    });
    const url = `http://127.0.0.1:${await listening(server)}/graphql`;
    const { error } = await failing(url, { silenceMs: 5_000 });
    expect(error.message).toContain('sent an answer whose head does not end when asked for orders');
  });
});

describe('an answer that is too slow', () => {
  test('never begins', async () => {
    const url = await answering(() => undefined);
    const { error, tookMs } = await failing(url, { silenceMs: 1_000 });
    expect(error).toMatchObject({ kind: 'transient', code: 'centra/too_slow', isTooMuch: true });
    expect(error.message).toContain('in time');
    expect(tookMs).toBeLessThan(4_000);
  });

  test('stops in the middle', async () => {
    const url = await answering((_, response) => {
      response.writeHead(200);
      response.write('{"data":');
    });
    const { error } = await failing(url, { silenceMs: 1_000, wholeMs: 10_000 });
    expect(error.message).toContain('stopped in the middle of its answer');
    expect(error).toMatchObject({ code: 'centra/too_slow', isTooMuch: true });
  });

  test('drips for ever', async () => {
    const url = await answering((_, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(timer));
    });
    const { error, tookMs } = await failing(url, { silenceMs: 500, wholeMs: 700 });
    expect(error.message).toContain('did not come to the end of its answer in time');
    expect(error).toMatchObject({ code: 'centra/too_slow', isTooMuch: true });
    expect(tookMs).toBeLessThan(3_000);
  });

  test('drips its head', async () => {
    const server = createNetServer((socket) => {
      socket.on('error', () => undefined);
      socket.write('HTTP/1.1 200 OK\r\nx-slow: ');
      const timer = setInterval(() => socket.write('y'), 20);
      socket.on('close', () => clearInterval(timer));
    });
    const url = `http://127.0.0.1:${await listening(server)}/graphql`;
    const { error, tookMs } = await failing(url, { silenceMs: 60_000, wholeMs: 700 });
    expect(error).toMatchObject({ code: 'centra/too_slow' });
    expect(tookMs).toBeLessThan(3_000);
  });
});

test('a redirect is not followed: the token goes nowhere else', async () => {
  let elsewhere = 0;
  const other = await answering((_, response) => {
    elsewhere += 1;
    response.end('{}');
  });
  const url = await answering((_, response) => void response.writeHead(307, { location: other }).end());
  expect((await opened().send(requestTo(url))).status).toBe(307);
  expect(elsewhere).toBe(0);
});

test('a stop ends a request at once, with its own reason', async () => {
  const url = await answering((_, response) => void response.writeHead(200).write('{'));
  const stop = new AbortController();
  const sent = opened().send(requestTo(url, stop.signal));
  setTimeout(() => stop.abort(new Error('stopped')), 50);
  await expect(sent).rejects.toThrow('stopped');
});
