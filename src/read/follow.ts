import { setTimeout as sleepFor } from 'node:timers/promises';
import type { Configuration } from '../config/load.ts';
import type { CommandContext } from '../console/command-context.ts';
import { SUCCESS, worstOf } from '../console/exit-code.ts';
import { ConnectorError, type ErrorKind } from '../errors.ts';
import type { WantedStream } from '../protocol/message.ts';
import type { ToldIds } from '../sync/hints/hint-ids.ts';
import type { Extent } from '../sync/sync-input.ts';
import { configuredCatalog } from './catalog.ts';
import { type HandledEvents, handledEvents } from './feed/handled-events.ts';
import { type LastingSession, lastingSession } from './feed/lasting-session.ts';
import { type OneRun, oneRun } from './feed/one-run.ts';
import { failureKinds } from './observers/failure-kinds.ts';
import { lastStates } from './observers/last-states.ts';
import { openReadSession, openReadShop } from './read-session.ts';
import type { OpenSink } from './sink.ts';

/** What waits outside, and when something came. */
export interface HintFeed extends ToldIds {
  readonly isWaiting: () => Promise<boolean>;
  /** Resolves when something has come, or at the latest after that time. */
  readonly arrival: (mostMs: number, signal: AbortSignal) => Promise<void>;
}

export interface Following {
  readonly configuration: Configuration;
  readonly wanted: readonly WantedStream[] | undefined;
  /** The names that the user gave, which the catalog must have. */
  readonly only?: readonly string[] | undefined;
  /** By stream. */
  readonly states: ReadonlyMap<string, unknown>;
  readonly hints: HintFeed | undefined;
  /** How often the windows are read, so that what nobody told of is found. */
  readonly pollMs: number;
  /** How often what can only be read as a whole is read; Infinity: never. */
  readonly snapshotMs: number;
}

/** What came together is read together: so long is waited for more. */
const GATHER_MS = 200;
const LONGEST_PAUSE_MS = 60_000;

/** After these, no stream can be read. */
const fatalKinds: ReadonlySet<ErrorKind> = new Set(['auth', 'config']);
/** These pass by themselves; others stay until somebody mends them, and the other streams go on meanwhile. */
const passingKinds: ReadonlySet<ErrorKind> = new Set(['transient', 'throttled']);
/** These can come of a session that the shop has outgrown. */
const staleKinds: ReadonlySet<ErrorKind> = new Set(['schema', 'permission']);

/** What those who read side by side share. */
interface Feed {
  readonly sessions: LastingSession;
  readonly run: OneRun;
  readonly states: Map<string, unknown>;
  readonly events: HandledEvents;
  readonly log: CommandContext['log'];
  readonly signal: AbortSignal;
  /** Ends all, with an exit code or an error. */
  readonly end: (outcome: Outcome) => void;
}

type Outcome = { readonly exitCode: number } | { readonly error: unknown };

/** A clock that is never set. */
const clock = () => performance.now();

/**
 * Reads on and on: at once what something outside tells of, from time to time everything that has changed, and beside that,
 * so that it holds up nothing, what can only be read as a whole.
 */
export async function follow(
  { configuration, wanted, only, states, hints, pollMs, snapshotMs }: Following,
  openSink: OpenSink,
  context: CommandContext,
): Promise<number> {
  const { log } = context;
  const ending = new AbortController();
  const signal = AbortSignal.any([context.signal, ending.signal]);
  let outcome: Outcome = { exitCode: SUCCESS };
  const catalog = await configuredCatalog(configuration);
  const shop = openReadShop(configuration, context, { isResumed: states.size > 0 });
  const options = { configuration, catalog, wanted, only, hints, signal, shop };
  const feed: Feed = {
    sessions: lastingSession({ open: () => openReadSession(options, context), clock, log }),
    run: oneRun(openSink),
    states: new Map(states),
    events: handledEvents(states, clock),
    log,
    signal,
    end: (found) => {
      if (!ending.signal.aborted) outcome = found;
      ending.abort();
    },
  };
  try {
    const wholes = snapshotMs === Number.POSITIVE_INFINITY ? undefined : followWholes(feed, snapshotMs);
    await Promise.all([followChanges(feed, hints, pollMs), wholes]);
    if ('error' in outcome) throw outcome.error;
    await feed.run.close();
    return outcome.exitCode;
  } finally {
    ending.abort();
    await feed.sessions.close();
    await shop.close();
  }
}

