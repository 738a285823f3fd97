// Generated from schemas/state.schema.json by `npm run generate`. Do not edit.

/**
 * What one stream has written and what it still owes. Every stream's state stands on its own.
 */
export type StreamState = WindowsState | SnapshotState;
export type Version = 1;
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
 * `through`: everything that changed until then has been written, except for what is owed. `edge`: the rows of the last seconds before it, which the next run reads again. `open`: the rows that may still change without a date. `reconciled_at`: when the rows were last compared with the shop's. `began_at`: when a full refresh began, however often it was interrupted.
 */
export interface WindowsState {
  version: Version;
  kind: 'windows';
  mode: Mode;
  through?: Time;
  told?: Told;
  began_at?: Time;
  owed: Window[];
  edge?: Sent;
  open?: Sent;
  /**
   * The rows that were written lately, by the UTC day on which they were created, so that those that go away can be named: packed JSON in base 64.
   */
  known?: string;
  reconciled_at?: Time;
  /**
   * Fields that the filter names with all of their values, because the shop's list leaves rows out that no filter names.
   */
  named?: string[];
  /**
   * The events that were handled and are not confirmed yet: ids ascending, runs as first-last, with commas between.
   */
  events?: string;
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
/**
 * `after`: the position after the last page that was written.
 */
export interface SnapshotState {
  version: Version;
  kind: 'snapshot';
  mode: Mode;
  snapshot_at: Time;
  complete: boolean;
  after?: string;
}
