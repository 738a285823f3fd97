import { open, readdir, readFile, rename, stat, truncate } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ConnectorError } from '../../errors.ts';
import { isObject, type JsonObject, parseJson } from '../../json.ts';

/** What stands in `<stream>.state.json`. */
export interface FolderState {
  readonly version: 1;
  /** The file beside it that the state is about. */
  readonly file: string;
  /** How much of that file the state covers; what comes after it was written by a read that did not end. */
  readonly bytes: number;
  /** Of a file that is written as a whole. */
  readonly generation?: number;
  readonly state: JsonObject;
}

const ENDING = '.state.json';

/**
 * The states that the reads before have left in a folder, by stream. What a read that did not end wrote after its last
 * state is cut off, since it will come again. A file that was taken away is begun anew, from where the state stands.
 */
export async function folderStates(folder: string): Promise<ReadonlyMap<string, FolderState>> {
  const states = new Map<string, FolderState>();
  for (const name of await readdir(folder)) {
    if (!name.endsWith(ENDING)) continue;
    const path = join(folder, name);
    const state = parseFolderState(parseJson(await readFile(path, 'utf8'), `the state ${path}`), path);
    const kept = await reconciled(folder, state);
    if (kept !== undefined) states.set(name.slice(0, -ENDING.length), kept);
  }
  return states;
}

async function reconciled(folder: string, state: FolderState): Promise<FolderState | undefined> {
  const path = join(folder, state.file);
  const size = (await stat(path).catch(() => undefined))?.size;
  if (size === undefined) {
    // Half of something that is read as a whole is of no use by itself.
    return state.file.endsWith('.part') ? undefined : { ...state, bytes: 0 };
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

function parseFolderState(value: unknown, path: string): FolderState {
  if (isObject(value)) {
    const { version, file, bytes, generation, state } = value;
    const isGood =
      version === 1 &&
      typeof file === 'string' &&
      basename(file) === file &&
      typeof bytes === 'number' &&
      (generation === undefined || typeof generation === 'number') &&
      isObject(state);
    if (isGood) {
      return {
        version,
        file,
        bytes,
        ...(generation !== undefined && { generation }),
        state: state as JsonObject,
      };
    }
  }
  throw new ConnectorError({
    kind: 'config',
    code: 'folder/state',
    message: `${path} is not a state that this version of the connector wrote.`,
    hint: 'Take it away, with the file beside it, to read the stream from the beginning.',
  });
}

/** In one step: whoever looks sees the old state or the new one. */
export async function writeFolderState(folder: string, stream: string, state: FolderState): Promise<void> {
  const path = join(folder, `${stream}${ENDING}`);
  const handle = await open(`${path}.part`, 'w');
  try {
    await handle.writeFile(`${JSON.stringify(state)}\n`);
    await handle.datasync();
  } finally {
    await handle.close();
  }
  await rename(`${path}.part`, path);
}
