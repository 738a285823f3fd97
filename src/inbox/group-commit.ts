import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AddOutcome, Delivery, Inbox } from './inbox.ts';

export interface GroupCommitOptions {
  /** At most so many deliveries in one transaction. Default: 500. */
  readonly mostTogether?: number;
  /** More than so many waiting deliveries are refused at once, for they could not be stored in time. Default: 5,000. */
  readonly mostWaiting?: number;
  /** Hears how long each commit took. */
  readonly onCommit?: (seconds: number, deliveries: number) => void;
}

export interface GroupCommit {
  /** Resolves after the commit that holds this delivery. */
  add(delivery: Delivery): Promise<AddOutcome>;
  /**
   * Resolves when the inbox can store. After a failure that takes a commit that succeeds; one that did just now will do.
   */
  check(): Promise<void>;
  /** Resolves when nothing waits any more. */
  settled(): Promise<void>;
}

/** So that a stranger who asks again and again does not keep the disk busy. */
const FRESH_MS = 1_000;

interface Waiting {
  readonly delivery: Delivery;
  readonly resolve: (outcome: AddOutcome) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One commit costs about as much as a hundred deliveries: while one commit runs, the deliveries that come gather for the
 * next. A single delivery never waits for company.
 */
export function createGroupCommit(
  inbox: Pick<Inbox, 'add'>,
  now: () => number,
  { mostTogether = 500, mostWaiting = 5_000, onCommit = () => undefined }: GroupCommitOptions = {},
): GroupCommit {
  let waiting: Waiting[] = [];
  let running: Promise<void> | undefined;
  let storedMs = Number.NEGATIVE_INFINITY;
  let checking: Promise<void> | undefined;

  /** A commit, whose outcome says whether the inbox can store. */
  const commitNow = async (deliveries: readonly Delivery[]): Promise<readonly AddOutcome[]> => {
    try {
      const outcomes = await inbox.add(deliveries);
      storedMs = now();
      return outcomes;
    } catch (error) {
      storedMs = Number.NEGATIVE_INFINITY;
      throw error;
    }
  };

  const commit = async (group: readonly Waiting[]): Promise<void> => {
    const startedMs = now();
    try {
      const outcomes = await commitNow(group.map(({ delivery }) => delivery));
      onCommit((now() - startedMs) / 1000, group.length);
      for (const [at, { resolve, reject }] of group.entries()) {
        const outcome = outcomes[at];
        if (outcome === undefined) reject(new Error('The inbox did not say what became of a delivery.'));
        else resolve(outcome);
      }
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  };
  const commitAll = async (): Promise<void> => {
    while (waiting.length > 0) {
      // SQLite works in this thread: what has come by now is heard only if it is let in.
      await nextTurn();
      const group = waiting.slice(0, mostTogether);
      waiting = waiting.slice(mostTogether);
      await commit(group);
    }
    running = undefined;
  };

  return {
    add: (delivery) =>
      new Promise((resolve, reject) => {
        if (waiting.length >= mostWaiting) {
          reject(new Error('Too many deliveries wait to be stored.'));
          return;
        }
        waiting.push({ delivery, resolve, reject });
        running ??= commitAll();
      }),
    check: async () => {
      if (now() - storedMs < FRESH_MS) return;
      checking ??= commitNow([])
        .then(() => undefined)
        .finally(() => {
          checking = undefined;
        });
      await checking;
    },
    settled: async () => {
      while (running !== undefined) await running;
    },
  };
}
