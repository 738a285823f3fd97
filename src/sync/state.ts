import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { ConnectorError } from '../errors.ts';
import { isObject } from '../json.ts';
import { packageRoot } from '../package-root.ts';
import { addSeconds } from '../time.ts';
import { compareOrigins, goesOnAs, isSameThroughout } from './origin/compare.ts';
import type { Mode, Origin, SnapshotState, StreamState, WindowsState } from './state.generated.ts';
import { faultyPart } from './state-check.ts';

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
    if (version === 1) {
      throw refused(
        stream,
        'has version 1, which says too little of what the stream was',
        'Read the stream again without it: read --full-refresh',
      );
    }
    if (typeof version === 'number' && version > 2) {
      throw refused(
        stream,
        `has version ${version}, which a newer version of this connector wrote`,
        'Update the connector',
      );
    }
    isState ??= new Ajv({ strict: false }).compile<StreamState>(schema as object);
    const fault = isState(value) ? faultyPart(value) : '';
    if (isState(value) && fault === undefined) return value;
    throw refused(
      stream,
      `is not one that this connector wrote${fault ? ` (see ${fault})` : ''}`,
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
 * The state to go on from. A full refresh goes on only from its own interrupted attempt; a stream whose rows are other rows
 * now starts anew, and so does a full refresh whose rows would not be all of one kind.
 */
export function windowsStateToContinue(
  state: StreamState | undefined,
  mode: Mode,
  origin: Origin,
): WindowsState {
  const fresh: WindowsState = {
    version: 2,
    kind: 'windows',
    mode,
    origin,
    owed: [],
    ...setAsideIn(state, origin),
  };
  if (state?.kind !== 'windows' || state.mode !== mode) return fresh;
  const change = compareOrigins(state.origin, origin);
  if (change.identity.length > 0) return fresh;
  const isDone = state.owed.length === 0;
  if (mode === 'full_refresh' && isDone) return fresh;
  const { began_at: _, ...rest } = state;
  const going: WindowsState = isDone ? rest : state;
  // What a refresh has brought so far would hold the old values, and nothing would bring the new ones.
  if (going.began_at !== undefined && !isSameThroughout(change)) return fresh;
  return { ...going, origin: goesOnAs(state.origin, origin) };
}

/** An interrupted snapshot older than this is begun again: its rows would be too far apart in time to be one picture. */
const LONGEST_SNAPSHOT_MS = 6 * 3_600_000;

export function snapshotStateToContinue(
  state: StreamState | undefined,
  mode: Mode,
  now: string,
  origin: Origin,
): SnapshotState {
  const before = state?.kind === 'snapshot' && state.mode === mode ? state : undefined;
  const change = before && compareOrigins(before.origin, origin);
  const isInterrupted = before?.after !== undefined && !before.complete;
  if (before !== undefined && isInterrupted && change !== undefined && isSameThroughout(change)) {
    const ageMs = Date.parse(now) - Date.parse(before.snapshot_at);
    if (ageMs < LONGEST_SNAPSHOT_MS) return { ...before, origin };
  }
  const rowsBefore = change?.identity.length === 0 ? rowsOfLastWhole(before) : undefined;
  return {
    version: 2,
    kind: 'snapshot',
    mode,
    origin,
    // A generation of its own, also within the second of one that counts for nothing.
    snapshot_at: before !== undefined && now <= before.snapshot_at ? addSeconds(before.snapshot_at, 1) : now,
    complete: false,
    ...(rowsBefore !== undefined && { rows_before: rowsBefore }),
    ...setAsideIn(state, origin),
  };
}

function rowsOfLastWhole(state: SnapshotState | undefined): number | undefined {
  return state?.complete === true ? state.rows : state?.rows_before;
}

/** Rows that cannot be read are known from one read to the next, however these are made, as long as they are the same rows. */
function setAsideIn(state: StreamState | undefined, origin: Origin): Pick<StreamState, 'set_aside'> {
  if (state?.set_aside === undefined || compareOrigins(state.origin, origin).identity.length > 0) return {};
  return { set_aside: state.set_aside };
}
