import type { GraphQLSchema } from 'graphql';
import type { CompiledStream } from '../catalog/compiled.ts';
import type { CentraClient } from '../centra/client.ts';
import { ConnectorError } from '../errors.ts';
import type { LogMessage, Message, WantedStream } from '../protocol/message.ts';
import { createChannel } from './channel.ts';
import type { ReadContext } from './context.ts';
import { confirmEvents, decodeIds, type EventsByObject, waitingEvents } from './events.ts';
import { type FetchGroup, groupPlans, planStream, type Slice, type StreamPlan } from './plan.ts';
import { runPool } from './pool.ts';
import { Progress } from './progress.ts';
import { readSnapshot } from './read-snapshot.ts';
import { readWindows } from './read-windows.ts';
import { stateReader } from './state.ts';
import type { StreamWriter } from './stream-writer.ts';
import { describeTally } from './tally.ts';
import { toUtcSecond } from './time.ts';

export interface SyncInput {
  readonly wanted: readonly WantedStream[];
  readonly streams: readonly CompiledStream[];
  /** Streams of the mapping that the live schema does not let one read. */
  readonly unreadable: readonly { readonly stream: string; readonly reason: string }[];
  /** As the platform handed them back, by stream. */
  readonly states: ReadonlyMap<string, unknown>;
  /** UTC, whole seconds. */
  readonly startDate: string | undefined;
  readonly serverNowMs: number;
  readonly client: CentraClient;
  readonly schema: GraphQLSchema;
  readonly signal: AbortSignal;
  readonly clock: () => number;
  readonly maxConcurrency: number;
  /** 0: never. */
  readonly reconcileEveryHours: number;
  readonly reconcileDaysBack: number;
  /** Whether Centra has enabled the events system. */
  readonly hasEvents: boolean;
  /** Only the rows of this range of time, without a look at the state and without one at the end. */
  readonly slice?: Slice | undefined;
}

/** So many messages may wait to be written: a few pages, so that memory stays flat however slow the destination is. */
const CHANNEL_CAPACITY = 16;

/** Errors after which no other stream can fare better. */
const fatalKinds: ReadonlySet<string> = new Set(['auth', 'config']);

export interface Sync {
  readonly messages: AsyncIterable<Message>;
  /** Says at once, before anything that waits to be written, that streams are held up by the limits. */
  readonly throttled: (untilMs: number) => void;
  readonly log: (level: LogMessage['level'], message: string) => void;
}

/** Reads the wanted streams, as many groups of requests side by side as there may be requests. A stream that fails does not stop the others. */
export function startSync(input: SyncInput): Sync {
  const channel = createChannel<Message>(CHANNEL_CAPACITY);
  const running = new Set<string>();
  const log = (level: LogMessage['level'], message: string) => channel.tell({ type: 'log', level, message });
  const throttled = (untilMs: number) => {
    for (const stream of running) {
      channel.tell({ type: 'status', stream, status: 'running', rateLimitedUntilMs: untilMs });
    }
  };
  const progress = new Progress(input.clock);
  const push = (messages: readonly Message[]) => {
    for (const text of progress.follow(messages)) log('info', text);
    const kept = input.slice === undefined ? messages : messages.filter(({ type }) => type !== 'checkpoint');
    return channel.push(...kept);
  };
  runGroups(input, { push, log, running, fatal: undefined }).then(
    () => channel.close(),
    (error: unknown) => channel.close(error),
  );
  return Object.freeze({ messages: channel, throttled, log });
}

interface Outlet {
  readonly push: (messages: readonly Message[]) => Promise<void>;
  readonly log: ReadContext['log'];
  /** The streams under way, for those who must be told about a wait. */
  readonly running: Set<string>;
  /** An error after which no other group can fare better. */
  fatal: ConnectorError | undefined;
}

