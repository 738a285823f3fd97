import { mkdir } from 'node:fs/promises';
import type { Configuration } from '../config/load.ts';
import type { CommandContext } from '../console/command-context.ts';
import type { Log } from '../console/log.ts';
import { textTable } from '../console/text-table.ts';
import type { WriterInput } from '../protocol/writer.ts';
import { onDisk } from './folder/disk-error.ts';
import { lockFolder } from './folder/folder-lock.ts';
import { type FolderSink, folderSink, type StreamOutcome } from './folder/folder-sink.ts';
import { type FolderState, folderStates, isEmptyState } from './folder/folder-state.ts';
import type { ReadInput } from './input.ts';
import { runRead } from './run-read.ts';

export interface FolderReading {
  readonly configuration: Configuration;
  readonly input: ReadInput;
  readonly out: string;
  /** Whether the result is printed as JSON. */
  readonly isJson: boolean;
}

/** Reads into a folder, one file per stream, and continues from what is there. Its result on stdout is for people. */
export async function readToFolder(
  { configuration, input, out, isJson }: FolderReading,
  context: CommandContext,
): Promise<number> {
  const { log, output } = context;
  await onDisk(out, () => mkdir(out, { recursive: true }));
  const { lost, release } = await lockFolder(out, context);
  let sink: FolderSink | undefined;
  const tellResult = async () => {
    if (sink !== undefined) await output.writeText(resultText(sink.outcomes(), isJson));
  };
  try {
    const before = await onDisk(out, () => folderStates(out));
    const openSink = async (session: WriterInput) => {
      const isAll = input.wanted === undefined;
      if (isAll) tellOfTheRest(before, session, log);
      sink = await folderSink({
        folder: out,
        ...session,
        before,
        lost,
        log,
        clock: () => performance.now(),
        now: Date.now,
      });
      return sink;
    };
    const signal = AbortSignal.any([context.signal, lost]);
    const { exitCode } = await runRead({ configuration, ...input, states: statesOf(before) }, openSink, {
      ...context,
      signal,
    });
    await tellResult();
    return exitCode;
  } catch (error) {
    await tellResult().catch(() => undefined);
    throw error;
  } finally {
    await release();
  }
}

function statesOf(before: ReadonlyMap<string, FolderState>): ReadonlyMap<string, unknown> {
  const begun = [...before].filter(([, found]) => !isEmptyState(found));
  return new Map(begun.map(([stream, { state }]) => [stream, state]));
}

/** A stream that the tenant catalog lost leaves its file behind, and nobody looks after it. */
function tellOfTheRest(before: ReadonlyMap<string, FolderState>, { wanted }: WriterInput, log: Log): void {
  for (const [stream, { file }] of before) {
    if (wanted.some(({ name }) => name === stream)) continue;
    log('info', `${file} stays as it is: the tenant catalog has no stream "${stream}" any more.`);
  }
}

function resultText(outcomes: readonly StreamOutcome[], isJson: boolean): string {
  if (isJson) return `${JSON.stringify({ streams: outcomes })}\n`;
  const rows = outcomes.map(({ stream, records, file, isComplete }) => [
    stream,
    records,
    isComplete ? file : `${file} (not read to its end)`,
  ]);
  return `${textTable(['stream', 'records', 'file'], rows).join('\n')}\n`;
}
