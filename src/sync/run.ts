import type { ConnectorError } from '../errors.ts';
import type { LogMessage, Message, StatusMessage } from '../protocol/message.ts';
import { Repeats } from '../repeats.ts';
import { toUtcSecond } from '../time.ts';
import { createChannel } from './channel.ts';
import { withEvents } from './hints/take-events.ts';
import { takeTold } from './hints/take-hints.ts';
import type { Run } from './one-run.ts';
import type { Outlet } from './outlet.ts';
import { groupPlans, type StreamPlan } from './plan.ts';
import { planAll } from './plan-all.ts';
import { runPool } from './pool.ts';
import { Progress } from './progress.ts';
import { readSnapshot } from './read-snapshot.ts';
import { setAsideError, setAsideWarning } from './set-aside.ts';
import { asConnectorError, SHRANK, withColumns } from './stream-errors.ts';
import type { StreamWriter } from './stream-writer.ts';
import type { SyncInput } from './sync-input.ts';
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
  const repeats = new Repeats();
  const log = (level: LogMessage['level'], message: string) => {
    const told = level === 'warn' ? repeats.note(message) : message;
    if (told !== undefined) channel.tell({ type: 'log', level, message: told });
  };
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
  const outlet: Outlet = { push, written, log, running, started: new Set() };
  runGroups({ input, outlet, serverNow: toUtcSecond(input.serverNowMs), events: new Map() }).then(
    () => channel.close(),
    (error: unknown) => channel.close(error),
  );
  return Object.freeze({ messages: channel, throttled, log });
}

/** Streams that are read by one sequence of requests, and how; `read` returns their writers, with what they have counted. */
interface Job {
  readonly plans: readonly StreamPlan[];
  readonly read: (run: Run) => Promise<readonly StreamWriter[]>;
}

async function runGroups(begun: Run): Promise<void> {
  const { input, outlet } = begun;
  const planned = await takeTold(await planAll(begun), begun);
  if (input.extent === 'told') return;
  const { plans, events } = await withEvents(planned, begun);
  const run: Run = { ...begun, events };
  let fatal: ConnectorError | undefined;
  const work = jobsOf(plans).map((job) => async () => {
    if (fatal !== undefined || input.signal.aborted) return end(job, 'incomplete', outlet);
    await outlet.push(statuses(job, 'started').filter(({ stream }) => !outlet.started.has(stream)));
    fatal = (await runJob(job, run)) ?? fatal;
  });
  await runPool(work, input.maxConcurrency);
}

function jobsOf(plans: readonly StreamPlan[]): readonly Job[] {
  const { windows, snapshots } = groupPlans(plans);
  return [
    ...windows.map((group): Job => ({ plans: group.plans, read: (run) => readWindows(group, run) })),
    ...snapshots.map((group): Job => ({ plans: group.plans, read: (run) => readSnapshot(group, run) })),
  ];
}

/** Kinds of errors that may be about one stream of several that share their requests. */
const separableKinds: ReadonlySet<string> = new Set(['mapping', 'permission', 'schema']);

/** Returns the error after which no other job is begun, if there was one. */
async function runJob(job: Job, run: Run): Promise<ConnectorError | undefined> {
  const { input, outlet } = run;
  const names = job.plans.map(({ stream }) => stream.name);
  for (const name of names) outlet.running.add(name);
  try {
    const writers = await job.read(run);
    for (const { stream, tally } of writers) {
      if (!input.saysOnlyNews || isNews(tally)) outlet.log('info', describeTally(stream.name, tally));
    }
    await endEach(job, writers, outlet);
    return undefined;
  } catch (error) {
    if (input.signal.aborted) {
      await end(job, 'incomplete', outlet);
      return undefined;
    }
    const failure = asConnectorError(error, names);
    if (job.plans.length > 1 && isSeparable(failure)) return runApart(job, failure, run);
    const named = withColumns(failure, job.plans);
    await outlet.push(names.map((stream): Message => ({ type: 'failure', stream, error: named })));
    await end(job, 'incomplete', outlet);
    return fatalKinds.has(failure.kind) ? failure : undefined;
  }
}

function isSeparable({ kind, code }: ConnectorError): boolean {
  return separableKinds.has(kind) && code !== SHRANK;
}

/** A stream that did without some of its rows for the first time is not complete; later runs only warn of them. */
async function endEach(job: Job, writers: readonly StreamWriter[], outlet: Outlet): Promise<void> {
  for (const plan of job.plans) {
    const { name, root } = plan.stream;
    const aside = writers.find(({ stream }) => stream.name === name)?.aside;
    const isShort = aside !== undefined && aside.fresh.length > 0;
    if (aside !== undefined && aside.known.length > 0)
      outlet.log('warn', setAsideWarning(name, root.label, aside));
    if (isShort)
      await outlet.push([{ type: 'failure', stream: name, error: setAsideError(name, root.label, aside) }]);
    await end({ ...job, plans: [plan] }, isShort ? 'incomplete' : 'complete', outlet);
  }
}

/** Each stream by itself, so that the one that fails does not take the others with it. What was written before is written again. */
async function runApart(
  { plans }: Job,
  failure: ConnectorError,
  run: Run,
): Promise<ConnectorError | undefined> {
  const names = plans.map(({ stream }) => stream.name).join(', ');
  run.outlet.log('warn', `${failure.message} So ${names} are read one by one, to see which can be read.`);
  let fatal: ConnectorError | undefined;
  for (const plan of plans) {
    for (const job of jobsOf([plan])) fatal = (await runJob(job, run)) ?? fatal;
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
