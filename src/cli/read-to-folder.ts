import { mkdir } from 'node:fs/promises';
import { lock } from 'proper-lockfile';
import { loadConfiguration } from '../config/load.ts';
import { ConnectorError } from '../errors.ts';
import { type FolderSink, folderSink, type StreamOutcome } from './folder/folder-sink.ts';
import { folderStates } from './folder/folder-state.ts';
import { openConfiguration } from './open-configuration.ts';
import { type ReadArguments, readInput } from './read-input.ts';
import { runRead } from './run-read.ts';
import type { Surroundings } from './surroundings.ts';
import { textTable } from './text-table.ts';

export interface ReadToFolderArguments extends ReadArguments {
  readonly config: string;
  readonly out?: string | undefined;
  readonly json: boolean;
}

/** Reads into a folder, one file a stream, and goes on from what is there. Its result on stdout is for people. */
export async function readToFolder(args: ReadToFolderArguments, surroundings: Surroundings): Promise<number> {
  const { out, ...rest } = args;
  if (out === undefined)
    throw badArgument('--format jsonl needs a folder.', 'Name one with --out, such as --out data/.');
  refuseForeignState(rest);
  const configuration = await openConfiguration(() => loadConfiguration(args.config), surroundings);
  const input = await readInput(rest, Date.now());
  await mkdir(out, { recursive: true });
  const release = await lockFolder(out);
  try {
    const before = await folderStates(out);
    const states = new Map([...before].map(([stream, { state }]) => [stream, state]));
    let sink: FolderSink | undefined;
    const { exitCode } = await runRead(
      { configuration, ...input, states },
      async ({ wanted }) => {
        const streams = wanted.map(({ name }) => name);
        sink = await folderSink({ folder: out, streams, before, log: surroundings.log, clock: Date.now });
        return sink;
      },
      surroundings,
    );
    await surroundings.output.writeText(resultText(sink?.outcomes() ?? [], args.json));
    return exitCode;
  } finally {
    await release();
  }
}

/** One read at a time: two would write over each other. The lock of a read that was killed is free after some seconds. */
async function lockFolder(folder: string): Promise<() => Promise<void>> {
  return lock(folder, {
    realpath: true,
    stale: 10_000,
    retries: { retries: 6, minTimeout: 2_000, factor: 1 },
  }).catch((cause: unknown) => {
    throw new ConnectorError({
      kind: 'transient',
      code: 'folder/locked',
      message: `Another read is writing to ${folder}.`,
      hint: 'Wait for its end, or give this one a folder of its own.',
      cause,
    });
  });
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
