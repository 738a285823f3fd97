import type { UtcSecond } from '../time.ts';
import type { Outlet } from './outlet.ts';
import type { SyncInput } from './sync-input.ts';

/** What the events system says of one kind of object since its events were last confirmed. */
export interface ObjectEvents {
  /** Ids of the events that the states are to remember: a later run confirms them, when a state has come back that knows them. */
  readonly eventIds: readonly number[];
  /** Page keys of the objects that changed or came. */
  readonly changed: readonly number[];
  /** Page keys of the objects that are gone. */
  readonly deleted: readonly number[];
  /** It was listened to before this run, and nothing came at all. */
  readonly isSilent: boolean;
}

/** By the name of the kind of object: `Order`. */
export type EventsByObject = ReadonlyMap<string, ObjectEvents>;

/** One run of a sync, as all of its readers share it: what was asked for, where messages go, and what was found at its beginning. */
export interface Run {
  readonly input: SyncInput;
  readonly outlet: Outlet;
  /** The server's clock when the run began. */
  readonly serverNow: UtcSecond;
  /** What waits in the events system, where that is used. */
  readonly events: EventsByObject;
}
