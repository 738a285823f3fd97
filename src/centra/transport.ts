import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Agent, type Dispatcher, Pool, ProxyAgent, request } from 'undici';
import { ACCEPT_ENCODING, readBody } from './body.ts';
import { type ProxyServer, type ProxyVariables, proxyFor } from './proxy.ts';
import { TransportError, transportError } from './transport-error.ts';
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
  /** Which IP addresses a host may lead to; without it, any. A proxy looks hosts up itself. */
  readonly mayConnectTo?: (address: string) => boolean;
  /** How long a request may take as a whole, however busily its answer drips; twice the silence unless given. */
  readonly wholeMs?: number;
  /** How large an answer may be, unpacked; 64 MiB unless given. */
  readonly mostBytes?: number;
  /** Where HTTPS_PROXY, HTTP_PROXY and NO_PROXY are looked up; nowhere unless given. */
  readonly variables?: ProxyVariables;
}

const CONNECT_MS = 10_000;
const MOST_BYTES = 64 * 1024 * 1024;

/** HTTP with keep-alive and one pool, through a proxy where the variables name one. Redirects are not followed: the token goes to the endpoint alone. */
export function httpTransport(options: HttpTransportOptions): HttpTransport {
  const { silenceMs, wholeMs = 2 * silenceMs, mostBytes = MOST_BYTES, variables = {} } = options;
  /** By the proxy's address; that of the direct way is empty. */
  const dispatchers = new Map<string, Dispatcher>();

  function dispatcherFor(proxy: ProxyServer | undefined): Dispatcher {
    const key = proxy?.url ?? '';
    const dispatcher = dispatchers.get(key) ?? openDispatcher(options, proxy);
    dispatchers.set(key, dispatcher);
    return dispatcher;
  }

  async function send({ url, headers, body, signal }: HttpRequest): Promise<HttpAnswer> {
    signal.throwIfAborted();
    const proxy = proxyFor(url, variables);
    const end = new AbortController();
    const stop = () => end.abort(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    const timer = setTimeout(() => end.abort(new TransportError('TOO_SLOW')), wholeMs);
    try {
      const answer = await request(url, {
        method: 'POST',
        dispatcher: dispatcherFor(proxy),
        headers: { 'accept-encoding': ACCEPT_ENCODING, ...headers },
        body,
        signal: end.signal,
      });
      const header = (name: string) => {
        const value = answer.headers[name];
        return Array.isArray(value) ? value[0] : value;
      };
      const text = await readBody(answer.body, header('content-encoding'), mostBytes);
      return { status: answer.statusCode, header, body: text };
    } catch (cause) {
      signal.throwIfAborted();
      throw transportError(cause, proxy?.name);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    }
  }

  return Object.freeze({
    send,
    close: async () => {
      await Promise.all([...dispatchers.values()].map((dispatcher) => dispatcher.destroy()));
    },
  });
}

function openDispatcher(
  { connections, silenceMs, mayConnectTo }: HttpTransportOptions,
  proxy: ProxyServer | undefined,
): Dispatcher {
  const common = {
    connections,
    headersTimeout: silenceMs,
    bodyTimeout: silenceMs,
    keepAliveTimeout: 30_000,
  };
  if (proxy === undefined) {
    const guard = mayConnectTo && { lookup: guardedLookup(mayConnectTo) };
    return new Agent({ ...common, connect: { timeout: CONNECT_MS, ...guard } });
  }
  if (!URL.canParse(proxy.url)) throw new TransportError('BAD_PROXY', { proxy: proxy.name });
  return new ProxyAgent({
    ...common,
    uri: proxy.url,
    ...(proxy.authorization !== undefined && { token: proxy.authorization }),
    // How long the proxy may take to let a connection through.
    clientFactory: (origin, settings) => new Pool(origin, { ...settings, headersTimeout: CONNECT_MS }),
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
