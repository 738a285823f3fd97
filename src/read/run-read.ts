import { setFlagsFromString } from 'node:v8';
import type { Usage } from '../centra/client.ts';
import type { Configuration } from '../config/load.ts';
import { startBars } from '../console/bars.ts';
import type { CommandContext } from '../console/command-context.ts';
import { worstOf } from '../console/exit-code.ts';
import type { Message, WantedStream } from '../protocol/message.ts';
import { noSuchStream } from '../sync/stream-errors.ts';
import { configuredCatalog } from './catalog.ts';
import { openHintInbox } from './hint-inbox.ts';
import type { ReadInput } from './input.ts';
import { failureKinds } from './observers/failure-kinds.ts';
import { openReadSession } from './read-session.ts';
import type { OpenSink, Sink } from './sink.ts';

/** What is to be read, and with which configuration. */
export interface Reading extends ReadInput {
  readonly configuration: Configuration;
}

export interface ReadOutcome {
  /** What the failures of streams call for. */
  readonly exitCode: number;
}

/** Reads once, whatever writer the messages get. Throws where no stream can be read at all. */
export async function runRead(
  { configuration, wanted, only, states: given, slice, fullRefresh }: Reading,
  openSink: OpenSink,
  context: CommandContext,
): Promise<ReadOutcome> {
  keepMemoryFlat();
  /** Aborted too when the output is closed: then nothing may go on, a wait least of all. */
  const end = new AbortController();
  const signal = AbortSignal.any([context.signal, end.signal]);
  const catalog = await configuredCatalog(configuration);
  const hints = slice === undefined ? await openHintInbox(configuration, context) : undefined;
  const options = { configuration, catalog, wanted, only, hints, signal, isResumed: given.size > 0 };
  const session = await openReadSession(options, context).catch(async (error: unknown) => {
    await hints?.close();
    throw error;
  });
  try {
    const refreshed = refreshedStreams(fullRefresh, session.wanted);
    const states = new Map([...given].filter(([stream]) => !refreshed.has(stream)));
    const sink = await openSink({ streams: session.streams, wanted: session.wanted, states, refreshed });
    const failures = failureKinds();
    const bars = startBars(context, session.limitsUsed);
    await pour(session.start({ states, slice, refreshed }, [bars, failures]), sink);
    if (context.signal.aborted) throw context.signal.reason;
    context.log('info', usageInWords(session.usage()));
    return { exitCode: worstOf([...failures.found]) };
  } finally {
    end.abort();
    await session.close();
    await hints?.close();
  }
}

/**
 * Rows are garbage as soon as they are written. Left to itself, V8 lets garbage grow with the length of a read; so it
 * collects sooner, at no measurable cost in time.
 */
function keepMemoryFlat(): void {
  setFlagsFromString('--heap-growing-percent=50');
}

/** Those that are read from the beginning. */
function refreshedStreams(
  asked: readonly string[] | undefined,
  wanted: readonly WantedStream[],
): ReadonlySet<string> {
  const unknown = asked?.find((name) => wanted.every((stream) => stream.name !== name));
  if (unknown !== undefined) throw noSuchStream(unknown, wanted);
  return new Set(asked?.length === 0 ? wanted.map(({ name }) => name) : asked);
}

async function pour(messages: AsyncIterable<Message>, sink: Sink): Promise<void> {
  try {
    for await (const message of messages) await sink.take(message);
  } catch (error) {
    // What ended the read comes first; closing may fail of the same.
    await sink.close().catch(() => undefined);
    throw error;
  }
  await sink.close();
}

function usageInWords({ requests, complexity, retries, throttledMs, pacedMs }: Usage): string {
  return `Asked Centra ${requests} times for ${complexity} points of complexity; ${retries} tries failed and were repeated; waited ${Math.round(pacedMs / 1000)} s to keep to its share of the limits and ${Math.round(throttledMs / 1000)} s because they were used up.`;
}