async function followChanges(feed: Feed, hints: HintFeed | undefined, pollMs: number): Promise<void> {
  const { signal } = feed;
  let polledMs = Number.NEGATIVE_INFINITY;
  let failuresInARow = 0;
  while (!signal.aborted) {
    const isDue = clock() - polledMs >= pollMs;
    const result = await readOnce(feed, isDue ? 'changes' : 'told', failuresInARow > 0 || polledMs > 0);
    if (signal.aborted) return;
    if (result === 'later' || (result === 'failed' && !isDue)) {
      failuresInARow += 1;
      await pause(pauseAfter(failuresInARow), signal);
      continue;
    }
    failuresInARow = 0;
    if (isDue) polledMs = clock();
    await untilDue(hints, polledMs + pollMs, signal);
  }
}

async function followWholes(feed: Feed, snapshotMs: number): Promise<void> {
  const { signal } = feed;
  let failuresInARow = 0;
  for (let round = 0; !signal.aborted; round += 1) {
    const startedMs = clock();
    const result = await readOnce(feed, 'wholes', round > 0);
    if (signal.aborted) return;
    failuresInARow = result === 'later' ? failuresInARow + 1 : 0;
    const dueMs = failuresInARow > 0 ? pauseAfter(failuresInARow) : snapshotMs - (clock() - startedMs);
    await pause(dueMs, signal);
  }
}

/** `failed`: some streams cannot be read until somebody mends them; `later`: some can be read by and by. */
type Result = 'done' | 'failed' | 'later';

async function readOnce(feed: Feed, extent: Extent, saysOnlyNews: boolean): Promise<Result> {
  const { sessions, run, states, events, log, signal, end } = feed;
  try {
    const failures = failureKinds();
    await sessions.with(async (session) => {
      await run.begin({ streams: session.streams, wanted: session.wanted, states });
      const { isTakenIn } = events;
      const start = { states, extent, saysOnlyNews, isTakenIn };
      for await (const message of session.start(start, [lastStates(states), failures]))
        await run.take(message);
    });
    events.follow(states);
    const found = [...failures.found];
    const fatal = found.filter((kind) => fatalKinds.has(kind));
    if (fatal.length > 0 && !signal.aborted) end({ exitCode: worstOf(fatal) });
    if (found.some((kind) => staleKinds.has(kind))) sessions.renew();
    if (found.some((kind) => passingKinds.has(kind))) {
      if (extent !== 'wholes') log('warn', 'Some streams could not be read. They are tried again soon.');
      return 'later';
    }
    return found.length > 0 ? 'failed' : 'done';
  } catch (error) {
    if (signal.aborted) return 'done';
    if (!(error instanceof ConnectorError) || !passingKinds.has(error.kind)) {
      end({ error });
      return 'done';
    }
    if (extent !== 'wholes') log('warn', `${error.message} The shop is read again soon.`);
    return 'later';
  }
}

function pauseAfter(failuresInARow: number): number {
  return Math.min(LONGEST_PAUSE_MS, 1000 * 2 ** Math.min(failuresInARow, 10));
}

async function untilDue(hints: HintFeed | undefined, dueMs: number, signal: AbortSignal): Promise<void> {
  for (let leftMs = dueMs - clock(); leftMs > 0 && !signal.aborted; leftMs = dueMs - clock()) {
    if (hints === undefined) await pause(leftMs, signal);
    else if (await hints.isWaiting().catch(() => false)) return pause(Math.min(GATHER_MS, leftMs), signal);
    else await hints.arrival(leftMs, signal);
  }
}

async function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  await sleepFor(Math.max(0, delayMs), undefined, { signal }).catch(() => undefined);
}
