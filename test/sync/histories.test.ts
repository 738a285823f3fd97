import { setTimeout as sleepFor } from 'node:timers/promises';
import fc from 'fast-check';
import type { GraphQLSchema } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compileCatalog } from '../../src/catalog/compile.ts';
import type { CompiledStream } from '../../src/catalog/compiled.ts';
import { loadCatalog } from '../../src/catalog/load.ts';
import { type CentraClient, createClient } from '../../src/centra/client.ts';
import { bundledSchema } from '../../src/centra/schema.ts';
import { type HttpTransport, httpTransport } from '../../src/centra/transport.ts';
import type { JsonObject } from '../../src/json.ts';
import type { Message } from '../../src/protocol/message.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { startSync } from '../../src/sync/run.ts';

/** `npm run proof:histories` runs ten times as many. */
const HISTORIES = Number(process.env.HISTORIES ?? 50);
/** Seeds of histories that failed once. */
const KEPT_SEEDS: readonly number[] = [];

const names = ['orders', 'order_lines', 'returns', 'return_lines', 'indeliveries', 'indelivery_lines'];
const HOUR_SECONDS = 3_600;

type Step =
  | { readonly step: 'change'; readonly kind: string; readonly count: number }
  | { readonly step: 'advance'; readonly seconds: number }
  | { readonly step: 'faults'; readonly kinds: readonly string[] }
  | { readonly step: 'sync'; readonly killAfter: number | undefined; readonly drops: readonly string[] };

const change = fc.record({
  step: fc.constant('change' as const),
  kind: fc.constantFrom(
    'orders.update',
    'orders.create',
    'returns.create',
    'returns.complete',
    'returns.reopen',
    'returns.delete',
    'deliveries.create',
    'deliveries.advance',
    'deliveries.delete',
  ),
  count: fc.integer({ min: 1, max: 6 }),
});
const advance = fc.record({
  step: fc.constant('advance' as const),
  seconds: fc.oneof(
    fc.integer({ min: 0, max: 3 }),
    fc.integer({ min: 4, max: 90 }),
    fc.integer({ min: 100, max: 30 * HOUR_SECONDS }),
  ),
});
const faults = fc.record({
  step: fc.constant('faults' as const),
  kinds: fc.subarray(['500', '502-html', 'reset', 'half-body', 'internal', 'partial-internal', 'bad-json']),
});
const sync = fc.record({
  step: fc.constant('sync' as const),
  killAfter: fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined }),
  // A stream whose state gets lost is read from the beginning.
  drops: fc.oneof(
    { weight: 6, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.subarray(names, { maxLength: 2 }) },
  ),
});
const history = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: change },
    { weight: 3, arbitrary: advance },
    { weight: 1, arbitrary: faults },
    { weight: 3, arbitrary: sync },
  ),
  { minLength: 4, maxLength: 24 },
);

let schema: GraphQLSchema;
let streams: readonly CompiledStream[];
let transport: HttpTransport;

beforeAll(async () => {
  schema = await bundledSchema();
  const loaded = await loadCatalog({ source: 'bundled', name: 'default' });
  streams = compileCatalog(loaded, { schema, reference: schema }).streams;
  transport = httpTransport({ connections: 8, silenceMs: 20_000 });
});
afterAll(() => transport.close());

function clientOf({ endpoint, token }: Sandbox): CentraClient {
  return createClient({
    endpoint,
    token: () => token,
    transport: transport.send,
    clock: Date.now,
    random: Math.random,
    sleep: (delayMs, signal) => sleepFor(Math.min(delayMs, 2), undefined, { signal }),
    patienceMs: 600_000,
    userAgent: 'test',
    observer: {
      throttled: () => undefined,
      retrying: () => undefined,
      deprecated: () => undefined,
      refused: () => undefined,
    },
  });
}

async function control(sandbox: Sandbox, path: string, body?: unknown): Promise<unknown> {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  return (await fetch(`${sandbox.controlEndpoint}/${path}`, init)).json();
}

type Tables = Map<string, Map<string, JsonObject>>;

