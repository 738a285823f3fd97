import { isObject } from '../../json.ts';
import { decodeIds } from '../../shop/events.ts';

/**
 * When an event of Centra's events system may be confirmed, so that it comes no more: its records must have been taken in by
 * the destination, which nobody tells whoever follows a shop. The state at the start proves it; after that, time does.
 */
export interface HandledEvents {
  readonly isTakenIn: (eventId: number) => boolean;
  /** After each read: the states that it left. */
  readonly follow: (states: ReadonlyMap<string, unknown>) => void;
}

/** Whatever holds rows back that long has lost them. */
const SURELY_TAKEN_IN_MS = 3_600_000;

/** `clock` only ever goes forward. */
export function handledEvents(start: ReadonlyMap<string, unknown>, clock: () => number): HandledEvents {
  const sinceMs = new Map<number, number>(eventsIn(start).map((id) => [id, Number.NEGATIVE_INFINITY]));
  return Object.freeze<HandledEvents>({
    isTakenIn: (eventId) => clock() - (sinceMs.get(eventId) ?? clock()) >= SURELY_TAKEN_IN_MS,
    follow: (states) => {
      const present = new Set(eventsIn(states));
      for (const id of present) if (!sinceMs.has(id)) sinceMs.set(id, clock());
      for (const id of sinceMs.keys()) if (!present.has(id)) sinceMs.delete(id);
    },
  });
}

function eventsIn(states: ReadonlyMap<string, unknown>): readonly number[] {
  return [...states.values()].flatMap((state) => {
    const events = isObject(state) ? state.events : undefined;
    return typeof events === 'string' ? decodeIds(events) : [];
  });
}
