import type { UtcSecond } from '../time.ts';
import type { EventsByObject } from './hints/take-events.ts';
import type { Outlet } from './outlet.ts';
import type { SyncInput } from './sync-input.ts';

/** One run of a sync, as all of its readers share it: what was asked for, where messages go, and what was found at its beginning. */
export interface Run {
  readonly input: SyncInput;
  readonly outlet: Outlet;
  /** The server's clock when the run began. */
  readonly serverNow: UtcSecond;
  /** What waits in the events system, where that is used. */
  readonly events: EventsByObject;
}