/** What a loader makes of the output: rows by key, and the states that cover them. */
class Destination {
  readonly tables: Tables = new Map(names.map((name) => [name, new Map()]));
  readonly states = new Map<string, unknown>();
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
    if (isDeleted) table?.delete(key);
    else table?.set(key, data);
  }
}

interface Run {
  readonly sandbox: Sandbox;
  readonly destination: Destination;
  readonly mode: 'incremental' | 'full_refresh';
  readonly killAfter?: number | undefined;
}

async function runSync({ sandbox, destination, mode, killAfter }: Run): Promise<void> {
  const { now } = (await control(sandbox, 'clock')) as { now: string };
  const stop = new AbortController();
  const { messages } = startSync({
    wanted: names.map((name) => ({ name, mode, columns: undefined, wantsDeletions: true })),
    streams,
    unreadable: [],
    states: destination.states,
    startDate: undefined,
    serverNowMs: Date.parse(now),
    client: clientOf(sandbox),
    schema,
    signal: stop.signal,
    maxConcurrency: 3,
    hasEvents: false,
    reconcileEveryHours: 24,
    reconcileDaysBack: 4_000,
  });
  let seen = 0;
  for await (const message of messages) {
    if (message.type === 'failure') throw message.error;
    seen += 1;
    if (killAfter !== undefined && seen > killAfter) {
      stop.abort(new Error('killed'));
      break;
    }
    destination.take(message);
  }
  destination.forgetWaiting();
}

async function play(steps: readonly Step[], seed: number): Promise<void> {
  const sandbox = await startSandbox({
    plan: 'unlimited',
    seed,
    orders: 450,
    clockStart: '2026-03-29T00:30:00Z',
    clockFrozen: true,
  });
  try {
    const destination = new Destination();
    for (const step of steps) await playStep(step, sandbox, destination);
    await control(sandbox, 'faults', { faults: [] });
    await control(sandbox, 'advance', { seconds: 25 * HOUR_SECONDS });
    await runSync({ sandbox, destination, mode: 'incremental' });
    await runSync({ sandbox, destination, mode: 'incremental' });
    await expectSame(sandbox, destination);
    const sizes = [...destination.states.values()].map((state) => JSON.stringify(state).length);
    expect(Math.max(...sizes)).toBeLessThan(100_000);
  } finally {
    await sandbox.close();
  }
}

async function playStep(step: Step, sandbox: Sandbox, destination: Destination): Promise<void> {
  if (step.step === 'change') {
    await control(sandbox, 'change', { changes: [{ kind: step.kind, count: step.count }] });
  } else if (step.step === 'advance') {
    await control(sandbox, 'advance', { seconds: step.seconds });
  } else if (step.step === 'faults') {
    const rate = 0.3 / Math.max(1, step.kinds.length);
    await control(sandbox, 'faults', { faults: step.kinds.map((kind) => ({ kind, rate })), seed: 1 });
  } else {
    for (const name of step.drops) {
      destination.states.delete(name);
      destination.tables.get(name)?.clear();
    }
    await runSync({ sandbox, destination, mode: 'incremental', killAfter: step.killAfter });
  }
}

async function expectSame(sandbox: Sandbox, destination: Destination): Promise<void> {
  const fresh = new Destination();
  await runSync({ sandbox, destination: fresh, mode: 'full_refresh' });
  const held = (await control(sandbox, 'counts')) as Readonly<Record<string, number>>;
  for (const name of names) {
    expect(fresh.tables.get(name)?.size, `${name} in the shop`).toBe(held[name]);
    const sorted = (tables: Tables) =>
      new Map([...(tables.get(name) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1)));
    expect(sorted(destination.tables), name).toEqual(sorted(fresh.tables));
  }
}

test(
  'after any history of changes, faults, kills and lost states, the destination holds what the shop holds',
  async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.integer({ min: 1, max: 5 }), (steps, seed) => play(steps, seed)),
      { numRuns: HISTORIES, endOnFailure: true },
    );
  },
  HISTORIES * 20_000,
);

test.each(KEPT_SEEDS.map((seed) => [seed]))('the history of seed %i, which failed once', async (seed) => {
  await fc.assert(fc.asyncProperty(history, fc.integer({ min: 1, max: 5 }), play), { seed, numRuns: 1 });
});
