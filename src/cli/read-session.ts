import type { CentraClient, ClientObserver } from '../centra/client.ts';
import type { Configuration } from '../config/load.ts';
import type { OfferedStream, WantedStream } from '../protocol/message.ts';
import type { Slice } from '../sync/plan.ts';
import { type Sync, startSync } from '../sync/run.ts';
import type { Extent } from '../sync/sync-input.ts';
import type { ToldIds } from '../sync/told-ids.ts';
import { type Log, loggingObserver } from './log.ts';
import { compileMapping, type Mapping, offered, refuseBeforeAsking } from './mapping.ts';
import { wholeStream } from './read-input.ts';
import { withTelemetry } from './read-telemetry.ts';
import { findSchemas, openShop } from './shop.ts';
import type { Surroundings } from './surroundings.ts';

/** A shop and a mapping that fit each other, ready to be read from, once or over and over. */
export interface ReadSession {
  readonly wanted: readonly WantedStream[];
  readonly streams: readonly OfferedStream[];
  readonly start: (options: SyncStart) => Sync;
  readonly usage: CentraClient['usage'];
  readonly limitsUsed: CentraClient['limitsUsed'];
  readonly close: () => Promise<void>;
}

export interface SyncStart {
  /** By stream. */
  readonly states: ReadonlyMap<string, unknown>;
  readonly slice?: Slice | undefined;
  readonly extent?: Extent;
}

export interface SessionOptions {
  readonly configuration: Configuration;
  /** Undefined: all streams of the mapping. */
  readonly wanted: readonly WantedStream[] | undefined;
  readonly told: ToldIds | undefined;
  /** Ends all waiting. */
  readonly signal: AbortSignal;
}

/** The longest of Centra's windows is an hour. */
const LONGEST_THROTTLE_MS = 65 * 60_000;

/** Asks the shop for its schema and compiles the mapping against it; throws where nothing can be read at all. */
export async function openReadSession(
  { configuration, told, signal, ...options }: SessionOptions,
  surroundings: Surroundings,
): Promise<ReadSession> {
  const { log } = surroundings;
  await refuseBeforeAsking(configuration);
  let sync: Sync | undefined;
  const shop = openShop(configuration, surroundings, {
    patienceMs: configuration.maxWaitMs,
    longestThrottleMs: LONGEST_THROTTLE_MS,
    isPaced: true,
    observer: observerOf(() => sync, log),
  });
  try {
    const schemas = await findSchemas(shop.client, { tolerated: ['schema'], log, signal });
    const clock = serverClock(schemas.serverNowMs);
    const mapping = await compileMapping(configuration, schemas, options.wanted);
    for (const warning of mapping.warnings) log('warn', warning);
    const wanted = options.wanted ?? allOf(mapping);
    const start = ({ states, slice, extent }: SyncStart): Sync => {
      sync = startSync({
        wanted,
        streams: mapping.streams,
        unreadable: mapping.unreadable,
        states,
        startDate: configuration.startDate,
        serverNowMs: clock(),
        client: shop.client,
        schema: schemas.schema,
        signal,
        slice,
        told,
        extent,
        clock: Date.now,
        maxConcurrency: configuration.maxConcurrency,
        hasEvents: configuration.hasEvents,
        reconcileEveryHours: configuration.reconcileEveryHours,
        reconcileDaysBack: configuration.reconcileDaysBack,
      });
      return { ...sync, messages: withTelemetry(sync.messages, shop.telemetry) };
    };
    return Object.freeze({
      wanted,
      streams: mapping.streams.map((stream) => offered(stream, configuration)),
      start,
      usage: shop.client.usage,
      limitsUsed: shop.client.limitsUsed,
      close: shop.close,
    });
  } catch (error) {
    await shop.close();
    throw error;
  }
}

/** What the server said is the time of a first read; for those after it, its clock goes on from there. */
function serverClock(serverNowMs: number): () => number {
  const saidMs = Date.now();
  let isFirst = true;
  return () => {
    const passedMs = isFirst ? 0 : Date.now() - saidMs;
    isFirst = false;
    return serverNowMs + passedMs;
  };
}

function allOf({ streams, unreadable }: Mapping): readonly WantedStream[] {
  return [...streams.map(({ name }) => name), ...unreadable.map(({ stream }) => stream)].map(wholeStream);
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
