import type { CheckedCatalog } from '../catalog/compile/checked-catalog.ts';
import { aroundEach } from '../centra/around-each.ts';
import type { CentraClient, ClientObserver } from '../centra/client.ts';
import { earlierClockMs } from '../centra/clocks.ts';
import type { Configuration } from '../config/load.ts';
import { tokenExpiry } from '../config/token-expiry.ts';
import type { CommandContext } from '../console/command-context.ts';
import { type Log, loggingObserver } from '../console/log.ts';
import type { Message, OfferedStream, WantedStream } from '../protocol/message.ts';
import type { ToldIds } from '../sync/hints/hint-ids.ts';
import { type OriginSettings, piiKeyTag } from '../sync/origin/origin.ts';
import { shopIdentity } from '../sync/origin/shop.ts';
import type { Slice } from '../sync/plan.ts';
import { type Sync, startSync } from '../sync/run.ts';
import { noSuchStream } from '../sync/stream-errors.ts';
import type { Extent } from '../sync/sync-input.ts';
import { type BoundCatalog, offered } from './catalog.ts';
import { differentColumns } from './chosen-columns.ts';
import { clockWarning, isOnThisMachine } from './clock-warning.ts';
import { wholeStream } from './input.ts';
import { namedRows } from './named-rows.ts';
import { type Observer, observe } from './observers/observer.ts';
import { telemetryObserver } from './observers/telemetry-observer.ts';
import { bindToShop } from './open-source.ts';
import { openShop, type Shop } from './shop.ts';

/** A shop and a catalog that fit each other, ready to be read from, once or over and over. */
export interface ReadSession {
  readonly wanted: readonly WantedStream[];
  readonly streams: readonly OfferedStream[];
  /** Begins one run over it, whose messages the observers follow. */
  readonly start: (options: SyncStart, observers?: readonly Observer[]) => AsyncIterable<Message>;
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
  readonly refreshed?: ReadonlySet<string> | undefined;
}

export interface SessionOptions {
  readonly configuration: Configuration;
  /** The one that the configuration names. */
  readonly catalog: CheckedCatalog;
  /** Undefined: all streams of the catalog. */
  readonly wanted: readonly WantedStream[] | undefined;
  /** The streams that somebody named by hand. */
  readonly only?: readonly string[] | undefined;
  /** The ids that something outside names. */
  readonly hints: ToldIds | undefined;
  /** Ends all waiting. */
  readonly signal: AbortSignal;
  /** Whether a read before this one left a state. */
  readonly isResumed?: boolean | undefined;
  /** The way to the shop, where several sessions follow each other; else the session opens and closes its own. */
  readonly shop?: ReadShop | undefined;
}

/** A shop that is read from, at the pace that the configuration allows. */
export interface ReadShop extends Shop {
  readonly running: Set<Sync>;
  /** What was warned of, and is not again by a later session. */
  readonly warned: Set<string>;
}

/** The longest of Centra's windows is an hour. */
const LONGEST_THROTTLE_MS = 65 * 60_000;

/** Opens the way to a shop; nothing is asked yet. */
export function openReadShop(
  configuration: Configuration,
  context: CommandContext,
  { isResumed }: { readonly isResumed: boolean },
): ReadShop {
  const running = new Set<Sync>();
  const shop = openShop(configuration, context, {
    patienceMs: configuration.maxWaitMs,
    longestThrottleMs: LONGEST_THROTTLE_MS,
    isPaced: true,
    // Nobody waits for a read, and one that has a state has reached the shop before.
    waitsAtStart: true,
    isResumed,
    observer: observerOf(running, context.log),
  });
  return { ...shop, running, warned: new Set() };
}

