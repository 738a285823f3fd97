import type { ConnectorError } from '../errors.ts';
import type { LogMessage, Message, StatusMessage } from '../protocol/message.ts';
import { createChannel } from './channel.ts';
import type { ReadContext } from './context.ts';
import { withEvents } from './hints/take-events.ts';
import { takeTold } from './hints/take-hints.ts';
import { groupPlans, type StreamPlan } from './plan.ts';
import { planAll } from './plan-all.ts';
import { runPool } from './pool.ts';
import { Progress } from './progress.ts';
import { readSnapshot } from './read-snapshot.ts';
import { contextOf, type RunInput } from './run-context.ts';
import { asConnectorError, withColumns } from './stream-errors.ts';
import type { StreamWriter } from './stream-writer.ts';
import type { Outlet, SyncInput } from './sync-input.ts';
import { describeTally, isNews } from './tally.ts';
import { readWindows } from './windows/read.ts';

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
  const written = async () => {
    await push([{ type: 'flush' }]);
    await channel.taken();
  };
  runGroups(input, { push, written, log, running, started: new Set(), fatal: undefined }).then(
    () => channel.close(),
    (error: unknown) => channel.close(error),
  );
  return Object.freeze({ messages: channel, throttled, log });
}

/** Streams that are read by one sequence of requests, and how. */
interface Job {
  readonly plans: readonly StreamPlan[];
  readonly read: (context: ReadContext) => Promise<void>;
}

async function runGroups(input: SyncInput, outlet: Outlet): Promise<void> {
  const planned = await takeTold(await planAll(input, outlet), input, outlet);
  if (input.extent === 'told') return;
  const { plans, events } = await withEvents(planned, input, outlet);
  const work = jobsOf(plans).map((job) => async () => {
    if (outlet.fatal !== undefined || input.signal.aborted) return end(job, 'incomplete', outlet);
    await outlet.push(statuses(job, 'started').filter(({ stream }) => !outlet.started.has(stream)));
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
    for (const { stream, tally } of writers) {
      if (!input.saysOnlyNews || isNews(tally)) outlet.log('info', describeTally(stream.name, tally));
    }
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

/** The last word on streams: after it nobody says that they run. */
async function end(job: Job, status: 'complete' | 'incomplete', { push, running }: Outlet): Promise<void> {
  for (const { stream } of job.plans) running.delete(stream.name);
  await push(statuses(job, status));
}

function statuses({ plans }: Job, status: 'started' | 'complete' | 'incomplete'): readonly StatusMessage[] {
  return plans.map(({ stream }) => ({ type: 'status', stream: stream.name, status }));
}
