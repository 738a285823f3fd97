import { randomUUID } from 'node:crypto';
import {
  Agent,
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import { ConnectorError } from '../errors.ts';
import { isObject } from '../json.ts';
import type { Inbox, InboxSettings } from './inbox.ts';

/** What may be asked through the socket. Anything that is asked twice, since an answer was lost, does no harm. */
const methods = Object.freeze([
  'store',
  'claim',
  'extend',
  'done',
  'giveBack',
  'fail',
  'waiting',
  'deadLetters',
  'history',
  'sweep',
  'check',
] as const);
type Method = (typeof methods)[number];

/** Changes with the meaning of what is asked, for two versions of this program may meet. */
const ROOT = '/inbox/1/';

/** The process that owned the inbox has gone, or is going. */
export class OwnerGone extends Error {
  override readonly name = 'OwnerGone';
}

export interface InboxServer {
  readonly server: Server;
  /** Resolves when no question is being answered. */
  settled(): Promise<void>;
  /** Stops listening, and hangs up on everybody. */
  shut(): Promise<void>;
}

/** The inbox as a neighbour wants it. It may still be opening; `undefined` says that it is closing. */
export type NeighbourInbox = (settings: InboxSettings) => Promise<Inbox | undefined>;

/** Answers the other processes of this machine. */
export function createInboxServer(inbox: NeighbourInbox): InboxServer {
  const running = new Set<Promise<void>>();
  const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, response) => {
    const answering = answer(inbox, incoming, response)
      .catch(() => void response.destroy())
      .finally(() => running.delete(answering));
    running.add(answering);
  });
  return {
    // The owner does not live on for its neighbours.
    server: server.unref(),
    settled: async () => void (await Promise.all(running)),
    shut: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  inbox: NeighbourInbox,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const method = methods.find((name) => incoming.url === `${ROOT}${name}`);
  if (method === undefined) return send(response, 404, null);
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  const given: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  if (!isObject(given) || !isObject(given.settings) || !Array.isArray(given.values))
    return send(response, 400, null);
  const open = await inbox(given.settings).catch(() => undefined);
  if (open === undefined) return send(response, 503, null);
  try {
    const call = open[method] as (...values: readonly unknown[]) => Promise<unknown>;
    send(response, 200, (await call(...given.values)) ?? null);
  } catch (error) {
    send(response, 500, { reason: error instanceof Error ? error.message : String(error) });
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** The inbox of another process of this machine. Each call rejects with OwnerGone when that process has gone. */
export function createRemoteInbox(socket: string, settings: InboxSettings): Inbox {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const listeners = new Set<(tenant: string) => void>();
  const ask = <M extends Method>(method: M, ...given: Parameters<Inbox[M]>) =>
    askOwner(agent, socket, method, { settings, values: given }) as ReturnType<Inbox[M]>;
  return {
    store: async (deliveries) => {
      const outcomes = await ask('store', deliveries);
      const stored = deliveries.filter((_, at) => outcomes[at] === 'stored').map(({ tenant }) => tenant);
      for (const tenant of new Set(stored)) for (const listener of listeners) listener(tenant);
      return outcomes;
    },
    claim: (tenant, asked) => ask('claim', tenant, { token: randomUUID(), ...asked }),
    extend: (claims) => ask('extend', claims),
    done: (claims) => ask('done', claims),
    giveBack: (claims) => ask('giveBack', claims),
    fail: (claims, reason, options = {}) => ask('fail', claims, reason, options),
    waiting: () => ask('waiting'),
    deadLetters: (tenant, limit) => ask('deadLetters', tenant, limit),
    history: (tenant, type, id) => ask('history', tenant, type, id),
    sweep: () => ask('sweep'),
    check: () => ask('check'),
    onStored: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => agent.destroy(),
  };
}

async function askOwner(agent: Agent, socket: string, method: Method, question: object): Promise<unknown> {
  const { status, body } = await post(agent, socket, `${ROOT}${method}`, JSON.stringify(question));
  if (status === 200) return body;
  if (status === 503) throw new OwnerGone('The process that owned the webhook inbox is closing it.');
  if (status === 404) {
    throw new ConnectorError({
      kind: 'config',
      code: 'inbox/other_version',
      message: 'Another process has the webhook inbox open and does not understand this one.',
      hint: 'Run the same version of source-centra everywhere on this machine.',
    });
  }
  throw new ConnectorError({
    kind: 'transient',
    code: 'inbox/owner_failed',
    message: `The process that has the webhook inbox open could not do it${reasonIn(body)}.`,
    hint: 'See what that process says; usually it is the source-centra serve of this machine.',
  });
}

function reasonIn(body: unknown): string {
  return isObject(body) && typeof body.reason === 'string' ? `: ${body.reason}` : '';
}

function post(
  agent: Agent,
  socketPath: string,
  path: string,
  text: string,
): Promise<{ readonly status: number; readonly body: unknown }> {
  return new Promise((resolve, reject) => {
    const gone = () => reject(new OwnerGone('The process that owned the webhook inbox has gone.'));
    const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) };
    const outgoing = request({ agent, socketPath, path, method: 'POST', headers }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', gone);
      incoming.on('end', () => {
        if (!incoming.complete) return gone();
        resolve({
          status: incoming.statusCode ?? 0,
          body: JSON.parse(Buffer.concat(chunks).toString('utf8')),
        });
      });
    });
    outgoing.on('error', gone);
    outgoing.end(text);
  });
}
