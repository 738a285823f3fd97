import { setFlagsFromString } from 'node:v8';
import type { ClientObserver } from '../centra/client.ts';
import { loadConfiguration } from '../config/load.ts';
import { type ErrorKind, sentence } from '../errors.ts';
import { airbyteLines } from '../protocol/airbyte/messages.ts';
import { type Sync, startSync } from '../sync/run.ts';
import { SUCCESS, worstOf } from './exit-code.ts';
import { type Log, loggingObserver, protocolLog, warnOfUnknownNames } from './log.ts';
import { compileMapping, refuseBeforeAsking } from './mapping.ts';
import { type ReadArguments, readInput } from './read-input.ts';
import { findSchemas, openShop } from './shop.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * Rows are garbage as soon as they are written. Left to itself, V8 lets garbage grow with the length of a read; so it
 * collects sooner, at no measurable cost in time.
 */
function keepMemoryFlat(): void {
  setFlagsFromString('--heap-growing-percent=50');
}

export async function read(args: ReadArguments, surroundings: Surroundings): Promise<number> {
  keepMemoryFlat();
  const { output, version } = surroundings;
  /** Aborted too when the output is closed: then nothing may go on, a wait least of all. */
  const end = new AbortController();
  const signal = AbortSignal.any([surroundings.signal, end.signal]);
  const configuration = await loadConfiguration(args.config);
  output.guard([configuration.apiToken, configuration.piiKey]);
  const { wanted, states, slice } = await readInput(args, Date.now());
  const log = protocolLog(output);
  warnOfUnknownNames(configuration, log);
  await refuseBeforeAsking(configuration);
  let sync: Sync | undefined;
  const shop = openShop(configuration, {
    version,
    patienceMs: configuration.maxWaitMs,
    // The longest of Centra's windows is an hour.
    longestThrottleMs: 65 * 60_000,
    isPaced: true,
    observer: observerOf(() => sync, log),
  });
  try {
    const schemas = await findSchemas(shop.client, signal, ['schema']);
    if (schemas.offlineReason !== undefined) {
      log(
        'warn',
        `${schemas.offlineReason.message} The schema that comes with the connector is used instead of the shop's own.`,
      );
    }
    const mapping = await compileMapping(configuration, schemas, wanted);
    for (const warning of mapping.warnings) log('warn', warning);
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
    const exitCode = await writeAll(sync, surroundings);
    const { requests, complexity, retries, throttledMs, pacedMs } = shop.client.usage();
    log(
      'info',
      `Asked Centra ${requests} times for ${complexity} points of complexity; ${retries} tries failed and were repeated; waited ${Math.round(pacedMs / 1000)} s to keep to its share of the limits and ${Math.round(throttledMs / 1000)} s because they were used up.`,
    );
    return exitCode;
  } finally {
    end.abort();
    await shop.close();
  }
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

/** Writes what the sync says and returns the exit code that its failures call for. */
async function writeAll(sync: Sync, { output, signal }: Surroundings): Promise<number> {
  const failures = new Set<ErrorKind>();
  for await (const message of sync.messages) {
    const lines = airbyteLines(message, Date.now());
    if (message.type === 'records' || message.type === 'checkpoint') await output.write(lines);
    else await output.writeText(lines);
    if (message.type !== 'failure') continue;
    failures.add(message.error.kind);
    process.stderr.write(output.redact(`source-centra: ${sentence(message.error)}\n`));
  }
  if (signal.aborted) throw signal.reason;
  return failures.size === 0 ? SUCCESS : worstOf([...failures]);
}
