import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { getRequestListener } from '@hono/node-server';
import { ConnectorError } from '../errors.ts';
import type { Receiver } from './receiver.ts';

export interface ServerOptions {
  readonly receiver: Receiver;
  readonly host: string;
  /** Where Centra calls; 0 takes a free one. */
  readonly port: number;
  /** Where `/healthz`, `/readyz` and `/metrics` answer, and nothing else does. Undefined: nowhere. */
  readonly statusPort?: number | undefined;
  /** Whoever sends slower than this is cut off. Default: 5,000 for the headers and 10,000 for the whole request. */
  readonly headersWithinMs?: number;
  readonly requestWithinMs?: number;
  /** More connections are refused. Default: 1,000. */
  readonly mostConnections?: number;
}

export interface WebhookServer {
  /** Such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** The same of the port for `/healthz`, `/readyz` and `/metrics`. */
  readonly statusUrl: string | undefined;
  /** Takes no more calls, answers those that are under way within `graceMs`, and resolves when all is stored. */
  close(graceMs?: number): Promise<void>;
}

const BETWEEN_LOOKS_MS = 20;

/** Serves a receiver on a port, safe from slow, endless and too many senders. */
export async function serveReceiver(options: ServerOptions): Promise<WebhookServer> {
  keepMemorySmall();
  const { receiver, host, port, statusPort } = options;
  const calls = serverOf(receiver.fetch, options);
  const url = await listening(calls, host, port);
  const status = statusPort === undefined ? undefined : serverOf(receiver.fetchStatus, options);
  try {
    const statusUrl = status && (await listening(status, host, statusPort ?? 0));
    return {
      url,
      statusUrl,
      close: async (graceMs = 3_000) => {
        await closed(calls, graceMs);
        await receiver.settled();
        // Last: until then it can be asked how the end is getting on.
        if (status !== undefined) await closed(status, graceMs);
      },
    };
  } catch (error) {
    await closed(calls, 0);
    throw error;
  }
}

function serverOf(
  fetch: Receiver['fetch'],
  { headersWithinMs, requestWithinMs, mostConnections }: ServerOptions,
): Server {
  const answer = getRequestListener(fetch, { overrideGlobalObjects: false });
  const listener: RequestListener = (incoming, outgoing) => {
    if (!isPlainTarget(incoming.url)) incoming.url = '/';
    answer(incoming, outgoing).catch(() => outgoing.destroy());
  };
  const server = createServer(
    {
      headersTimeout: headersWithinMs ?? 5_000,
      requestTimeout: requestWithinMs ?? 10_000,
      connectionsCheckingInterval: 1_000,
      keepAliveTimeout: 65_000,
      maxHeaderSize: 16 * 1024,
    },
    listener,
  );
  server.maxConnections = mostConnections ?? 1_000;
  return server;
}

/**
 * Whether a target is a path as this server has them, letter by letter. Any other is nobody's, since what stands before this
 * server may have read it in another way: `/centra/%2e%2e/metrics` begins with `/centra/` for a proxy, and is `/metrics` as
 * soon as somebody makes a URL of it.
 */
function isPlainTarget(target: string | undefined): boolean {
  return /^(\/[\w-]+)+(\?.*)?$/.test(target ?? '');
}

/**
 * What a call needs is garbage as soon as it is answered. Left to itself, V8 lets the space for it grow with the load, by some
 * 30 MB; without that, a thousand calls a second take no more time that could be measured.
 */
function keepMemorySmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** Resolves with the URL. */
function listening(server: Server, host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(
        new ConnectorError({
          kind: 'config',
          code: 'webhook/listen',
          message: `The webhook receiver cannot listen on ${host}:${port} (${cause.code ?? cause.name}).`,
          hint:
            cause.code === 'EADDRINUSE'
              ? 'Something listens there already: stop it, or choose another port.'
              : 'Choose an address of this machine and a port that this user may open.',
          cause,
        }),
      );
    });
    server.listen({ host, port, backlog: 1_024 }, () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('The server has no port.'));
      else resolve(urlOf(address));
    });
  });
}

function urlOf({ address, port, family }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

function closed(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    // A connection that is kept alive becomes idle only after its answer.
    const look = setInterval(() => server.closeIdleConnections(), BETWEEN_LOOKS_MS);
    const end = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearInterval(look);
      clearTimeout(end);
      resolve();
    });
  });
}
