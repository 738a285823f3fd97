// Generated from schemas/state.schema.json by `npm run generate`. Do not edit.

/**
 * What one stream has written and what it still owes. Every stream's state stands on its own.
 */
export type StreamState = WindowsState | SnapshotState;
export type Version = 2;
/**
 * The sync mode under which this state was written.
 */
export type Mode = 'full_refresh' | 'incremental';
/**
 * UTC, whole seconds.
 */
export type Time = string;
/**
 * Rows that were written, each with a fingerprint of what was written: page keys ascending, as differences in base 36, each followed by five characters of the fingerprint.
 */
export type Sent = string;
/**
 * Rows that the API could not serve, or that could not be mapped, so that the others could be read: each read tries them again. `key`: the page key, by which people know the row. `id`: what the filter takes. `since`: the run that set it aside.
 *
 * @maxItems 100
 */
export type SetAside = SetAsideRow[];
/**
 * A UTC day.
 */
export type Day = string;

/**
 * `through`: everything that changed until then has been written, except for what is owed. `edge`: the rows of the last seconds before it, which the next run reads again. `open`: the rows that may still change without a date. `reconciled_at`: when the rows were last compared with the shop's. `began_at`: when a full refresh began, however often it was interrupted.
 */
export interface WindowsState {
  version: Version;
  kind: 'windows';
  mode: Mode;
  origin: Origin;
  through?: Time;
  told?: Told;
  began_at?: Time;
  owed: Window[];
  edge?: Sent;
  set_aside?: SetAside;
  open?: Sent;
  dropped?: Dropped;
  recent?: Recent;
  /**
   * The days on which the open rows were first seen, or last changed: each day's number since 1970 in base 36, a colon, and its page keys ascending as differences in base 36.
   */
  open_since?: string;
  reread?: Reread;
  /**
   * The rows that were written lately, by the UTC day on which they were created, or first seen where that is later, so that those that go away can be named: packed JSON in base 64.
   */
  known?: string;
  parents?: Parents;
  /**
   * The greatest page key that the shop had: what is above it is new, whatever its date.
   */
  greatest_key?: number;
  reconciled_at?: Time;
  /**
   * Fields that the filter names with all of their values, because the shop's list leaves rows out that no filter names.
   */
  named?: string[];
  /**
   * The events that were handled and are not confirmed yet: ids ascending, runs as first-last, with commas between.
   */
  events?: string;
  /**
   * So many objects seem to be deleted, too many at once to be believed.
   */
  withheld?: number;
  /**
   * Rows changed and no event came, and that was said.
   */
  events_silent?: true;
}
/**
 * What the stream was when this was written: where `shop` is the endpoint's hash, `where` that of the filter, and `start` the earliest time that was asked for (none: the beginning). `columns`: a hash of what each holds; `!`: the shop or the token did not give it.
 */
export interface Origin {
  shop: string;
  root: string;
  each?: string;
  key: string;
  where?: string;
  start?: Time;
  columns: {
    [k: string]: string;
  };
}
/**
 * Rows that were written since something outside, such as a webhook, told of them, before their window was read. `until`: they are as they were then.
 */
export interface Told {
  until: Time;
  rows: Sent;
}
/**
 * A range of time, both ends included, that is not read to its end. `after`: the position after the last page that was written. `last_key`: the page key of the last row of that page. `edge`: the rows of its last seconds that were written.
 */
export interface Window {
  from?: Time;
  to: Time;
  after?: string;
  last_key?: number;
  edge?: Sent;
}
export interface SetAsideRow {
  key: number | string;
  id: number | string;
  reason: string;
  since: Time;
}
/**
 * Rows that were open when the shop had them no more. Until `until` they are asked for again from time to time, in case that was not the truth.
 */
export interface Dropped {
  until: Time;
  asked_at: Time;
  rows: Sent;
}
/**
 * The rows that changed `since` then and were written, by the hour of their change: once a day they are read again, for what became visible late. `looked_at`: when that was done last.
 */
export interface Recent {
  since: Time;
  looked_at: Time;
  hours: {
    [k: string]: Sent;
  };
}
/**
 * The UTC days on which open rows of some age, and old ones, were last read again.
 */
export interface Reread {
  some_age?: Day;
  old?: Day;
}
/**
 * The newest objects that were written, of which something must be known once they are gone or have become shorter. `rows`: page keys ascending as differences in base 36, `*` and the highest place of their rows, `.` and the id. `forgotten_to`: older ones up to this page key were written and are not known any more. `most_places`: the highest place that any of them had.
 */
export interface Parents {
  rows: string;
  forgotten_to?: number;
  most_places?: number;
}
/**
 * `after`: the position after the last page that was written. `rows`: how many were written by then. `rows_before`: how many the last complete one had.
 */
export interface SnapshotState {
  version: Version;
  kind: 'snapshot';
  mode: Mode;
  origin: Origin;
  snapshot_at: Time;
  complete: boolean;
  after?: string;
  rows?: number;
  rows_before?: number;
  set_aside?: SetAside;
}
