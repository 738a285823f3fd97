import { mkdir } from 'node:fs/promises';
import { loadConfiguration } from '../config/load.ts';
import type { CommandContext } from '../console/command-context.ts';
import type { Log } from '../console/log.ts';
import { textTable } from '../console/text-table.ts';
import { ConnectorError } from '../errors.ts';
import type { RunInput } from '../protocol/writer.ts';
import { onDisk } from './folder/disk-error.ts';
import { lockFolder } from './folder/folder-lock.ts';
import { type FolderSink, folderSink, type StreamOutcome } from './folder/folder-sink.ts';
import { type FolderState, folderStates, isEmptyState } from './folder/folder-state.ts';
import { type ReadArguments, readInput } from './input.ts';
import { openConfiguration } from './open-configuration.ts';
import { runRead } from './run-read.ts';

export interface ReadToFolderArguments extends ReadArguments {
  readonly config: string;
  readonly out?: string | undefined;
  readonly json: boolean;
}

/** Reads into a folder, one file a stream, and goes on from what is there. Its result on stdout is for people. */
export async function readToFolder(args: ReadToFolderArguments, context: CommandContext): Promise<number> {
  const { out, ...rest } = args;
  const { log, output } = context;
  if (out === undefined || out === '')
    throw badArgument('--format jsonl needs one folder.', 'Name one with --out, such as --out data/.');
  refuseForeignState(rest);
  const configuration = await openConfiguration(() => loadConfiguration(args.config), context);
  const input = await readInput(rest, Date.now());
  await onDisk(out, () => mkdir(out, { recursive: true }));
  const { lost, release } = await lockFolder(out, context);
  let sink: FolderSink | undefined;
  const tellResult = async () => {
    if (sink !== undefined) await output.writeText(resultText(sink.outcomes(), args.json));
  };
  try {
    const before = await onDisk(out, () => folderStates(out));
    const openSink = async (session: RunInput) => {
      const isAll = input.wanted === undefined;
      if (isAll) tellOfTheRest(before, session, log);
      sink = await folderSink({ folder: out, ...session, before, lost, log, clock: () => performance.now() });
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
function tellOfTheRest(before: ReadonlyMap<string, FolderState>, { wanted }: RunInput, log: Log): void {
  for (const [stream, { file }] of before) {
    if (wanted.some(({ name }) => name === stream)) continue;
    log('info', `${file} stays as it is: the tenant catalog has no stream "${stream}" any more.`);
  }
}

function refuseForeignState({ state, from, to }: ReadArguments): void {
  if (state !== undefined)
    throw badArgument('A folder has its states in it.', 'Leave out --state; the read goes on by itself.');
  if (from !== undefined || to !== undefined)
    throw badArgument(
      'A slice has no place in a folder that goes on.',
      'Leave out --format jsonl, or --from and --to.',
    );
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

function badArgument(message: string, hint: string): ConnectorError {
  return new ConnectorError({ kind: 'config', code: 'cli/arguments', message, hint });
}
