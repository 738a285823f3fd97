import type { Origin, StreamState, Window, WindowsState } from './state.generated.ts';

/** Years outside of these are no clock's. */
const FIRST_YEAR = '1970';
const LAST_YEAR = '8999';
/** The greatest number that GraphQL has for an id. */
const LARGEST_KEY = 2 ** 31 - 1;
const FINGERPRINT_LENGTH = 5;
/** More than any read leaves behind. */
const MOST_WINDOWS = 1_000;
const MOST_EVENTS = 1_000_000;

/**
 * What is wrong with a state that has the right form, as the name of a part of it; undefined: nothing. A text by which a
 * read would count for ever, or ask for what cannot be, is not one that a read wrote.
 */
export function faultyPart(state: StreamState): string | undefined {
  const start = faultOfOrigin(state.origin);
  if (start !== undefined) return start;
  if (state.kind === 'snapshot') return isTime(state.snapshot_at) ? undefined : 'snapshot_at';
  return faultOfWindows(state);
}

function faultOfOrigin({ start }: Origin): string | undefined {
  return isTime(start) ? undefined : 'origin.start';
}

function faultOfWindows(state: WindowsState): string | undefined {
  const {
    through,
    reconciled_at: reconciledAt,
    began_at: beganAt,
    told,
    dropped,
    recent,
    edge,
    open,
    owed,
  } = state;
  if (
    ![
      through,
      reconciledAt,
      beganAt,
      told?.until,
      dropped?.until,
      dropped?.asked_at,
      recent?.since,
      recent?.looked_at,
    ].every(isTime)
  )
    return 'a time';
  const hours = Object.entries(recent?.hours ?? {});
  if (!hours.every(([hour]) => isTime(`${hour}:00:00Z`))) return 'recent';
  if (![told?.rows, dropped?.rows, edge, open, ...hours.map(([, rows]) => rows)].every(isSent)) return 'rows';
  if (!isEventList(state.events)) return 'events';
  const names = new Set(owed.map(({ from = '', to }) => `${from}/${to}`));
  return owed.length > MOST_WINDOWS || names.size < owed.length || !owed.every(isWindow) ? 'owed' : undefined;
}

function isWindow({ from, to, edge, last_key: lastKey = 0 }: Window): boolean {
  return isTime(from) && isTime(to) && (from ?? '') <= to && isSent(edge) && lastKey <= LARGEST_KEY;
}

/** A day that exists, in a year that somebody lives in. */
function isTime(text: string | undefined): boolean {
  if (text === undefined) return true;
  const ms = Date.parse(text);
  const year = text.slice(0, 4);
  return (
    !Number.isNaN(ms) &&
    year >= FIRST_YEAR &&
    year <= LAST_YEAR &&
    new Date(ms).toISOString().slice(0, 19) === text.slice(0, 19)
  );
}

function isSent(text: string | undefined): boolean {
  let key = 0;
  for (const token of text?.split(' ') ?? []) {
    if (token === '') continue;
    key += Number.parseInt(token.slice(0, -FINGERPRINT_LENGTH), 36);
    if (!(key <= LARGEST_KEY)) return false;
  }
  return true;
}

function isEventList(text: string | undefined): boolean {
  let count = 0;
  for (const run of text?.split(',') ?? []) {
    if (run === '') continue;
    const [first = 0, last = first] = run.split('-').map(Number);
    count += last - first + 1;
    if (!Number.isSafeInteger(last) || last < first || count > MOST_EVENTS) return false;
  }
  return true;
}
