import { join } from 'node:path';
import type { Log } from '../../console/log.ts';
import { ConnectorError, sentence } from '../../errors.ts';
import { isObject } from '../../json.ts';
import { createLosses } from '../../protocol/lossless.ts';
import type { Message, OfferedStream, WantedStream } from '../../protocol/message.ts';
import type { Sink } from '../sink.ts';
import { onDisk } from './disk-error.ts';
import { type FolderState, fileOf, sizeOf } from './folder-state.ts';
import { DELETED_AT, SEQUENCE, StreamFile, SYNCED_AT } from './stream-file.ts';

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
  /** Those of the catalog, and those that are read. */
  readonly streams: readonly OfferedStream[];
  readonly wanted: readonly WantedStream[];
  /** Those that begin anew, in a file that takes the place of the one that is there. */
  readonly refreshed?: ReadonlySet<string> | undefined;
  readonly before: ReadonlyMap<string, FolderState>;
  /** Aborted when the folder is no longer this read's own: from then on nothing in it is touched. */
  readonly lost: AbortSignal;
  readonly log: Log;
  /** Milliseconds that only ever grow. */
  readonly clock: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Writes each stream into a file of its own. */
export async function folderSink(options: FolderSinkOptions): Promise<FolderSink> {
  const { folder, streams, wanted, refreshed, before, lost, log, clock, now } = options;
  const losses = createLosses();
  const files = new Map<string, StreamFile>();
  for (const stream of wanted) {
    const { name } = stream;
    const offered = streams.find((other) => other.name === name);
    if (offered !== undefined) refuseOwnColumns(offered);
    const isRefreshed = refreshed?.has(name) === true;
    const found = isRefreshed ? undefined : before.get(name);
    if (found === undefined && !isRefreshed) await refuseFileWithoutState(folder, name);
    const goesOn = found !== undefined && isReadTheSameWay(found, stream, offered);
    const lastSequence = found?.sequence ?? 0;
    files.set(
      name,
      new StreamFile({
        folder,
        stream: name,
        before: goesOn ? found : undefined,
        lastSequence,
        clock,
        now,
        losses,
      }),
    );
  }
  const complete = new Set<string>();

  async function take(message: Message): Promise<void> {
    if (message.type === 'log') return log(message.level, message.message);
    if (message.type === 'failure') return log('error', sentence(message.error));
    lost.throwIfAborted();
    if (message.type === 'flush') {
      for (const file of files.values()) await onDisk(file.path, () => file.save());
      return;
    }
    const file = files.get(message.stream);
    if (file === undefined) return;
    await onDisk(file.path, () => write(file, message));
    for (const entry of losses.news()) log(entry.level, entry.message);
    if (message.type !== 'status' || (message.status !== 'complete' && message.status !== 'incomplete'))
      return;
    if (message.status === 'complete') complete.add(message.stream);
    for (const entry of losses.totals(message.stream)) log(entry.level, entry.message);
  }

  return Object.freeze({
    take,
    close: async () => {
      const ends = [...files.values()].map((file) =>
        onDisk(file.path, () => (lost.aborted ? file.abandon() : file.close())),
      );
      for (const end of await Promise.allSettled(ends)) if (end.status === 'rejected') throw end.reason;
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

async function write(file: StreamFile, message: Message): Promise<void> {
  if (message.type === 'records') return file.append(message);
  if (message.type === 'checkpoint') return file.checkpoint(message.state);
  if (message.type === 'generation') return file.generation(message);
  if (message.type !== 'status') return;
  if (message.status === 'complete') return file.complete();
  if (message.status === 'incomplete') return file.close();
}

/**
 * Otherwise the sync begins from the beginning, and so does the file: rows that are gone since would stay in it for good.
 * What is read as a whole begins beside it and replaces it.
 */
function isReadTheSameWay(
  { generation, state }: FolderState,
  { mode }: WantedStream,
  offered: OfferedStream | undefined,
): boolean {
  const isWhole = mode === 'full_refresh' || offered?.isSnapshot === true;
  // A stream that goes on can have begun in a file that took the place of another.
  return state.mode === mode && (generation === undefined || isWhole || state.kind === 'windows');
}

function refuseOwnColumns({ name, jsonSchema, tellsDeletions }: OfferedStream): void {
  const { properties } = jsonSchema;
  const own = [
    ...(tellsDeletions ? ([[DELETED_AT, 'mark a row as gone']] as const) : []),
    [SYNCED_AT, 'say when a line was written'] as const,
    [SEQUENCE, 'number their lines'] as const,
  ];
  const taken = isObject(properties) ? own.find(([column]) => column in properties) : undefined;
  if (taken === undefined) return;
  const [column, use] = taken;
  throw new ConnectorError({
    kind: 'mapping',
    code: 'folder/mark_as_column',
    stream: name,
    message: `The stream "${name}" has a column "${column}", the name by which plain files ${use}.`,
    hint: 'Give the column another name in the tenant catalog.',
  });
}

async function refuseFileWithoutState(folder: string, stream: string): Promise<void> {
  const path = join(folder, fileOf(stream));
  if ((await onDisk(path, () => sizeOf(path))) === undefined) return;
  throw new ConnectorError({
    kind: 'config',
    code: 'folder/file_without_state',
    message: `${path} is there, but no state that says what it holds.`,
    hint: `Put ${stream}.state.json back beside it, or take the file away to read the stream from the beginning.`,
  });
}
