import { setFlagsFromString } from 'node:v8';
import type { ClientObserver } from '../centra/client.ts';
import type { Configuration } from '../config/load.ts';
import type { ErrorKind } from '../errors.ts';
import type { WantedStream } from '../protocol/message.ts';
import { type Sync, startSync } from '../sync/run.ts';
import { SUCCESS, worstOf } from './exit-code.ts';
import { type Log, loggingObserver } from './log.ts';
import { compileMapping, offered, refuseBeforeAsking } from './mapping.ts';
import { type ReadInput, wholeStream } from './read-input.ts';
import { findSchemas, openShop, type Shop } from './shop.ts';
import type { OpenSink, Sink } from './sink.ts';
import type { Surroundings } from './surroundings.ts';

/** What is to be read, and with which configuration. */
export interface Reading extends ReadInput {
  readonly configuration: Configuration;
}

export interface ReadOutcome {
  /** What the failures of streams call for. */
  readonly exitCode: number;
}

/** The longest of Centra's windows is an hour. */
const LONGEST_THROTTLE_MS = 65 * 60_000;

/**
 * Rows are garbage as soon as they are written. Left to itself, V8 lets garbage grow with the length of a read; so it
 * collects sooner, at no measurable cost in time.
 */
function keepMemoryFlat(): void {
  setFlagsFromString('--heap-growing-percent=50');
}

/** Reads, whatever face the messages get. Throws where no stream can be read at all. */
export async function runRead(
  reading: Reading,
  openSink: OpenSink,
  surroundings: Surroundings,
): Promise<ReadOutcome> {
  keepMemoryFlat();
  const { configuration, states, slice } = reading;
  const { version, log } = surroundings;
  /** Aborted too when the output is closed: then nothing may go on, a wait least of all. */
  const end = new AbortController();
  const signal = AbortSignal.any([surroundings.signal, end.signal]);
  await refuseBeforeAsking(configuration);
  let sync: Sync | undefined;
  const shop = openShop(configuration, {
    version,
    patienceMs: configuration.maxWaitMs,
    longestThrottleMs: LONGEST_THROTTLE_MS,
    isPaced: true,
    observer: observerOf(() => sync, log),
  });
  try {
    const schemas = await findSchemas(shop.client, { tolerated: ['schema'], log, signal });
    const mapping = await compileMapping(configuration, schemas, reading.wanted);
    for (const warning of mapping.warnings) log('warn', warning);
    const wanted = reading.wanted ?? allOf(mapping);
    const streams = mapping.streams.map((stream) => offered(stream, configuration));
    const sink = await openSink({ streams, wanted, states });
    sync = startSync({
      wanted,
      streams: mapping.streams,
      unreadable: mapping.unreadable,
      states,
      startDate: configuration.startDate,
      serverNowMs: schemas.serverNowMs,
      client: shop.client,
      schema: schemas.schema,
      signal,
      slice,
      clock: Date.now,
      maxConcurrency: configuration.maxConcurrency,
      hasEvents: configuration.hasEvents,
      reconcileEveryHours: configuration.reconcileEveryHours,
      reconcileDaysBack: configuration.reconcileDaysBack,
    });
    const failures = await pour(sync, sink);
    if (surroundings.signal.aborted) throw surroundings.signal.reason;
    tellUsage(shop, log);
    return { exitCode: failures.size === 0 ? SUCCESS : worstOf([...failures]) };
  } finally {
    end.abort();
    await shop.close();
  }
}

function allOf({ streams, unreadable }: Awaited<ReturnType<typeof compileMapping>>): readonly WantedStream[] {
  return [...streams.map(({ name }) => name), ...unreadable.map(({ stream }) => stream)].map(wholeStream);
}

/** Hands on what the sync says and returns the kinds of its failures. */
async function pour(sync: Sync, sink: Sink): Promise<ReadonlySet<ErrorKind>> {
  const failures = new Set<ErrorKind>();
  try {
    for await (const message of sync.messages) {
      await sink.take(message);
      if (message.type === 'failure') failures.add(message.error.kind);
    }
  } finally {
    await sink.close();
  }
  return failures;
}

function tellUsage({ client }: Shop, log: Log): void {
  const { requests, complexity, retries, throttledMs, pacedMs } = client.usage();
  log(
    'info',
    `Asked Centra ${requests} times for ${complexity} points of complexity; ${retries} tries failed and were repeated; waited ${Math.round(pacedMs / 1000)} s to keep to its share of the limits and ${Math.round(throttledMs / 1000)} s because they were used up.`,
  );
}

/** Once the sync runs, what the client tells goes through it, so that lines keep their order. */
function observerOf(sync: () => Sync | undefined, log: Log): ClientObserver {
  const observer = loggingObserver((level, message) => (sync()?.log ?? log)(level, message));
  return {
    ...observer,
    throttled: (untilMs, what) => {
      observer.throttled(untilMs, what);
      sync()?.throttled(untilMs);
    },
  };
}
