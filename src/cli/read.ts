import { readFile } from 'node:fs/promises';
import type { ClientObserver } from '../centra/client.ts';
import { loadConfiguration } from '../config/load.ts';
import { ConnectorError, type ErrorKind, sentence } from '../errors.ts';
import { parseJson } from '../json.ts';
import { parseConfiguredCatalog } from '../protocol/airbyte/configured-catalog.ts';
import { airbyteLines } from '../protocol/airbyte/messages.ts';
import { parseAirbyteState } from '../protocol/airbyte/state.ts';
import { type Sync, startSync } from '../sync/run.ts';
import { SUCCESS, worstOf } from './exit-code.ts';
import { type Log, loggingObserver, protocolLog, warnOfUnknownNames } from './log.ts';
import { compileMapping } from './mapping.ts';
import { findSchemas, openShop, PATIENCE_MS } from './shop.ts';
import type { Surroundings } from './surroundings.ts';

export interface ReadArguments {
  readonly config: string;
  readonly catalog: string;
  readonly state?: string | undefined;
}

export async function read(args: ReadArguments, surroundings: Surroundings): Promise<number> {
  const { output, version } = surroundings;
  /** Aborted too when the output is closed: then nothing may go on, a wait least of all. */
  const end = new AbortController();
  const signal = AbortSignal.any([surroundings.signal, end.signal]);
  const configuration = await loadConfiguration(args.config);
  output.guard([configuration.apiToken, configuration.piiKey]);
  const wanted = parseConfiguredCatalog(
    parseJson(
      await readText(args.catalog, 'the configured catalog'),
      `the configured catalog ${args.catalog}`,
    ),
  );
  const states =
    args.state === undefined
      ? new Map()
      : parseAirbyteState(parseStateFile(await readText(args.state, 'the state'), args.state));
  const log = protocolLog(output);
  warnOfUnknownNames(configuration, log);
  let sync: Sync | undefined;
  const shop = openShop(configuration, {
    version,
    patienceMs: PATIENCE_MS,
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

async function readText(path: string, what: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new ConnectorError({
      kind: 'config',
      code: 'cli/unreadable_file',
      message: `The file ${path} with ${what} cannot be read.`,
      hint: 'Give the path of a readable file.',
      cause,
    });
  });
}

/** A JSON document, or the STATE lines of an earlier read as they were printed, one a line. */
function parseStateFile(text: string, path: string): unknown {
  const what = `the state file ${path}`;
  if (text.trim() === '') return undefined;
  const lines = text.trim().split('\n');
  const isOneMessageALine = lines.length > 1 && lines.every((line) => /^\{.*\}\s*$/.test(line));
  return isOneMessageALine ? lines.map((line) => parseJson(line, what)) : parseJson(text, what);
}
