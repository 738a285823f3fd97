import type { Log } from '../../console/log.ts';
import { ConnectorError } from '../../errors.ts';
import type { ReadSession } from '../read-session.ts';

/** A session that is renewed from time to time, for the shop's schema can change while it is followed. */
export interface LastingSession {
  /** Hands out the session, which stays open as long as `use` takes. */
  readonly with: <T>(use: (session: ReadSession) => Promise<T>) => Promise<T>;
  /** The shop has changed: the next use gets a fresh one, unless the present one is fresh. */
  readonly renew: () => void;
  /** Resolves when nobody uses it any more and it is closed. */
  readonly close: () => Promise<void>;
}

export interface LastingSessionOptions {
  readonly open: () => Promise<ReadSession>;
  /** Milliseconds that only ever go forward. */
  readonly clock: () => number;
  readonly log: Log;
}

const LONGEST_MS = 3_600_000;
/** What stays wrong after a renewal is not mended by another one at once. */
const SHORTEST_MS = 60_000;

/** These mean a wrong endpoint at first; of one that was good before, that it is down. */
const outages: ReadonlySet<string> = new Set(['centra/not_graphql', 'centra/unknown_host']);

interface Held {
  readonly session: ReadSession;
  readonly sinceMs: number;
  users: number;
  isRetired: boolean;
}

export function lastingSession({ open, clock, log }: LastingSessionOptions): LastingSession {
  let held: Held | undefined;
  let opening: Promise<Held> | undefined;
  let dueMs = Number.NEGATIVE_INFINITY;

  async function retire(old: Held): Promise<void> {
    old.isRetired = true;
    if (old.users === 0) await old.session.close();
  }

  async function replace(): Promise<Held> {
    const old = held;
    try {
      const session = await open();
      held = { session, sinceMs: clock(), users: 0, isRetired: false };
      dueMs = held.sinceMs + LONGEST_MS;
      if (old !== undefined) await retire(old);
      return held;
    } catch (error) {
      if (old === undefined || !isOutage(error)) throw error;
      // Whoever uses the old one finds out by itself whether the API is back.
      dueMs = clock() + SHORTEST_MS;
      log('warn', `${error.message} The shop's schema is looked at again later.`);
      return old;
    }
  }

  async function current(): Promise<Held> {
    if (held !== undefined && clock() < dueMs) return held;
    opening ??= replace().finally(() => {
      opening = undefined;
    });
    return opening;
  }

  return Object.freeze<LastingSession>({
    with: async (use) => {
      const used = await current();
      used.users += 1;
      try {
        return await use(used.session);
      } finally {
        used.users -= 1;
        if (used.isRetired && used.users === 0) await used.session.close();
      }
    },
    renew: () => {
      if (held !== undefined) dueMs = Math.min(dueMs, held.sinceMs + SHORTEST_MS);
    },
    close: async () => {
      await opening?.catch(() => undefined);
      if (held !== undefined) await retire(held);
      held = undefined;
    },
  });
}

function isOutage(error: unknown): error is ConnectorError {
  if (!(error instanceof ConnectorError)) return false;
  return error.kind === 'transient' || error.kind === 'throttled' || outages.has(error.code);
}
