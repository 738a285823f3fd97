import type { Configuration } from '../config/load.ts';
import type { CommandContext } from '../console/command-context.ts';
import type { Log } from '../console/log.ts';
import { ConnectorError, sentence } from '../errors.ts';
import { type Claim, defaultInboxSettings, type Inbox } from '../inbox/inbox.ts';
import type { ToldId } from '../sync/hints/hint-ids.ts';
import type { HintFeed } from './follow.ts';

export interface HintInbox extends HintFeed {
  /** Gives back what is claimed. The inbox itself stays open. */
  readonly close: () => Promise<void>;
}

/** How long after the first hint of them the objects of one batch were written. */
export interface Lag {
  readonly objects: number;
  readonly longestMs: number;
}

export interface HintInboxOptions {
  readonly inbox: Inbox;
  readonly tenant: string;
  /** As the inbox's, which stamps what comes. */
  readonly clock: () => number;
  readonly log: Log;
  readonly written?: (lag: Lag) => void;
  /** Calls the listener when this process has stored something for a tenant, until what it returns is called. */
  readonly onStored?: (listener: (tenant: string) => void) => () => void;
  /** How often the leases of what is claimed begin anew. Default: a third of a lease. */
  readonly renewEveryMs?: number;
}

/** Other processes store, too: what they store shows when it is asked for. */
const ASK_EVERY_MS = 500;
/** What waits may be lent to another reader, or have failed just now: then it is not asked for all the time. */
const REST_MS = 2_000;
/** What was read while the inbox did not answer is reported later; beyond so many it is read once more instead. */
const MOST_UNREPORTED = 10_000;

/** Under which name a shop's hints wait: the host of its API, which is its own. */
export function inboxTenant({ endpoint }: Configuration): string {
  return new URL(endpoint).host;
}

/** The inbox that a configuration names. A read without it misses nothing, so that its absence is but a warning. */
export async function openHintInbox(
  configuration: Configuration,
  { log }: Pick<CommandContext, 'log'>,
): Promise<HintInbox | undefined> {
  const location = configuration.webhook.inbox?.reveal();
  if (location === undefined) return undefined;
  try {
    const { openInbox } = await import('../inbox/open-inbox.ts');
    const inbox = await openInbox(location, { claimant: `read ${process.pid}` }, (text) => log('warn', text));
    const hints = hintInbox({ inbox, tenant: inboxTenant(configuration), clock: Date.now, log });
    const close = async () => {
      await hints.close();
      await inbox.close();
    };
    return Object.freeze({ ...hints, close });
  } catch (error) {
    const what = error instanceof ConnectorError ? sentence(error) : 'The webhook inbox cannot be opened.';
    log('warn', `${what} The read goes on without it.`);
    return undefined;
  }
}

/** The ids that wait in a webhook inbox, as the sync takes them. */
export function hintInbox(options: HintInboxOptions): HintInbox {
  const { inbox, tenant, clock, log, written } = options;
  const claims = new Map<ToldId, Claim>();
  const types = new Set<string>();
  /** Done, and the inbox does not know it yet. */
  let unreported: readonly Claim[] = [];
  /** By a clock that is never set. */
  let restUntilMs = 0;
  let hasCome = false;
  let wake = () => {};
  const forget = options.onStored?.((whose) => {
    if (whose !== tenant) return;
    restUntilMs = 0;
    hasCome = true;
    wake();
  });
  // A read may have to wait for Centra's limits longer than a lease lasts.
  const renewing = setInterval(
    () => {
      const held = new Map([...claims.values()].map(({ token, type }) => [token, type]));
      for (const [token, type] of held)
        inbox.claim(tenant, { limit: 0, types: [type], token }).catch(() => undefined);
    },
    options.renewEveryMs ?? defaultInboxSettings.leaseMs / 3,
  ).unref();

  function take(hints: readonly ToldId[]): readonly Claim[] {
    const found = hints.flatMap((hint) => claims.get(hint) ?? []);
    for (const hint of hints) claims.delete(hint);
    return found;
  }

  async function report(taken: readonly Claim[]): Promise<void> {
    const reported = [...unreported, ...taken];
    unreported = reported.slice(-MOST_UNREPORTED);
    if (reported.length === 0) return;
    await inbox.done(reported);
    unreported = unreported.filter((claim) => !reported.includes(claim));
  }

  return Object.freeze<HintInbox>({
    claim: async (type, limit) => {
      types.add(type);
      await report([]);
      const claimed = await inbox.claim(tenant, { limit, types: [type] });
      if (claimed.length === 0) restUntilMs = performance.now() + REST_MS;
      const strange = claimed.filter(({ id }) => numberOf(id) === undefined);
      if (strange.length > 0) {
        await inbox.fail(strange, 'Its id is not a whole number.', { isFinal: true });
        log('warn', `${strange.length} webhook hints name no id that can be asked for; they are put aside.`);
      }
      return claimed.flatMap((claim) => {
        const id = numberOf(claim.id);
        if (id === undefined) return [];
        const hint: ToldId = { id };
        claims.set(hint, claim);
        return [hint];
      });
    },
    done: async (hints) => {
      const taken = take(hints);
      if (taken.length === 0) return;
      const firstMs = Math.min(...taken.map(({ firstReceivedMs }) => firstReceivedMs));
      written?.({ objects: taken.length, longestMs: Math.max(0, clock() - firstMs) });
      await report(taken);
    },
    giveBack: (hints) => inbox.release(take(hints)),
    fail: (hints, reason) => inbox.fail(take(hints), reason),
    isWaiting: async () => {
      hasCome = false;
      if (performance.now() < restUntilMs) return false;
      const waiting = await inbox.waiting();
      return waiting.some(
        ({ tenant: whose, type, objects, claimed }) =>
          whose === tenant && types.has(type) && objects > claimed,
      );
    },
    arrival: async (mostMs, signal) => {
      // Since it was asked whether something waits.
      if (hasCome || signal.aborted) return;
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
      forget?.();
      clearInterval(renewing);
      const left = [...claims.values()];
      claims.clear();
      await report([]).catch(() => undefined);
      if (left.length > 0) await inbox.release(left).catch(() => undefined);
    },
  });
}

function numberOf(id: string): number | undefined {
  const number = Number(id);
  return /^\d+$/.test(id) && Number.isSafeInteger(number) ? number : undefined;
}