async function runGroups(input: SyncInput, outlet: Outlet): Promise<void> {
  const plans = await planAll(input, outlet);
  const events = await takeEvents(plans, input);
  const { windows, snapshots } = groupPlans(plans);
  const jobs = [
    ...windows.map((group) => ({ group, read: (context: ReadContext) => readWindows(group, context) })),
    ...snapshots.map((group) => ({ group, read: (context: ReadContext) => readSnapshot(group, context) })),
  ];
  const work = jobs.map(({ group, read }) => async () => {
    if (outlet.fatal !== undefined || input.signal.aborted) await outlet.push(statuses(group, 'incomplete'));
    else outlet.fatal = (await runGroup(group, read, { ...input, events }, outlet)) ?? outlet.fatal;
  });
  await runPool(work, input.maxConcurrency);
}

/** Returns the error after which no other group is begun, if there was one. */
async function runGroup(
  group: FetchGroup,
  read: (context: ReadContext) => Promise<void>,
  input: SyncInput & { readonly events: EventsByObject },
  outlet: Outlet,
): Promise<ConnectorError | undefined> {
  const names = group.plans.map(({ stream }) => stream.name);
  const writers: StreamWriter[] = [];
  const context: ReadContext = {
    client: input.client,
    schema: input.schema,
    signal: input.signal,
    maxConcurrency: input.maxConcurrency,
    serverNow: toUtcSecond(input.serverNowMs),
    startDate: input.startDate,
    events: input.events,
    reconcileEveryHours: input.reconcileEveryHours,
    reconcileDaysBack: input.reconcileDaysBack,
    push: outlet.push,
    log: outlet.log,
    estimate: (plans, rows) => void outlet.push(estimates(plans, rows)),
    follow: (followed) => void writers.push(...followed),
  };
  for (const name of names) outlet.running.add(name);
  await outlet.push(statuses(group, 'started'));
  try {
    await read(context);
    for (const { stream, tally } of writers) outlet.log('info', describeTally(stream.name, tally));
    await outlet.push(statuses(group, 'complete'));
    return undefined;
  } catch (error) {
    if (input.signal.aborted) {
      await outlet.push(statuses(group, 'incomplete'));
      return undefined;
    }
    const failure = asConnectorError(error, names);
    const named = withColumns(failure, group);
    await outlet.push([
      ...names.map((stream): Message => ({ type: 'failure', stream, error: named })),
      ...statuses(group, 'incomplete'),
    ]);
    return fatalKinds.has(failure.kind) ? failure : undefined;
  } finally {
    for (const name of names) outlet.running.delete(name);
  }
}

async function planAll(input: SyncInput, outlet: Outlet): Promise<readonly StreamPlan[]> {
  const { wanted, streams, unreadable, states, startDate, serverNowMs } = input;
  const readState = await stateReader();
  const parsed = new Map(wanted.map(({ name }) => [name, readState(name, states.get(name))]));
  const plans: StreamPlan[] = [];
  for (const stream of wanted) {
    const compiled = streams.find(({ name }) => name === stream.name);
    if (compiled === undefined) {
      const reason = unreadable.find((other) => other.stream === stream.name)?.reason;
      const error = notReadable(stream.name, reason, streams);
      await outlet.push([
        { type: 'failure', stream: stream.name, error },
        { type: 'status', stream: stream.name, status: 'incomplete' },
      ]);
      continue;
    }
    const serverNow = toUtcSecond(serverNowMs);
    if (input.slice !== undefined && compiled.root.change.kind === 'snapshot') {
      await outlet.push([
        { type: 'failure', stream: stream.name, error: hasNoPast(stream.name) },
        { type: 'status', stream: stream.name, status: 'incomplete' },
      ]);
      continue;
    }
    plans.push(
      planStream({
        wanted: stream,
        stream: compiled,
        state: parsed.get(stream.name),
        startDate,
        serverNow,
        deletions: { reconciles: input.reconcileEveryHours > 0, hasEvents: input.hasEvents },
        slice: input.slice,
      }),
    );
  }
  return plans;
}