/** Asks the shop for its schema and binds the catalog to it; throws where nothing can be read at all. */
export async function openReadSession(
  { configuration, hints, signal, ...options }: SessionOptions,
  context: CommandContext,
): Promise<ReadSession> {
  const { log } = context;
  const { wanted: chosen } = options;
  const shop =
    options.shop ?? openReadShop(configuration, context, { isResumed: options.isResumed ?? false });
  const { running } = shop;
  const origin = originSettings(configuration);
  const close = options.shop === undefined ? shop.close : async () => undefined;
  try {
    const expiry = tokenExpiry(configuration, Date.now());
    if (expiry !== undefined) log('warn', expiry.message);
    const { schemas, catalog } = await bindToShop(
      options.catalog,
      shop.client,
      { tolerated: [], wanted: chosen, looksAtAccess: 'read' },
      { log, signal },
    );
    const clock = clockOf(schemas.serverNowMs, configuration.endpoint);
    const warnings = [
      clockWarning(schemas.clockDifferenceMs, configuration.endpoint),
      chosen && differentColumns(chosen, options.catalog.columns),
    ];
    for (const warning of warnings) warnOnce(warning, shop, log);
    const client = clock.heardThrough(shop.client);
    refuseUnknown(options.only, catalog);
    const wanted = chosen ?? allOf(catalog);
    const { streams } = catalog;
    const named = namedRows({ streams, client, schema: schemas.schema, log, signal });
    async function* messagesOf(asked: SyncStart): AsyncGenerator<Message> {
      const sync = startSync({
        ...asked,
        wanted,
        streams: await named(wanted, asked.states),
        unreadable: catalog.unreadable,
        startDate: configuration.startDate,
        serverNowMs: clock.nowMs(),
        lookbackSeconds: configuration.lookbackSeconds,
        origin,
        allowsMassDeletions: configuration.allowsMassDeletions,
        client,
        schema: schemas.schema,
        signal,
        told: hints,
        clock: () => performance.now(),
        maxConcurrency: configuration.maxConcurrency,
        hasEvents: configuration.hasEvents,
        reconcileEveryHours: configuration.reconcileEveryHours,
        reconcileDaysBack: configuration.reconcileDaysBack,
      });
      running.add(sync);
      try {
        yield* sync.messages;
      } finally {
        running.delete(sync);
      }
    }
    const start = (asked: SyncStart, observers: readonly Observer[] = []): AsyncIterable<Message> =>
      observe(messagesOf(asked), [telemetryObserver(shop.telemetry), ...observers]);
    return Object.freeze({
      wanted,
      streams: catalog.streams.map((stream) => offered(stream, configuration)),
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

function warnOnce(warning: string | undefined, { warned }: ReadShop, log: Log): void {
  if (warning === undefined || warned.has(warning)) return;
  warned.add(warning);
  log('warn', warning);
}

/** What tells the streams of one configuration from those of another. */
export function originSettings({
  endpoint,
  previousEndpoint,
  piiKey,
  piiKeyId,
}: Pick<Configuration, 'endpoint' | 'previousEndpoint' | 'piiKey' | 'piiKeyId'>): OriginSettings {
  return {
    ...shopIdentity(endpoint, previousEndpoint),
    piiKeyTag: piiKeyTag(piiKey?.reveal(), piiKeyId),
  };
}

interface ReadClock {
  readonly nowMs: () => number;
  /** The same client; the clock hears what time its answers say. */
  readonly heardThrough: (client: CentraClient) => CentraClient;
}

/**
 * The earlier of two clocks. The server's is what it said last, and the time that has passed since by a clock that nobody
 * sets. One that is ahead of the truth would make a read skip what is written until the truth has caught up.
 */
function clockOf(serverNowMs: number, endpoint: string): ReadClock {
  let said = { serverMs: serverNowMs, atMs: performance.now() };
  let isFirst = true;
  return {
    nowMs: () => {
      const passedMs = isFirst ? 0 : performance.now() - said.atMs;
      isFirst = false;
      const serverMs = said.serverMs + passedMs;
      return isOnThisMachine(endpoint) ? serverMs : earlierClockMs(serverMs, Date.now());
    },
    heardThrough: (client) =>
      aroundEach(client, async (send) => {
        const answer = await send();
        if (answer.serverTimeMs !== undefined)
          said = { serverMs: answer.serverTimeMs, atMs: performance.now() };
        return answer;
      }),
  };
}

function refuseUnknown(only: readonly string[] | undefined, catalog: BoundCatalog): void {
  const known = allOf(catalog);
  const unknown = only?.find((name) => known.every((stream) => stream.name !== name));
  if (unknown !== undefined) throw noSuchStream(unknown, known);
}

function allOf({ streams, unreadable }: BoundCatalog): readonly WantedStream[] {
  return [...streams.map(({ name }) => name), ...unreadable.map(({ stream }) => stream)].map(wholeStream);
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
