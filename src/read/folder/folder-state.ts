import { open, readdir, readFile, rename, stat, truncate } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ConnectorError } from '../../errors.ts';
import { isObject, type JsonObject } from '../../json.ts';

/** What stands in `<stream>.state.json`. */
export interface FolderState {
  readonly version: 1;
  /** The file beside it that the state is about. */
  readonly file: string;
  /** How much of that file the state covers; what comes after it was written by a read that did not end. */
  readonly bytes: number;
  /** The `_sequence` of the last line that the state covers; it grows through all files of a stream. */
  readonly sequence: number;
  /** Of a file that is written as a whole. */
  readonly generation?: number;
  /** Where the sync goes on; empty: from the beginning. */
  readonly state: JsonObject;
}

const ENDING = '.state.json';
const PART = '.part';

/** The file in which a stream's rows gather, and the one in which those do that replace it once they are whole. */
export function fileOf(stream: string): string {
  return `${stream}.jsonl`;
}
export function partOf(stream: string): string {
  return `${fileOf(stream)}${PART}`;
}

/** That nothing is good yet: the next read begins from the beginning. */
export function emptyState(file: string, sequence: number, generation?: number): FolderState {
  return { version: 1, file, bytes: 0, sequence, ...(generation !== undefined && { generation }), state: {} };
}

export function isEmptyState({ state }: FolderState): boolean {
  return Object.keys(state).length === 0;
}

/**
 * The states that the reads before have left in a folder, by stream. What a read that did not end wrote after its last
 * state is cut off, since it will come again. A file that was taken away is begun anew, from where the state stands.
 */
export async function folderStates(folder: string): Promise<ReadonlyMap<string, FolderState>> {
  const states = new Map<string, FolderState>();
  for (const name of await readdir(folder)) {
    if (!name.endsWith(ENDING)) continue;
    const path = join(folder, name);
    const stream = name.slice(0, -ENDING.length);
    const state = parseFolderState(parsed(await readFile(path, 'utf8')), path);
    states.set(stream, await reconciled(folder, stream, state));
  }
  return states;
}

async function reconciled(folder: string, stream: string, state: FolderState): Promise<FolderState> {
  const path = join(folder, state.file);
  const size = await sizeOf(path);
  const isPart = state.file.endsWith(PART);
  // A part of something that is read as a whole is of no use where it is not all there.
  if (isPart && (size === undefined || size < state.bytes)) return emptyState(fileOf(stream), state.sequence);
  if (size === undefined) {
    const begun = { ...state, bytes: 0 };
    // Before the new file is begun: a state that says more than it holds would be refused.
    if (state.bytes > 0) await writeFolderState(folder, stream, begun);
    return begun;
  }
  if (size < state.bytes) {
    throw new ConnectorError({
      kind: 'config',
      code: 'folder/shorter_than_its_state',
      message: `${path} is shorter than its state says: it holds ${size} bytes of ${state.bytes}.`,
      hint: 'Put the file back, or take the whole file away to have the next rows in a new one; without its .state.json too, everything is read again.',
    });
  }
  if (size > state.bytes) await truncate(path, state.bytes);
  return state;
}

/** Undefined where there is no such file. */
export async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Undefined: it is damaged, and that no quote or comma mends. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function parseFolderState(value: unknown, path: string): FolderState {
  if (isObject(value)) {
    const { version, file, bytes, sequence = 0, generation, state } = value;
    const isGood =
      version === 1 &&
      typeof file === 'string' &&
      basename(file) === file &&
      isCount(bytes) &&
      isCount(sequence) &&
      (generation === undefined || isCount(generation)) &&
      isObject(state);
    if (isGood) {
      return {
        version,
        file,
        bytes,
        sequence,
        ...(generation !== undefined && { generation }),
        state: state as JsonObject,
      };
    }
  }
  throw new ConnectorError({
    kind: 'config',
    code: 'folder/state',
    message: `${path} is damaged, or not a state that this version of the connector wrote.`,
    hint: 'Take it away, with the file beside it, to read the stream from the beginning.',
  });
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** In one step: whoever looks sees the old state or the new one, and so does whoever looks after the power was cut. */
export async function writeFolderState(folder: string, stream: string, state: FolderState): Promise<void> {
  const path = join(folder, `${stream}${ENDING}`);
  const handle = await open(`${path}${PART}`, 'w');
  try {
    await handle.writeFile(`${JSON.stringify(state)}\n`);
    await handle.datasync();
  } finally {
    await handle.close();
  }
  await rename(`${path}${PART}`, path);
  await syncFolder(folder);
}

/** Puts on the disk which names a folder has. Where a folder cannot be opened or synced, the system does it by itself. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  if (handle === undefined) return;
  await handle
    .sync()
    .catch(() => undefined)
    .finally(() => handle.close());
}
