import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { ConnectorError } from '../errors.ts';
import { isObject } from '../json.ts';
import { packageRoot } from '../package-root.ts';
import type { Mode, SnapshotState, StreamState, WindowsState } from './state.generated.ts';

export type StateReader = (stream: string, value: unknown) => StreamState | undefined;

/** Reads a stream's state as a platform hands it back; undefined stands for none. Throws on one that this connector did not write. */
export async function stateReader(): Promise<StateReader> {
  const schema: unknown = JSON.parse(
    await readFile(join(packageRoot, 'schemas', 'state.schema.json'), 'utf8'),
  );
  let isState: ValidateFunction<StreamState> | undefined;
  return (stream, value) => {
    if (value === undefined || value === null || (isObject(value) && Object.keys(value).length === 0))
      return undefined;
    const version = isObject(value) ? value.version : undefined;
    if (typeof version === 'number' && version > 1) {
      throw refused(
        stream,
        `has version ${version}, which a newer version of this connector wrote`,
        'Update the connector',
      );
    }
    isState ??= new Ajv({ strict: false }).compile<StreamState>(schema as object);
    if (isState(value)) return value;
    throw refused(
      stream,
      'is not one that this connector wrote',
      'Pass back the last state that a read printed',
    );
  };
}

function refused(stream: string, what: string, advice: string): ConnectorError {
  return new ConnectorError({
    kind: 'config',
    code: 'state/refused',
    stream,
    message: `The state of the stream "${stream}" ${what}.`,
    hint: `${advice}, or reset the stream to read it from the beginning.`,
  });
}

/**
 * The state to go on from. A full refresh goes on only from its own interrupted attempt; a stream whose way of reading
 * has changed starts anew.
 */
export function windowsStateToContinue(state: StreamState | undefined, mode: Mode): WindowsState {
  const fresh: WindowsState = { version: 1, kind: 'windows', mode, owed: [], ...setAsideIn(state) };
  if (state?.kind !== 'windows' || state.mode !== mode) return fresh;
  return mode === 'full_refresh' && state.owed.length === 0 ? fresh : state;
}

/** An interrupted snapshot older than this is begun again: its rows would be too far apart in time to be one picture. */
const LONGEST_SNAPSHOT_MS = 6 * 3_600_000;

export function snapshotStateToContinue(
  state: StreamState | undefined,
  mode: Mode,
  now: string,
): SnapshotState {
  const isInterrupted = state?.kind === 'snapshot' && !state.complete && state.mode === mode;
  if (isInterrupted && Date.parse(now) - Date.parse(state.snapshot_at) < LONGEST_SNAPSHOT_MS) return state;
  return { version: 1, kind: 'snapshot', mode, snapshot_at: now, complete: false, ...setAsideIn(state) };
}

/** Rows that cannot be read are known from one read to the next, however these are made. */
function setAsideIn(state: StreamState | undefined): Pick<StreamState, 'set_aside'> {
  return state?.set_aside === undefined ? {} : { set_aside: state.set_aside };
}
