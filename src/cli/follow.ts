import { setTimeout as sleepFor } from 'node:timers/promises';
import type { Configuration } from '../config/load.ts';
import { ConnectorError, type ErrorKind } from '../errors.ts';
import type { Message, WantedStream } from '../protocol/message.ts';
import type { Sync } from '../sync/run.ts';
import type { Extent } from '../sync/sync-input.ts';
import type { ToldIds } from '../sync/told-ids.ts';
import { SUCCESS, worstOf } from './exit-code.ts';
import { openReadSession, type ReadSession } from './read-session.ts';
import type { OpenSink, Sink } from './sink.ts';
import type { Surroundings } from './surroundings.ts';

/** What waits outside, and when something came. */
export interface ToldFeed extends ToldIds {
  readonly isWaiting: () => Promise<boolean>;
  /** Resolves when something has come, or at the latest after that time. */
  readonly arrival: (mostMs: number, signal: AbortSignal) => Promise<void>;
}

export interface Following {
  readonly configuration: Configuration;
  readonly wanted: readonly WantedStream[] | undefined;
  /** By stream. */
  readonly states: ReadonlyMap<string, unknown>;
  readonly told: ToldFeed | undefined;
  /** How often the windows are read, so that what nobody told of is found. */
  readonly pollMs: number;
  /** How often what can only be read as a whole is read. */
  readonly snapshotMs: number;
}

/** What came together is read together: so long is waited for more. */
const GATHER_MS = 200;
/** A schema can change while we follow. */
const LONGEST_SESSION_MS = 3_600_000;
const LONGEST_PAUSE_MS = 60_000;

/** After these, no stream can be read. */
const fatalKinds: ReadonlySet<ErrorKind> = new Set(['auth', 'config']);
/** These pass by themselves; others stay until somebody mends them, and the other streams go on meanwhile. */
const passingKinds: ReadonlySet<ErrorKind> = new Set(['transient', 'throttled']);

/** Reads on and on: at once what something outside tells of, and from time to time everything that has changed. */
export async function follow(
  following: Following,
  openSink: OpenSink,
  surroundings: Surroundings,
): Promise<number> {
  const { told, pollMs, snapshotMs } = following;
  const { signal, log } = surroundings;
  const states = new Map(following.states);
  let session: { readonly open: ReadSession; readonly sinceMs: number } | undefined;
  let sink: Sink | undefined;
  let polledMs = Number.NEGATIVE_INFINITY;
  let snapshotAtMs = Number.NEGATIVE_INFINITY;
  let failuresInARow = 0;
  try {
    while (!signal.aborted) {
      const nowMs = Date.now();
      const extent = extentOf(nowMs - polledMs >= pollMs, nowMs - snapshotAtMs >= snapshotMs);
      try {
        if (session !== undefined && nowMs - session.sinceMs > LONGEST_SESSION_MS) {
          await session.open.close();
          session = undefined;
        }
        session ??= { open: await openReadSession({ ...following, signal }, surroundings), sinceMs: nowMs };
        const { open } = session;
        sink ??= oneStory(await openSink({ streams: open.streams, wanted: open.wanted, states }));
        const kinds = await pour(open.start({ states, extent }), sink, states);
        if (signal.aborted) break;
        const fatal = [...kinds].filter((kind) => fatalKinds.has(kind));
        if (fatal.length > 0) return worstOf(fatal);
        if ([...kinds].some((kind) => passingKinds.has(kind))) throw new TryAgain();
        failuresInARow = 0;
        if (extent !== 'told') polledMs = nowMs;
        if (extent === 'all') snapshotAtMs = nowMs;
      } catch (error) {
        if (signal.aborted) break;
        const mayPass = error instanceof ConnectorError && passingKinds.has(error.kind);
        if (!(error instanceof TryAgain) && !mayPass) throw error;
        await session?.open.close();
        session = undefined;
        failuresInARow += 1;
        const pauseMs = Math.min(LONGEST_PAUSE_MS, 1000 * 2 ** failuresInARow);
        const what = error instanceof ConnectorError ? error.message : 'Some streams could not be read.';
        log('warn', `${what} They are tried again in ${Math.round(pauseMs / 1000)} s.`);
        await pause(pauseMs, signal);
        continue;
      }
      await untilDue(told, polledMs + pollMs, signal);
    }
    return SUCCESS;
  } finally {
    await sink?.close();
    await session?.open.close();
  }
}

class TryAgain extends Error {}

function extentOf(isPollDue: boolean, isSnapshotDue: boolean): Extent {
  if (!isPollDue) return 'told';
  return isSnapshotDue ? 'all' : 'changes';
}

async function untilDue(told: ToldFeed | undefined, dueMs: number, signal: AbortSignal): Promise<void> {
  for (;;) {
    const leftMs = dueMs - Date.now();
    if (leftMs <= 0 || signal.aborted) return;
    if (told === undefined) {
      await pause(leftMs, signal);
      continue;
    }
    if (await told.isWaiting().catch(() => false)) return pause(Math.min(GATHER_MS, leftMs), signal);
    await told.arrival(leftMs, signal);
  }
}

async function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  await sleepFor(delayMs, undefined, { signal }).catch(() => undefined);
}

/** Hands on what the sync says, remembers the states, and returns the kinds of failures. */
async function pour(sync: Sync, sink: Sink, states: Map<string, unknown>): Promise<ReadonlySet<ErrorKind>> {
  const kinds = new Set<ErrorKind>();
  for await (const message of sync.messages) {
    await sink.take(message);
    if (message.type === 'checkpoint') states.set(message.stream, message.state);
    if (message.type === 'failure') kinds.add(message.error.kind);
  }
  await sink.take({ type: 'flush' });
  return kinds;
}

/** Many reads told as one: each stream begins once, runs, and is complete at the end. */
function oneStory(sink: Sink): Sink {
  const told = new Set<string>();
  const begun = new Set<string>();
  return {
    take: async (message: Message) => {
      if (message.type === 'estimate') return;
      if (message.type === 'status' && message.rateLimitedUntilMs === undefined) {
        const name = `${message.stream} ${message.status}`;
        if (message.status === 'complete' || message.status === 'incomplete' || told.has(name)) return;
        told.add(name);
        begun.add(message.stream);
      }
      await sink.take(message);
    },
    close: async () => {
      for (const stream of begun) await sink.take({ type: 'status', stream, status: 'complete' });
      await sink.close();
    },
  };
}
