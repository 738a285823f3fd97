import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ConnectorError, sentence } from '../../errors.ts';
import type { Message } from '../../protocol/message.ts';
import type { Log } from '../log.ts';
import type { Sink } from '../sink.ts';
import type { FolderState } from './folder-state.ts';
import { StreamFile } from './stream-file.ts';

/** What a read has done to one stream of a folder. */
export interface StreamOutcome {
  readonly stream: string;
  readonly file: string;
  readonly records: number;
  readonly isComplete: boolean;
}

export interface FolderSink extends Sink {
  readonly outcomes: () => readonly StreamOutcome[];
}

export interface FolderSinkOptions {
  readonly folder: string;
  readonly streams: readonly string[];
  readonly before: ReadonlyMap<string, FolderState>;
  readonly log: Log;
  readonly clock: () => number;
}

/** Writes each stream into a file of its own. */
export async function folderSink(options: FolderSinkOptions): Promise<FolderSink> {
  const { folder, streams, before, log, clock } = options;
  for (const stream of streams) if (!before.has(stream)) await refuseFileWithoutState(folder, stream);
  const files = new Map(
    streams.map((stream) => [stream, new StreamFile({ folder, stream, before: before.get(stream), clock })]),
  );
  const complete = new Set<string>();

  async function take(message: Message): Promise<void> {
    if (message.type === 'log') return log(message.level, message.message);
    if (message.type === 'failure') return log('error', sentence(message.error));
    if (message.type === 'flush') {
      for (const file of files.values()) await file.save();
      return;
    }
    const file = files.get(message.stream);
    if (file === undefined) return;
    if (message.type === 'records') await file.append(message);
    if (message.type === 'checkpoint') await file.checkpoint(message.state);
    if (message.type === 'generation') await file.generation(message);
    if (message.type !== 'status' || message.status === 'started' || message.status === 'running') return;
    if (message.status === 'complete') complete.add(message.stream);
    await file.close();
  }

  return Object.freeze({
    take,
    close: async () => {
      for (const file of files.values()) await file.close();
    },
    outcomes: () =>
      [...files.values()].map((file) => ({
        stream: file.stream,
        file: file.path,
        records: file.records,
        isComplete: complete.has(file.stream),
      })),
  });
}

async function refuseFileWithoutState(folder: string, stream: string): Promise<void> {
  const path = join(folder, `${stream}.jsonl`);
  if ((await stat(path).catch(() => undefined)) === undefined) return;
  throw new ConnectorError({
    kind: 'config',
    code: 'folder/file_without_state',
    message: `${path} is there, but no state that says what it holds.`,
    hint: `Put ${stream}.state.json back beside it, or take the file away to read the stream from the beginning.`,
  });
}
