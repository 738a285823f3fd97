import { setFlagsFromString } from 'node:v8';
import type { Usage } from '../centra/client.ts';
import type { Configuration } from '../config/load.ts';
import { type Bars, startBars } from '../console/bars.ts';
import type { Surroundings } from '../console/command-context.ts';
import { SUCCESS, worstOf } from '../console/exit-code.ts';
import type { ErrorKind } from '../errors.ts';
import type { Sync } from '../sync/run.ts';
import { openHintInbox } from './hint-inbox.ts';
import type { ReadInput } from './input.ts';
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

/** Reads once, whatever face the messages get. Throws where no stream can be read at all. */
export async function runRead(
  { configuration, wanted, only, states, slice }: Reading,
  openSink: OpenSink,
  surroundings: Surroundings,
): Promise<ReadOutcome> {
  keepMemoryFlat();
  /** Aborted too when the output is closed: then nothing may go on, a wait least of all. */
  const end = new AbortController();
  const signal = AbortSignal.any([surroundings.signal, end.signal]);
  const told = slice === undefined ? await openHintInbox(configuration, surroundings) : undefined;
  const session = await openReadSession({ configuration, wanted, only, told, signal }, surroundings).catch(
    async (error: unknown) => {
      await told?.close();
      throw error;
    },
  );
  try {
    const sink = await openSink({ streams: session.streams, wanted: session.wanted, states });
    const bars = startBars(surroundings, session.limitsUsed);
    const failures = await pour(session.start({ states, slice }), sink, bars).finally(bars.stop);
    if (surroundings.signal.aborted) throw surroundings.signal.reason;
    surroundings.log('info', usageInWords(session.usage()));
    return { exitCode: failures.size === 0 ? SUCCESS : worstOf([...failures]) };
  } finally {
    end.abort();
    await session.close();
    await told?.close();
  }
}

/**
 * Rows are garbage as soon as they are written. Left to itself, V8 lets garbage grow with the length of a read; so it
 * collects sooner, at no measurable cost in time.
 */
function keepMemoryFlat(): void {
  setFlagsFromString('--heap-growing-percent=50');
}

/** Hands on what the sync says and returns the kinds of its failures. */
async function pour(sync: Sync, sink: Sink, bars: Bars): Promise<ReadonlySet<ErrorKind>> {
  const failures = new Set<ErrorKind>();
  try {
    for await (const message of sync.messages) {
      bars.follow(message);
      await sink.take(message);
      if (message.type === 'failure') failures.add(message.error.kind);
    }
  } catch (error) {
    // What ended the read comes first; closing may fail of the same.
    await sink.close().catch(() => undefined);
    throw error;
  }
  await sink.close();
  return failures;
}

function usageInWords({ requests, complexity, retries, throttledMs, pacedMs }: Usage): string {
  return `Asked Centra ${requests} times for ${complexity} points of complexity; ${retries} tries failed and were repeated; waited ${Math.round(pacedMs / 1000)} s to keep to its share of the limits and ${Math.round(throttledMs / 1000)} s because they were used up.`;
}