/** Confirms the events whose records a state that came back covers, and fetches those that wait. */
async function takeEvents(
  plans: readonly StreamPlan[],
  { client, hasEvents, slice, signal }: SyncInput,
): Promise<EventsByObject> {
  const concerned = plans.filter((plan) => plan.kind === 'windows' && plan.wanted.mode === 'incremental');
  const objectTypes = [...new Set(concerned.flatMap(({ stream }) => stream.root.eventObject ?? []))];
  if (!hasEvents || slice !== undefined || objectTypes.length === 0) return new Map();
  for (const objectType of objectTypes) {
    const handled = concerned
      .filter(({ stream }) => stream.root.eventObject === objectType)
      .map(({ state }) => new Set(decodeIds(state.kind === 'windows' ? state.events : undefined)));
    const [first = new Set<number>(), ...others] = handled;
    const ids = [...first].filter((id) => others.every((other) => other.has(id)));
    await confirmEvents(client, ids, signal);
  }
  return waitingEvents(client, objectTypes, signal);
}

function statuses(group: FetchGroup, status: 'started' | 'complete' | 'incomplete'): readonly Message[] {
  return group.plans.map(({ stream }) => ({ type: 'status', stream: stream.name, status }));
}

/** A root's rows are known; how many elements a nested list has is not. */
function estimates(plans: readonly StreamPlan[], rows: number): readonly Message[] {
  return plans
    .filter(({ stream }) => stream.each.length === 0)
    .map(({ stream }) => ({ type: 'estimate', stream: stream.name, rows }));
}

function hasNoPast(name: string): ConnectorError {
  return new ConnectorError({
    kind: 'config',
    code: 'sync/snapshot_slice',
    stream: name,
    message: `The stream "${name}" is a snapshot of the present: it has no slice of the past.`,
    hint: 'Name other streams with --only, or read it without --from and --to.',
  });
}

function notReadable(
  name: string,
  reason: string | undefined,
  streams: readonly CompiledStream[],
): ConnectorError {
  if (reason !== undefined) {
    return new ConnectorError({
      kind: 'schema',
      code: 'sync/not_readable',
      stream: name,
      message: `The stream "${name}" cannot be read: ${reason}.`,
      hint: 'Leave it out of the connection, or change the tenant catalog.',
    });
  }
  return new ConnectorError({
    kind: 'config',
    code: 'sync/unknown_stream',
    stream: name,
    message: `The configured catalog asks for the stream "${name}", which the tenant catalog does not have.`,
    hint: `It has ${streams.map((stream) => stream.name).join(', ')}. Run discover and refresh the connection's schema.`,
  });
}

/** A refused permission that a column needs can also be answered by giving up the column. */
function withColumns(error: ConnectorError, group: FetchGroup): ConnectorError {
  if (error.kind !== 'permission') return error;
  const columns = group.plans.flatMap(({ stream }) =>
    [...stream.permissions]
      .filter(([permission]) => error.message.includes(permission))
      .flatMap(([, names]) => names.map((name) => `${stream.name}.${name}`)),
  );
  if (columns.length === 0) return error;
  return new ConnectorError({
    kind: error.kind,
    code: error.code,
    message: error.message,
    hint: `${error.hint ?? ''} Or do without the columns that need it: ${columns.join(', ')}.`,
    cause: error.cause,
  });
}

function asConnectorError(error: unknown, streams: readonly string[]): ConnectorError {
  if (error instanceof ConnectorError) return error;
  return new ConnectorError({
    kind: 'bug',
    code: 'bug/unexpected',
    message: `Reading ${streams.join(' and ')} failed in a way that was not foreseen (${error instanceof Error ? error.name : typeof error}).`,
    hint: 'Please report this; a run with --debug shows where.',
    cause: error,
  });
}
