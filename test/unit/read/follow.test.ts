import { PassThrough } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, describe, test } from 'vitest';
import { type Configuration, configurationSchema, parseConfiguration } from '../../../src/config/load.ts';
import type { CommandContext } from '../../../src/console/command-context.ts';
import { createOutput, OutputClosed } from '../../../src/console/output.ts';
import { airbyteWriter } from '../../../src/protocol/airbyte/writer.ts';
import type { Message } from '../../../src/protocol/message.ts';
import { type Following, follow, type HintFeed } from '../../../src/read/follow.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../src/sandbox/sandbox.ts';
import { noTelemetry } from '../../../src/telemetry/telemetry.ts';
import { control } from '../sync/in-process.ts';
import { ModelInbox } from '../sync/webhook-model.ts';

const open: Sandbox[] = [];
afterAll(async () => {
  for (const sandbox of open) await sandbox.close();
});

async function openShop(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({ plan: 'unlimited', orders: 40, ...options });
  open.push(sandbox);
  // So that the last orders of the shop are no news.
  await control(sandbox, 'advance', { seconds: 300 });
  return sandbox;
}

const schema = await configurationSchema();

async function configurationOf({ endpoint, token }: Sandbox, settings: object = {}): Promise<Configuration> {
  const configuration = parseConfiguration({ endpoint, api_token: token, ...settings }, schema);
  // A failure is to show at once.
  return { ...configuration, maxWaitMs: 200 };
}

const wantedOf = (...names: readonly string[]) =>
  names.map((name) => ({
    name,
    mode: 'incremental' as const,
    columns: undefined,
    wantsDeletions: true,
  }));

/** A running feed, and all that it said. */
interface Run {
  readonly heard: Message[];
  readonly logs: string[];
  readonly stop: () => void;
  readonly ended: Promise<number>;
  readonly records: (stream: string) => readonly unknown[];
  /** Resolves when it is so. */
  readonly until: (isSo: (run: Run) => boolean) => Promise<void>;
}

interface RunOptions extends Partial<Following> {
  readonly sandbox: Sandbox;
  readonly settings?: object;
  /** Hears each message before it is taken. */
  readonly take?: (message: Message) => void;
}

async function start({ sandbox, settings, take = () => {}, ...given }: RunOptions): Promise<Run> {
  const heard: Message[] = [];
  const logs: string[] = [];
  const stopping = new AbortController();
  const context: CommandContext = {
    output: createOutput(new PassThrough().resume(), new PassThrough().resume()),
    log: (level, message) => logs.push(`${level} ${message}`),
    signal: stopping.signal,
    version: '0',
    program: [],
    isDebug: false,
    isQuiet: false,
    telemetry: noTelemetry,
    writer: airbyteWriter,
  };
  const ended = follow(
    {
      configuration: await configurationOf(sandbox, settings),
      wanted: wantedOf('orders'),
      states: new Map(),
      hints: undefined,
      pollMs: 300,
      snapshotMs: 3_600_000,
      ...given,
    },
    async () => ({
      take: async (message) => {
        take(message);
        heard.push(message);
        if (message.type === 'log') logs.push(`${message.level} ${message.message}`);
      },
      close: async () => undefined,
    }),
    context,
  );
  ended.catch(() => undefined);
  const run: Run = {
    heard,
    logs,
    stop: () => stopping.abort(),
    ended,
    records: (stream) =>
      heard.flatMap((message) =>
        message.type === 'records' && message.stream === stream
          ? message.records.map(({ data }) => data.number ?? data.id)
          : [],
      ),
    until: async (isSo) => {
      for (const endMs = performance.now() + 15_000; !isSo(run); await wait(20)) {
        if (performance.now() > endMs) throw new Error(`It did not come to that:\n${run.logs.join('\n')}`);
      }
    },
  };
  return run;
}

/** An inbox that is a model, and tells when something comes. */
function feedOf(inbox: ModelInbox): {
  readonly feed: HintFeed;
  readonly tell: (ids: readonly number[]) => void;
} {
  let wake = () => {};
  const feed: HintFeed = {
    ...inbox.reader().ids,
    isWaiting: async () => inbox.waiting > 0,
    arrival: (mostMs, signal) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, mostMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
        signal.addEventListener('abort', wake, { once: true });
      }),
  };
  return {
    feed,
    tell: (ids) => {
      inbox.store(ids.map((id) => ({ type: 'order', id })));
      wake();
    },
  };
}

async function change(sandbox: Sandbox, ...changes: readonly object[]): Promise<readonly number[]> {
  const { changed } = (await control(sandbox, 'change', { changes })) as {
    changed: Readonly<Record<string, readonly number[]>>;
  };
  return changed.orders ?? [];
}

