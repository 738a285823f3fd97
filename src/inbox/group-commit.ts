import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Delivery, Inbox, StoreOutcome } from './inbox.ts';

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
  store(delivery: Delivery): Promise<StoreOutcome>;
  /** Resolves when nothing waits any more. */
  settled(): Promise<void>;
}

interface Waiting {
  readonly delivery: Delivery;
  readonly resolve: (outcome: StoreOutcome) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One commit costs about as much as a hundred deliveries: while one commit runs, the deliveries that come gather for the
 * next. A single delivery never waits for company.
 */
export function createGroupCommit(
  inbox: Pick<Inbox, 'store'>,
  now: () => number,
  { mostTogether = 500, mostWaiting = 5_000, onCommit = () => undefined }: GroupCommitOptions = {},
): GroupCommit {
  let waiting: Waiting[] = [];
  let running: Promise<void> | undefined;

  const commit = async (group: readonly Waiting[]): Promise<void> => {
    const startedMs = now();
    try {
      const outcomes = await inbox.store(group.map(({ delivery }) => delivery));
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
      // An embedded database works in this thread: what has come by now is heard only if it is let in.
      await nextTurn();
      const group = waiting.slice(0, mostTogether);
      waiting = waiting.slice(mostTogether);
      await commit(group);
    }
    running = undefined;
  };

  return {
    store: (delivery) =>
      new Promise((resolve, reject) => {
        if (waiting.length >= mostWaiting) {
          reject(new Error('Too many deliveries wait to be stored.'));
          return;
        }
        waiting.push({ delivery, resolve, reject });
        running ??= commitAll();
      }),
    settled: async () => {
      while (running !== undefined) await running;
    },
  };
}
