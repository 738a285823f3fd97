import type { CentraClient, ClientObserver } from '../centra/client.ts';
import type { Configuration } from '../config/load.ts';
import { tokenExpiry } from '../config/token-expiry.ts';
import type { Surroundings } from '../console/command-context.ts';
import { type Log, loggingObserver } from '../console/log.ts';
import type { Message, OfferedStream, WantedStream } from '../protocol/message.ts';
import type { ToldIds } from '../sync/hints/hint-ids.ts';
import type { Slice } from '../sync/plan.ts';
import { type Sync, startSync } from '../sync/run.ts';
import { noSuchStream } from '../sync/stream-errors.ts';
import type { Extent } from '../sync/sync-input.ts';
import { wholeStream } from './input.ts';
import { compileMapping, type Mapping, offered, refuseBeforeAsking } from './mapping.ts';
import { withTelemetry } from './read-telemetry.ts';
import { findSchemas, openShop, type Shop } from './shop.ts';

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
  readonly saysOnlyNews?: boolean;
  readonly isTakenIn?: (eventId: number) => boolean;
}

export interface SessionOptions {
  readonly configuration: Configuration;
  /** Undefined: all streams of the mapping. */
  readonly wanted: readonly WantedStream[] | undefined;
  /** The streams that somebody named by hand. */
  readonly only?: readonly string[] | undefined;
  readonly told: ToldIds | undefined;
  /** Ends all waiting. */
  readonly signal: AbortSignal;
  /** The way to the shop, where several sessions follow each other; else the session opens and closes its own. */
  readonly shop?: ReadShop | undefined;
}

/** A shop that is read from, at the pace that the configuration allows. */
export interface ReadShop extends Shop {
  readonly running: Set<Sync>;
}

/** The longest of Centra's windows is an hour. */
const LONGEST_THROTTLE_MS = 65 * 60_000;

/** Opens the way to a shop; nothing is asked yet. */
export function openReadShop(configuration: Configuration, surroundings: Surroundings): ReadShop {
  const running = new Set<Sync>();
  const shop = openShop(configuration, surroundings, {
    patienceMs: configuration.maxWaitMs,
    longestThrottleMs: LONGEST_THROTTLE_MS,
    isPaced: true,
    observer: observerOf(running, surroundings.log),
  });
  return { ...shop, running };
}

/** Asks the shop for its schema and compiles the mapping against it; throws where nothing can be read at all. */
export async function openReadSession(
  { configuration, told, signal, ...options }: SessionOptions,
  surroundings: Surroundings,
): Promise<ReadSession> {
  const { log } = surroundings;
  await refuseBeforeAsking(configuration);
  const shop = options.shop ?? openReadShop(configuration, surroundings);
  const { running } = shop;
  const close = options.shop === undefined ? shop.close : async () => undefined;
  try {
    const expiry = tokenExpiry(configuration, Date.now());
    if (expiry !== undefined) log('warn', expiry.message);
    const schemas = await findSchemas(shop.client, { tolerated: ['schema'], log, signal });
    const clock = serverClock(schemas.serverNowMs);
    const client = clock.heardThrough(shop.client);
    const mapping = await compileMapping(configuration, schemas, options.wanted);
    for (const warning of mapping.warnings) log('warn', warning);
    refuseUnknown(options.only, mapping);
    const wanted = options.wanted ?? allOf(mapping);
    const start = (asked: SyncStart): Sync => {
      const sync = startSync({
        ...asked,
        wanted,
        streams: mapping.streams,
        unreadable: mapping.unreadable,
        startDate: configuration.startDate,
        serverNowMs: clock.nowMs(),
        client,
        schema: schemas.schema,
        signal,
        told,
        clock: Date.now,
        maxConcurrency: configuration.maxConcurrency,
        hasEvents: configuration.hasEvents,
        reconcileEveryHours: configuration.reconcileEveryHours,
        reconcileDaysBack: configuration.reconcileDaysBack,
      });
      running.add(sync);
      const messages = withTelemetry(sync.messages, shop.telemetry);
      return { ...sync, messages: untilTheEnd(messages, () => running.delete(sync)) };
    };
    return Object.freeze({
      wanted,
      streams: mapping.streams.map((stream) => offered(stream, configuration)),
      start,
      usage: shop.client.usage,
      limitsUsed: shop.client.limitsUsed,
      close,
    });
  } catch (error) {
    await close();
    throw error;
  }
}

interface ServerClock {
  readonly nowMs: () => number;
  /** The same client; the clock hears what time its answers say. */
  readonly heardThrough: (client: CentraClient) => CentraClient;
}

/**
 * The time of a first read is what the server said; after that it is what the server said last, and the time that has passed
 * since. How this machine's clock is set does not matter, nor that it may be set anew.
 */
function serverClock(serverNowMs: number): ServerClock {
  let said = { serverMs: serverNowMs, atMs: performance.now() };
  let isFirst = true;
  return {
    nowMs: () => {
      const passedMs = isFirst ? 0 : performance.now() - said.atMs;
      isFirst = false;
      return said.serverMs + passedMs;
    },
    heardThrough: (client) => ({
      ...client,
      ask: async (query, signal) => {
        const answer = await client.ask(query, signal);
        if (answer.serverTimeMs !== undefined)
          said = { serverMs: answer.serverTimeMs, atMs: performance.now() };
        return answer;
      },
    }),
  };
}

function refuseUnknown(only: readonly string[] | undefined, mapping: Mapping): void {
  const known = allOf(mapping);
  const unknown = only?.find((name) => known.every((stream) => stream.name !== name));
  if (unknown !== undefined) throw noSuchStream(unknown, known);
}

function allOf({ streams, unreadable }: Mapping): readonly WantedStream[] {
  return [...streams.map(({ name }) => name), ...unreadable.map(({ stream }) => stream)].map(wholeStream);
}

async function* untilTheEnd(messages: AsyncIterable<Message>, end: () => void): AsyncGenerator<Message> {
  try {
    yield* messages;
  } finally {
    end();
  }
}

/** While a sync runs, what the client tells goes through it, so that lines keep their order. */
function observerOf(running: ReadonlySet<Sync>, log: Log): ClientObserver {
  const observer = loggingObserver((level, message) => {
    const [sync] = running;
    (sync?.log ?? log)(level, message);
  });
  return {
    ...observer,
    throttled: (untilMs, what) => {
      observer.throttled(untilMs, what);
      for (const sync of running) sync.throttled(untilMs);
    },
  };
}