/** More than ten listeners on one signal are warned of. */
const warnings: string[] = [];
const warned = ({ name }: Error) => warnings.push(name);
process.on('warning', warned);
afterAll(() => process.off('warning', warned));

const update = { kind: 'orders.update', count: 2 };

describe.concurrent('following a shop', () => {
  test('without webhooks, by polling; little is said of nothing, and nothing piles up', async ({
    expect: is,
  }) => {
    const sandbox = await openShop();
    const run = await start({ sandbox, pollMs: 50 });
    await run.until(({ logs }) => logs.includes('info orders: 40 records.'));
    const said = run.logs.length;
    const asked = async () => ((await control(sandbox, 'requests')) as readonly unknown[]).length;
    const start0 = await asked();
    await is.poll(asked, { timeout: 10_000 }).toBeGreaterThan(start0 + 20);
    is(run.logs.slice(said)).toEqual([]);
    is(warnings).toEqual([]);
    const ids = await change(sandbox, update);
    await run.until(({ records }) => records('orders').length === 42);
    is([...run.records('orders').slice(40)].sort()).toEqual([...ids].sort());
    run.stop();
    is(await run.ended).toBe(0);
    is(run.heard.filter(({ type }) => type === 'status')).toEqual([
      { type: 'status', stream: 'orders', status: 'started' },
      { type: 'status', stream: 'orders', status: 'running' },
      { type: 'status', stream: 'orders', status: 'complete' },
    ]);
  });

  test('what webhooks tell of comes at once, and what is claimed when it stops is given back', async ({
    expect: is,
  }) => {
    const sandbox = await openShop();
    const inbox = new ModelInbox();
    const { feed, tell } = feedOf(inbox);
    const run = await start({ sandbox, hints: feed, pollMs: 60_000 });
    await run.until(({ logs }) => logs.includes('info orders: 40 records.'));
    const toldMs = performance.now();
    const ids = await change(sandbox, update);
    tell(ids);
    await run.until(({ records }) => records('orders').length === 42);
    is(performance.now() - toldMs).toBeLessThan(1_500);
    await is.poll(() => inbox.waiting).toBe(0);
    await control(sandbox, 'latency', { ms: 60_000 });
    tell(ids);
    const claims = () => inbox.claimed;
    await is.poll(claims).toBe(2);
    run.stop();
    is(await run.ended).toBe(0);
    is(claims()).toBe(0);
    is(inbox.waiting).toBe(2);
    await control(sandbox, 'latency', { ms: 0 });
  });

  test('through times in which the API is down', async ({ expect: is }) => {
    const sandbox = await openShop();
    await control(sandbox, 'faults', { faults: [{ kind: '503', rate: 1 }] });
    const run = await start({ sandbox });
    await run.until(({ logs }) => logs.some((line) => line.endsWith('The shop is read again soon.')));
    await control(sandbox, 'faults', { faults: [] });
    await run.until(({ records }) => records('orders').length === 40);
    await control(sandbox, 'faults', { faults: [{ kind: 'html', rate: 1 }] });
    await run.until(({ heard }) => heard.some(({ type }) => type === 'failure'));
    const ids = await change(sandbox, update);
    await control(sandbox, 'faults', { faults: [] });
    await run.until(({ records }) => records('orders').length === 42);
    is([...run.records('orders').slice(40)].sort()).toEqual([...ids].sort());
    run.stop();
    is(await run.ended).toBe(0);
  });

  test('until the token is refused', async ({ expect: is }) => {
    const sandbox = await startSandbox({ plan: 'unlimited', orders: 40, token: 'the-first-token' });
    const run = await start({ sandbox });
    await run.until(({ records }) => records('orders').length > 0);
    const port = Number(new URL(sandbox.endpoint).port);
    await sandbox.close();
    open.push(await startSandbox({ plan: 'unlimited', orders: 40, token: 'another-token', port }));
    is(await run.ended).toBe(3);
    is(run.heard.at(-1)).toEqual({ type: 'status', stream: 'orders', status: 'incomplete' });
  });

  test('until nobody reads the output any more; nothing is done that was not written', async ({
    expect: is,
  }) => {
    const sandbox = await openShop();
    const inbox = new ModelInbox();
    const { feed, tell } = feedOf(inbox);
    let isClosed = false;
    const run = await start({
      sandbox,
      hints: feed,
      pollMs: 60_000,
      take: () => {
        if (isClosed) throw new OutputClosed();
      },
    });
    await run.until(({ logs }) => logs.includes('info orders: 40 records.'));
    isClosed = true;
    tell(await change(sandbox, update));
    await is(run.ended).rejects.toThrow(OutputClosed);
    is(inbox.waiting).toBe(2);
  });

  test('a stream that cannot be read is told of once, and the others go on', async ({ expect: is }) => {
    const sandbox = await openShop();
    const yaml = `version: 1
streams:
  plain: { from: orders, key: [id], columns: { id: id, number: number, updated_at: updatedAt } }
  strict: { from: orders, key: [id], columns: { id: id, number: number, updated_at: updatedAt, external: { path: externalId, type: integer, on_error: fail } } }
`;
    const settings = { tenant_catalog: { source: 'inline', yaml } };
    const run = await start({ sandbox, settings, wanted: wantedOf('plain', 'strict') });
    await run.until(({ records }) => records('plain').length >= 40);
    const [bad = 0] = await change(sandbox, { kind: 'orders.update', count: 1, set: { externalId: 'x' } });
    await run.until(({ heard, records }) => {
      return heard.some(({ type }) => type === 'failure') && records('plain').includes(bad);
    });
    const held = run.records('plain').length;
    const ids = await change(sandbox, update);
    await run.until(({ records }) => records('plain').length >= held + ids.length);
    run.stop();
    is(await run.ended).toBe(0);
    const failures = run.heard.filter(({ type }) => type === 'failure');
    is(failures).toHaveLength(1);
    is(failures[0]).toMatchObject({ stream: 'strict' });
    is(run.heard.slice(-2)).toEqual([
      { type: 'status', stream: 'plain', status: 'complete' },
      { type: 'status', stream: 'strict', status: 'incomplete' },
    ]);
  });

  test('what can only be read as a whole holds nothing up', async ({ expect: is }) => {
    const sandbox = await openShop();
    await control(sandbox, 'faults', { faults: [{ kind: 'slow', ms: 4_000, match: 'warehouses' }] });
    const inbox = new ModelInbox();
    const { feed, tell } = feedOf(inbox);
    const run = await start({
      sandbox,
      hints: feed,
      pollMs: 60_000,
      wanted: wantedOf('orders', 'inventory'),
    });
    await run.until(({ logs }) => logs.includes('info orders: 40 records.'));
    tell(await change(sandbox, update));
    await run.until(({ records }) => records('orders').length === 42);
    is(run.records('inventory')).toEqual([]);
    await control(sandbox, 'faults', { faults: [] });
    await run.until(({ records }) => records('inventory').length > 0);
    run.stop();
    is(await run.ended).toBe(0);
  });

  test('events are read once: changes are confirmed at once, a deletion stays until it is sure that it was taken in', async ({
    expect: is,
  }) => {
    const sandbox = await openShop({ events: true });
    const settings = { events: true };
    const wanted = wantedOf('orders').map((stream) => ({ ...stream, wantsDeletions: true }));
    const first = await start({ sandbox, settings, wanted });
    await first.until(({ logs }) => logs.includes('info orders: 40 records.'));
    await change(sandbox, update);
    const told = (line: string) => line.startsWith('info The events system told of 2 changed');
    await first.until(({ logs }) => logs.some(told));
    await control(sandbox, 'advance', { seconds: 1 });
    const operations = async () => {
      const requests = (await control(sandbox, 'requests')) as readonly { readonly operationName: string }[];
      return requests.map(({ operationName }) => operationName);
    };
    const count = async (name: string) => (await operations()).filter((one) => one === name).length;
    const polls = () => count('waitingEvents');
    is(await count('confirm')).toBe(1);
    await change(sandbox, { kind: 'orders.delete', count: 1 });
    const gone = (line: string) =>
      line.startsWith('info The events system told of 0 changed and 1 deleted orders');
    await first.until(({ logs }) => logs.some(gone));
    const before = await polls();
    await is.poll(polls, { timeout: 10_000 }).toBeGreaterThan(before + 3);
    is(first.logs.filter(told)).toHaveLength(1);
    is(first.logs.filter(gone)).toHaveLength(1);
    is(await count('confirm')).toBe(1);
    first.stop();
    await first.ended;
    const states = new Map(
      first.heard.flatMap((message) =>
        message.type === 'checkpoint' ? [[message.stream, message.state] as const] : [],
      ),
    );
    is(JSON.stringify([...states])).toContain('"events":"');
    const second = await start({ sandbox, settings, states, wanted });
    await is.poll(() => count('confirm'), { timeout: 10_000 }).toBe(2);
    await second.until(({ heard }) => heard.some(({ type }) => type === 'checkpoint'));
    second.stop();
    await second.ended;
    is(second.logs.filter((line) => told(line) || gone(line))).toEqual([]);
  });
});
