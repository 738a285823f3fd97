import type { GraphQLSchema } from 'graphql';
import type { CompiledStream } from '../catalog/compiled.ts';
import type { CentraClient } from '../centra/client.ts';
import type { ConnectorError } from '../errors.ts';
import type { LogMessage, Message, WantedStream } from '../protocol/message.ts';
import { createChannel } from './channel.ts';
import type { ReadContext } from './context.ts';
import { confirmEvents, decodeIds, type EventsByObject, waitingEvents } from './events.ts';
import { groupPlans, planStream, type Slice, type StreamPlan } from './plan.ts';
import { runPool } from './pool.ts';
import { Progress } from './progress.ts';
import { readSnapshot } from './read-snapshot.ts';
import { readWindows } from './read-windows.ts';
import { stateReader } from './state.ts';
import { asConnectorError, hasNoPast, notReadable, withColumns } from './stream-errors.ts';
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

/** Streams that are read by one sequence of requests, and how. */
interface Job {
  readonly plans: readonly StreamPlan[];
  readonly read: (context: ReadContext) => Promise<void>;
}

type RunInput = SyncInput & { readonly events: EventsByObject };

async function runGroups(input: SyncInput, outlet: Outlet): Promise<void> {
  const planned = await planAll(input, outlet);
  const { plans, events } = await withEvents(planned, input, outlet);
  const work = jobsOf(plans).map((job) => async () => {
    if (outlet.fatal !== undefined || input.signal.aborted) return end(job, 'incomplete', outlet);
    await outlet.push(statuses(job, 'started'));
    outlet.fatal = (await runJob(job, { ...input, events }, outlet)) ?? outlet.fatal;
  });
  await runPool(work, input.maxConcurrency);
}

function jobsOf(plans: readonly StreamPlan[]): readonly Job[] {
  const { windows, snapshots } = groupPlans(plans);
  return [
    ...windows.map((group): Job => ({ plans: group.plans, read: (context) => readWindows(group, context) })),
    ...snapshots.map(
      (group): Job => ({ plans: group.plans, read: (context) => readSnapshot(group, context) }),
    ),
  ];
}

/** Kinds of errors that may be about one stream of several that share their requests. */
const separableKinds: ReadonlySet<string> = new Set(['mapping', 'permission', 'schema']);

/** Returns the error after which no other job is begun, if there was one. */
async function runJob(job: Job, input: RunInput, outlet: Outlet): Promise<ConnectorError | undefined> {
  const names = job.plans.map(({ stream }) => stream.name);
  const writers: StreamWriter[] = [];
  for (const name of names) outlet.running.add(name);
  try {
    await job.read(contextOf(input, outlet, (followed) => writers.push(...followed)));
    for (const { stream, tally } of writers) outlet.log('info', describeTally(stream.name, tally));
    await end(job, 'complete', outlet);
    return undefined;
  } catch (error) {
    if (input.signal.aborted) {
      await end(job, 'incomplete', outlet);
      return undefined;
    }
    const failure = asConnectorError(error, names);
    if (job.plans.length > 1 && separableKinds.has(failure.kind))
      return runApart(job, failure, input, outlet);
    const named = withColumns(failure, job.plans);
    await outlet.push(names.map((stream): Message => ({ type: 'failure', stream, error: named })));
    await end(job, 'incomplete', outlet);
    return fatalKinds.has(failure.kind) ? failure : undefined;
  }
}

/** Each stream by itself, so that the one that fails does not take the others with it. What was written before is written again. */
async function runApart(
  { plans }: Job,
  failure: ConnectorError,
  input: RunInput,
  outlet: Outlet,
): Promise<ConnectorError | undefined> {
  const names = plans.map(({ stream }) => stream.name).join(', ');
  outlet.log('warn', `${failure.message} So ${names} are read one by one, to see which can be read.`);
  let fatal: ConnectorError | undefined;
  for (const plan of plans) {
    for (const job of jobsOf([plan])) fatal = (await runJob(job, input, outlet)) ?? fatal;
  }
  return fatal;
}

function contextOf(input: RunInput, outlet: Outlet, follow: ReadContext['follow']): ReadContext {
  let expected = 0;
  return {
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
    follow,
    estimate: (plans, rows) => {
      // Each part of a split window tells its own number; the platform wants the whole.
      expected += rows;
      void outlet.push(estimates(plans, expected));
    },
  };
}

/** The last word on streams: after it nobody says that they run. */
async function end(job: Job, status: 'complete' | 'incomplete', { push, running }: Outlet): Promise<void> {
  for (const { stream } of job.plans) running.delete(stream.name);
  await push(statuses(job, status));
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

/** The plans that go on, with what the events system told for them. Without it, the streams that count on it fail. */
async function withEvents(
  plans: readonly StreamPlan[],
  input: SyncInput,
  { push }: Outlet,
): Promise<{ readonly plans: readonly StreamPlan[]; readonly events: EventsByObject }> {
  const concerned = input.hasEvents && input.slice === undefined ? plans.filter(countsOnEvents) : [];
  if (concerned.length === 0) return { plans, events: new Map() };
  try {
    return { plans, events: await takeEvents(concerned, input) };
  } catch (error) {
    const names = concerned.map(({ stream }) => stream.name);
    if (input.signal.aborted) return { plans, events: new Map() };
    const failure = asConnectorError(error, names);
    await push(
      names.flatMap((stream): readonly Message[] => [
        { type: 'failure', stream, error: failure },
        { type: 'status', stream, status: 'incomplete' },
      ]),
    );
    return { plans: plans.filter((plan) => !concerned.includes(plan)), events: new Map() };
  }
}

function countsOnEvents({ kind, stream, ...plan }: StreamPlan): boolean {
  return (
    kind === 'windows' &&
    stream.root.eventObject !== undefined &&
    'wanted' in plan &&
    plan.wanted.mode === 'incremental'
  );
}

/** Confirms the events whose records a state that came back covers, and fetches those that wait. */
async function takeEvents(
  concerned: readonly StreamPlan[],
  { client, signal }: SyncInput,
): Promise<EventsByObject> {
  const objectTypes = [...new Set(concerned.flatMap(({ stream }) => stream.root.eventObject ?? []))];
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

function statuses({ plans }: Job, status: 'started' | 'complete' | 'incomplete'): readonly Message[] {
  return plans.map(({ stream }) => ({ type: 'status', stream: stream.name, status }));
}

/** A root's rows are known; how many elements a nested list has is not. */
function estimates(plans: readonly StreamPlan[], rows: number): readonly Message[] {
  return plans
    .filter(({ stream }) => stream.each.length === 0)
    .map(({ stream }) => ({ type: 'estimate', stream: stream.name, rows }));
}
