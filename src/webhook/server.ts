import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { getRequestListener } from '@hono/node-server';
import { ConnectorError } from '../errors.ts';
import type { Receiver } from './receiver.ts';

export interface ServerOptions {
  readonly receiver: Receiver;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Whoever sends slower than this is cut off. Default: 5,000 for the headers and 10,000 for the whole request. */
  readonly headersWithinMs?: number;
  readonly requestWithinMs?: number;
  /** More connections are refused. Default: 1,000. */
  readonly mostConnections?: number;
}

export interface WebhookServer {
  /** Such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Takes no more calls, answers those that are under way within `graceMs`, and resolves when all is stored. */
  close(graceMs?: number): Promise<void>;
}

const BETWEEN_LOOKS_MS = 20;

/** Serves a receiver on a port, safe from slow, endless and too many senders. */
export async function serveReceiver(options: ServerOptions): Promise<WebhookServer> {
  keepMemorySmall();
  const { receiver } = options;
  const answer = getRequestListener(receiver.fetch, { overrideGlobalObjects: false });
  const listener: RequestListener = (incoming, outgoing) => {
    answer(incoming, outgoing).catch(() => outgoing.destroy());
  };
  const server = createServer(
    {
      headersTimeout: options.headersWithinMs ?? 5_000,
      requestTimeout: options.requestWithinMs ?? 10_000,
      connectionsCheckingInterval: 1_000,
      keepAliveTimeout: 65_000,
      maxHeaderSize: 16 * 1024,
    },
    listener,
  );
  server.maxConnections = options.mostConnections ?? 1_000;
  const { address, port, family } = await listening(server, options);
  const host = family === 'IPv6' ? `[${address}]` : address;
  return {
    url: `http://${host}:${port}`,
    close: async (graceMs = 3_000) => {
      await closed(server, graceMs);
      await receiver.settled();
    },
  };
}

/**
 * What a call needs is garbage as soon as it is answered. Left to itself, V8 lets the space for it grow with the load, by some
 * 30 MB; without that, a thousand calls a second take no more time that could be measured.
 */
function keepMemorySmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

function listening(server: Server, { host, port }: ServerOptions): Promise<AddressInfo> {
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
      else resolve(address);
    });
  });
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
