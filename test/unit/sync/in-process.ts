import type { GraphQLSchema } from 'graphql';
import { expect } from 'vitest';
import { compileCatalog } from '../../../src/catalog/compile/compile.ts';
import type { CompiledStream } from '../../../src/catalog/compile/compiled.ts';
import { loadCatalog } from '../../../src/catalog/language/load.ts';
import { type CentraClient, createClient } from '../../../src/centra/client.ts';
import { bundledSchema } from '../../../src/centra/schema.ts';
import { httpTransport } from '../../../src/centra/transport.ts';
import type { TenantCatalog } from '../../../src/config/configuration.generated.ts';
import type { JsonObject } from '../../../src/json.ts';
import type { Message } from '../../../src/protocol/message.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import type { ToldIds } from '../../../src/sync/hints/hint-ids.ts';
import { startSync } from '../../../src/sync/run.ts';
import type { Extent } from '../../../src/sync/sync-input.ts';

export const names: readonly string[] = [
  'orders',
  'order_lines',
  'returns',
  'return_lines',
  'indeliveries',
  'indelivery_lines',
];

const schema: GraphQLSchema = await bundledSchema();
const streams = await streamsOf({ source: 'bundled', name: 'default' });

/** The streams of a tenant catalog, against the bundled schema. */
export async function streamsOf(catalog: TenantCatalog): Promise<readonly CompiledStream[]> {
  return compileCatalog(await loadCatalog(catalog), { schema, reference: schema }).streams;
}

const transport = httpTransport({ connections: 8, silenceMs: 1_000 });

/** A client whose waits take no time: its clock jumps over them. */
export function clientOf({ endpoint, token }: Sandbox): CentraClient {
  let skippedMs = 0;
  return createClient({
    endpoint,
    token: () => token,
    transport: transport.send,
    clock: () => Date.now() + skippedMs,
    elapsedMs: () => performance.now() + skippedMs,
    random: Math.random,
    sleep: async (delayMs, signal) => {
      signal.throwIfAborted();
      skippedMs += delayMs;
    },
    patienceMs: 600_000,
    longestThrottleMs: 3_600_000,
    userAgent: 'test',
    observer: {
      throttled: () => undefined,
      retrying: () => undefined,
      deprecated: () => undefined,
      refused: () => undefined,
    },
  });
}

/** Asks the sandbox's control endpoint; with a body, tells it. */
export async function control(sandbox: Sandbox, path: string, body?: unknown): Promise<unknown> {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  return (await fetch(`${sandbox.controlEndpoint}/${path}`, init)).json();
}

export type Tables = Map<string, Map<string, JsonObject>>;

/** What a loader makes of the output: rows by key, and the states that cover them. */
export class Destination {
  readonly tables: Tables = new Map(names.map((name) => [name, new Map()]));
  readonly states = new Map<string, unknown>();
  /** By stream: how many rows came that it holds just like that. */
  readonly repeats = new Map<string, number>();
  readonly #waiting = new Map<string, Extract<Message, { type: 'records' }>[]>();

  /** Rows are loaded when a state covers them, as a loader does that flushes at states. */
  take(message: Message): void {
    if (message.type === 'records') {
      this.#waiting.set(message.stream, [...(this.#waiting.get(message.stream) ?? []), message]);
    }
    if (message.type !== 'checkpoint') return;
    for (const { records } of this.#waiting.get(message.stream) ?? []) {
      for (const { data, deletedAt } of records) this.#put(message.stream, data, deletedAt !== undefined);
    }
    this.#waiting.delete(message.stream);
    this.states.set(message.stream, JSON.parse(JSON.stringify(message.state)));
  }

  forgetWaiting(): void {
    this.#waiting.clear();
  }

  #put(stream: string, data: JsonObject, isDeleted: boolean): void {
    const key = JSON.stringify(
      streams.find(({ name }) => name === stream)?.key.map((column) => data[column]),
    );
    const table = this.tables.get(stream);
    const isHeld = JSON.stringify(table?.get(key)) === JSON.stringify(data);
    if (isHeld) this.repeats.set(stream, (this.repeats.get(stream) ?? 0) + 1);
    if (isDeleted) table?.delete(key);
    else table?.set(key, data);
  }
}

export interface Run {
  readonly sandbox: Sandbox;
  readonly hasEvents: boolean;
  readonly destination: Destination;
  readonly mode: 'incremental' | 'full_refresh';
  readonly killAfter?: number | undefined;
  readonly told?: ToldIds | undefined;
  readonly extent?: Extent | undefined;
  /** Those of the default catalog, if left out. */
  readonly streams?: readonly CompiledStream[] | undefined;
  /** A stream that fails is heard, and does not end the run. */
  readonly toleratesFailures?: boolean | undefined;
  /** Hears everything that the sync says, before the destination takes it. */
  readonly hear?: ((message: Message) => void | Promise<void>) | undefined;
}

/** One sync, to its end or until it is killed after so many messages. */
export async function runSync(run: Run): Promise<void> {
  const { sandbox, hasEvents, destination, mode, killAfter, told, extent, hear } = run;
  const read = run.streams ?? streams;
  const { now } = (await control(sandbox, 'clock')) as { now: string };
  const stop = new AbortController();
  const { messages } = startSync({
    wanted: read
      .map(({ name }) => name)
      .filter((name) => run.streams !== undefined || names.includes(name))
      .map((name) => ({ name, mode, columns: undefined, wantsDeletions: true })),
    streams: read,
    unreadable: [],
    states: destination.states,
    startDate: undefined,
    serverNowMs: Date.parse(now),
    lookbackSeconds: 600,
    // A history may delete most of what there is.
    allowsMassDeletions: true,
    origin: { shop: 'sandbox---' },
    client: clientOf(sandbox),
    schema,
    signal: stop.signal,
    clock: Date.now,
    maxConcurrency: 3,
    hasEvents,
    reconcileEveryHours: 24,
    reconcileDaysBack: 4_000,
    told,
    extent,
  });
  let seen = 0;
  for await (const message of messages) {
    await hear?.(message);
    if (message.type === 'failure' && !run.toleratesFailures) throw message.error;
    seen += 1;
    if (killAfter !== undefined && seen > killAfter) {
      stop.abort(new Error('killed'));
      break;
    }
    destination.take(message);
  }
  destination.forgetWaiting();
}

/** That the destination holds what a fresh read of the whole shop brings, and that this is all that the shop has. */
export async function expectSame(
  sandbox: Sandbox,
  destination: Destination,
  hasEvents: boolean,
): Promise<void> {
  const fresh = new Destination();
  await runSync({ sandbox, hasEvents, destination: fresh, mode: 'full_refresh' });
  const held = (await control(sandbox, 'counts')) as Readonly<Record<string, number>>;
  for (const name of names) {
    expect(fresh.tables.get(name)?.size, `${name} in the shop`).toBe(held[name]);
    const sorted = (tables: Tables) =>
      new Map([...(tables.get(name) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1)));
    // An event names the order that is gone, not its lines.
    if (hasEvents && name === 'order_lines') continue;
    expect(sorted(destination.tables), name).toEqual(sorted(fresh.tables));
  }
}
