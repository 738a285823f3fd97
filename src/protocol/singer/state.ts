import { ConnectorError } from '../../errors.ts';
import { isObject, type JsonObject } from '../../json.ts';

/**
 * A bookmark holds a stream's state as the one item of a list, `{"state": [{…}]}`. Meltano merges the states of
 * interrupted runs key by key and at any depth: a key that a later state left out, such as the position in a snapshot,
 * would come back from an earlier one, and rows would be skipped. A list it takes as a whole.
 */
export function bookmarkOf(state: JsonObject): JsonObject {
  return { state: [state] };
}

/**
 * Takes a state as a target or Meltano hands it back apart, a stream at a time. What a stream's state holds is checked
 * by those who wrote it. The last STATE's `value`; the whole STATE message; Meltano's `{"singer_state": …}`; nothing,
 * `{}` or null for none.
 */
export function parseSingerState(value: unknown): ReadonlyMap<string, unknown> {
  const state = unwrapped(value);
  if (state === null || state === undefined) return new Map();
  if (!isObject(state)) throw notOurs('it is not an object');
  if (Object.keys(state).length === 0) return new Map();
  const { bookmarks } = state;
  if (!isObject(bookmarks)) throw notOurs('it has no object "bookmarks"');
  return new Map(Object.entries(bookmarks).map(([stream, bookmark]) => [stream, stateIn(bookmark, stream)]));
}

function unwrapped(value: unknown): unknown {
  if (!isObject(value) || 'bookmarks' in value) return value;
  if ('singer_state' in value) return unwrapped(value.singer_state);
  return 'value' in value ? unwrapped(value.value) : value;
}

function stateIn(bookmark: unknown, stream: string): unknown {
  if (!isObject(bookmark)) throw notOurs(`the bookmark of "${stream}" is not an object`);
  if (!('state' in bookmark)) return bookmark;
  const { state } = bookmark;
  if (!Array.isArray(state) || state.length !== 1 || !isObject(state[0])) {
    throw notOurs(`the bookmark of "${stream}" has a "state" that is not a list of one object`);
  }
  return state[0];
}

function notOurs(what: string): ConnectorError {
  return new ConnectorError({
    kind: 'config',
    code: 'singer/state',
    message: `The state is not one that this tap wrote: ${what}.`,
    hint: 'Give with --state the last STATE value that the target printed, or leave --state out to start from the beginning.',
  });
}
