import type { Configuration } from '../config/load.ts';
import { ConnectorError, sentence } from '../errors.ts';
import type { ToldId } from '../sync/told-ids.ts';
import type { Claim, Inbox } from '../webhook/inbox.ts';
import type { ToldFeed } from './follow.ts';
import type { Log } from './log.ts';
import type { Surroundings } from './surroundings.ts';

export interface ToldInbox extends ToldFeed {
  readonly close: () => Promise<void>;
}

/** How long after the first word of them the objects of one batch were written. */
export interface Lag {
  readonly objects: number;
  readonly longestMs: number;
}

export interface ToldInboxOptions {
  readonly inbox: Inbox;
  readonly tenant: string;
  readonly clock: () => number;
  readonly log: Log;
  readonly written?: (lag: Lag) => void;
}

/** Other processes store, too: what they store shows when it is asked for. */
const ASK_EVERY_MS = 500;
/** What waits may be lent to another reader, or have failed just now: then it is not asked for all the time. */
const REST_MS = 2_000;

/** Under which name a shop's events wait: the host of its API, which is its own. */
export function inboxTenant({ endpoint }: Configuration): string {
  return new URL(endpoint).host;
}

/** The inbox that a configuration names. A read without it misses nothing, so that its absence is but a warning. */
export async function openToldInbox(
  configuration: Configuration,
  { log }: Pick<Surroundings, 'log'>,
): Promise<ToldInbox | undefined> {
  const location = configuration.webhook.inbox?.reveal();
  if (location === undefined) return undefined;
  try {
    const { openInbox } = await import('../webhook/open-inbox.ts');
    const inbox = await openInbox(location, { claimant: `read ${process.pid}` });
    return toldInbox({ inbox, tenant: inboxTenant(configuration), clock: Date.now, log });
  } catch (error) {
    const what = error instanceof ConnectorError ? sentence(error) : 'The webhook inbox cannot be opened.';
    log('warn', `${what} The read goes on without it.`);
    return undefined;
  }
}

/** The ids that wait in a webhook inbox, as the sync takes them. */
export function toldInbox({ inbox, tenant, clock, log, written }: ToldInboxOptions): ToldInbox {
  const claims = new Map<ToldId, Claim>();
  const types = new Set<string>();
  let restUntilMs = 0;
  let wake = () => {};
  const forget = inbox.onStored((whose) => {
    if (whose !== tenant) return;
    restUntilMs = 0;
    wake();
  });

  function claimsOf(told: readonly ToldId[]): readonly Claim[] {
    const found = told.flatMap((id) => claims.get(id) ?? []);
    for (const id of told) claims.delete(id);
    return found;
  }

  return Object.freeze<ToldInbox>({
    claim: async (type, limit) => {
      types.add(type);
      const claimed = await inbox.claim(tenant, { limit, types: [type] });
      if (claimed.length === 0) restUntilMs = clock() + REST_MS;
      const strange = claimed.filter(({ id }) => numberOf(id) === undefined);
      if (strange.length > 0) {
        await inbox.fail(strange, 'Its id is not a whole number.', { isFinal: true });
        log('warn', `${strange.length} webhook events name no id that can be asked for; they are put aside.`);
      }
      return claimed.flatMap((claim) => {
        const id = numberOf(claim.id);
        if (id === undefined) return [];
        const told: ToldId = { id };
        claims.set(told, claim);
        return [told];
      });
    },
    done: async (told) => {
      const taken = claimsOf(told);
      if (taken.length === 0) return;
      await inbox.done(taken);
      const firstMs = Math.min(...taken.map(({ firstReceivedMs }) => firstReceivedMs));
      written?.({ objects: taken.length, longestMs: Math.max(0, clock() - firstMs) });
    },
    giveBack: (told) => inbox.giveBack(claimsOf(told)),
    fail: (told, reason) => inbox.fail(claimsOf(told), reason),
    isWaiting: async () => {
      if (clock() < restUntilMs) return false;
      const waiting = await inbox.waiting();
      return waiting.some(
        ({ tenant: whose, type, objects, claimed }) =>
          whose === tenant && types.has(type) && objects > claimed,
      );
    },
    arrival: async (mostMs, signal) => {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(mostMs, ASK_EVERY_MS));
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
        signal.addEventListener('abort', wake, { once: true });
      });
      signal.removeEventListener('abort', wake);
      wake = () => {};
    },
    close: async () => {
      forget();
      await inbox.close();
    },
  });
}

function numberOf(id: string): number | undefined {
  const number = Number(id);
  return /^\d+$/.test(id) && Number.isSafeInteger(number) ? number : undefined;
}
