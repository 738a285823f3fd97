import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Agent, request } from 'undici';
import { PRIVATE_ADDRESS } from './unreachable.ts';

export interface HttpRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly body: string;
}

/** The network, as the client sees it. Rejects when no whole answer came; never looks into an answer. */
export type Transport = (request: HttpRequest) => Promise<HttpAnswer>;

export interface HttpTransport {
  readonly send: Transport;
  readonly close: () => Promise<void>;
}

export interface HttpTransportOptions {
  /** How many requests may be under way at once. */
  readonly connections: number;
  /** How long the API may stay silent, before its answer's head and between parts of its body. Centra gives no guarantee; heavy queries are slow. */
  readonly silenceMs: number;
  /** Which IP addresses a host may lead to; without it, any. */
  readonly mayConnectTo?: (address: string) => boolean;
}

/** HTTP with keep-alive and one pool. */
export function httpTransport(options: HttpTransportOptions): HttpTransport {
  const { mayConnectTo } = options;
  const agent = new Agent({
    connections: options.connections,
    connect: { timeout: 10_000, ...(mayConnectTo && { lookup: guardedLookup(mayConnectTo) }) },
    headersTimeout: options.silenceMs,
    bodyTimeout: options.silenceMs,
    keepAliveTimeout: 30_000,
  });
  return Object.freeze({
    send: async ({ url, headers, body, signal }: HttpRequest): Promise<HttpAnswer> => {
      const answer = await request(url, {
        method: 'POST',
        dispatcher: agent,
        headers: { ...headers },
        body,
        signal,
      });
      const header = (name: string) => {
        const value = answer.headers[name];
        return Array.isArray(value) ? value[0] : value;
      };
      return { status: answer.statusCode, header, body: await answer.body.text() };
    },
    close: () => agent.destroy(),
  });
}

/** Looks a host up, and lets nobody connect to it when one of its addresses is refused. A host that is an address is not looked up. */
function guardedLookup(mayConnectTo: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error !== null || first === undefined) return callback(error, '');
      if (!addresses.every(({ address }) => mayConnectTo(address))) {
        const refused = new Error('The host leads to an address that is not of the internet.');
        return callback(Object.assign(refused, { code: PRIVATE_ADDRESS }), '');
      }
      if (options.all === true) return callback(null, addresses);
      callback(null, first.address, first.family);
    });
  };
}
