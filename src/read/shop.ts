import { setTimeout as sleepFor } from 'node:timers/promises';
import type { GraphQLSchema } from 'graphql';
import { type CentraClient, type ClientObserver, createClient, type Exchange } from '../centra/client.ts';
import { bundledSchema, liveSchema } from '../centra/schema.ts';
import { httpTransport } from '../centra/transport.ts';
import type { Configuration } from '../config/load.ts';
import { isPublicAddress } from '../config/public-address.ts';
import type { Secret } from '../config/secret.ts';
import { isSharedPlatform } from '../config/shared-platform.ts';
import type { CommandContext } from '../console/command-context.ts';
import type { Log } from '../console/log.ts';
import { ConnectorError } from '../errors.ts';
import type { ShopTelemetry } from '../telemetry/telemetry.ts';

export interface Shop {
  readonly client: CentraClient;
  readonly telemetry: ShopTelemetry;
  readonly close: () => Promise<void>;
}

export interface ShopOptions {
  /** How long an error that passes is tried again. */
  readonly patienceMs: number;
  /** Where a person waits: as long as the patience. */
  readonly longestThrottleMs?: number;
  readonly observer: ClientObserver;
  /** Whether it keeps to the share of the limits that the configuration allows. */
  readonly isPaced?: boolean;
  /** See `ClientOptions`. */
  readonly waitsAtStart?: boolean;
  readonly isResumed?: boolean;
}

/** The way to a customer's API, with the real network, clock and dice. */
export function openShop(
  configuration: Configuration,
  { version, telemetry, writer, output }: Pick<CommandContext, 'version' | 'telemetry' | 'writer' | 'output'>,
  options: ShopOptions,
): Shop {
  const exchanged = (exchange: Exchange): void => {
    watcher.requested(exchange);
    if (writer.exchanged !== undefined) output.say(writer.exchanged(exchange)).catch(() => undefined);
  };
  const transport = httpTransport({
    connections: configuration.maxConcurrency,
    silenceMs: configuration.requestTimeoutMs,
    variables: process.env,
    ...(isSharedPlatform(process.env) && { mayConnectTo: isPublicAddress }),
  });
  const watcher = telemetry.shop(configuration.endpoint);
  const client = createClient({
    endpoint: configuration.endpoint,
    token: tokenReader(configuration, output),
    transport: transport.send,
    clock: Date.now,
    elapsedMs: () => performance.now(),
    random: Math.random,
    sleep: (delayMs, signal) => sleepFor(delayMs, undefined, { signal }),
    patienceMs: options.patienceMs,
    longestThrottleMs: options.longestThrottleMs ?? options.patienceMs,
    waitsAtStart: options.waitsAtStart ?? false,
    isResumed: options.isResumed ?? false,
    ...(options.isPaced && {
      pace: { share: configuration.budgetShare, maxConcurrency: configuration.maxConcurrency },
    }),
    userAgent: `source-centra/${version}`,
    observer: { ...options.observer, exchanged },
  });
  watcher.watch(client);
  const close = async () => {
    for (const notice of client.notices()) {
      // That a column stays empty says all there is to say.
      if (notice.kind === 'deprecation' && notice.count > 1) options.observer.repeated?.(notice);
    }
    await transport.close();
  };
  return { client, telemetry: watcher, close };
}

/** A token that was refused is looked up again where it is kept: someone may have rotated it. */
function tokenReader(
  { apiToken, currentApiToken }: Configuration,
  { guard }: Pick<CommandContext['output'], 'guard'>,
): (isStale: boolean) => string {
  let token = apiToken;
  return (isStale) => {
    if (isStale) {
      token = tokenOr(token, currentApiToken);
      guard([token]);
    }
    return token.reveal();
  };
}

/** While a file is being replaced it may be missing: then the old token is the best there is. */
function tokenOr(old: Secret, current: () => Secret): Secret {
  try {
    return current();
  } catch {
    return old;
  }
}

export interface Schemas {
  /** What the catalog is checked against. */
  readonly schema: GraphQLSchema;
  /** The bundled one, which knows the permissions. */
  readonly reference: GraphQLSchema;
  readonly isLive: boolean;
  /** Why it is not, as a sentence. */
  readonly instead?: string;
  /** The server's clock, milliseconds since 1970; this machine's where the server did not say. */
  readonly serverNowMs: number;
  /** How far the server's clock is ahead of this machine's, where it said. */
  readonly clockDifferenceMs: number | undefined;
}

/** The live schema; the bundled one, with a warning, where that cannot be had, or an error is of one of the `tolerated` kinds. */
export async function findSchemas(
  client: CentraClient,
  options: {
    /** Errors of these kinds leave the bundled schema. */
    readonly tolerated: readonly ConnectorError['kind'][];
    readonly log: Log;
    readonly signal: AbortSignal;
  },
): Promise<Schemas> {
  const { tolerated, log, signal } = options;
  const reference = await bundledSchema();
  try {
    const { schema, serverTimeMs, clockDifferenceMs } = await liveSchema(client, signal, {
      hasFallback: true,
    });
    return {
      schema,
      reference,
      isLive: true,
      serverNowMs: serverTimeMs ?? Date.now(),
      clockDifferenceMs,
    };
  } catch (error) {
    const isKnown = error instanceof ConnectorError;
    // Refused, cut short or slow: where nothing else is wrong, the first rows show what differs.
    if (!isKnown || !(error.kind === 'schema' || error.isTooMuch || tolerated.includes(error.kind)))
      throw error;
    const instead = `${error.message} The schema that comes with the connector is used instead of the shop's own.`;
    log('warn', instead);
    client.priceBy?.(reference);
    return {
      schema: reference,
      reference,
      isLive: false,
      instead,
      serverNowMs: Date.now(),
      clockDifferenceMs: undefined,
    };
  }
}
