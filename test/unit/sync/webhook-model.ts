import type { ToldId, ToldIds } from '../../../src/sync/hints/hint-ids.ts';

export interface ModelEvent {
  readonly type: 'order' | 'return';
  readonly id: number;
}

interface Entry {
  sequence: number;
  doneSequence: number;
  /** Who holds it. */
  holder: Lender | undefined;
  failures: number;
  isDelayed: boolean;
}

interface Lender {
  isAlive: boolean;
}

/** A reader's way into the model, which ends when the reader is killed. */
export interface ModelReader {
  readonly ids: ToldIds;
  readonly kill: () => void;
}

const MOST_FAILURES = 5;

/** What the inbox promises, as plainly as can be: claims, leases, failures and dead letters. */
export class ModelInbox {
  readonly #objects = new Map<string, Entry>();
  readonly deadLetters = new Map<string, string>();
  #sequence = 0;

  store(events: readonly ModelEvent[]): void {
    for (const { type, id } of events) {
      this.#sequence += 1;
      const entry = this.#objects.get(`${type} ${id}`);
      if (entry === undefined) {
        const fresh = { doneSequence: 0, holder: undefined, failures: 0, isDelayed: false };
        this.#objects.set(`${type} ${id}`, { ...fresh, sequence: this.#sequence });
      } else {
        entry.sequence = this.#sequence;
        entry.failures = 0;
        entry.isDelayed = false;
      }
    }
  }

  /** Time goes by: what failed may be tried again. */
  passDelays(): void {
    for (const entry of this.#objects.values()) entry.isDelayed = false;
  }

  /** The readers of now are too slow: what they hold may be lent to others. */
  endLeases(): void {
    for (const entry of this.#objects.values()) entry.holder = undefined;
  }

  /** How many objects no reader has dealt with. */
  get waiting(): number {
    return [...this.#objects.values()].filter(isWaiting).length;
  }

  /** How many of them a reader holds. */
  get claimed(): number {
    return [...this.#objects.values()].filter(({ holder }) => holder !== undefined).length;
  }

  /** `done` is told before it is noted. */
  reader(done: (type: string, ids: readonly number[]) => Promise<void> = async () => undefined): ModelReader {
    const lender: Lender = { isAlive: true };
    const claims = new Map<
      ToldId,
      { readonly name: string; readonly type: string; readonly sequence: number }
    >();
    const held = (claimed: readonly ToldId[]) => {
      if (!lender.isAlive) throw new Error('A killed reader reaches nothing.');
      return claimed.flatMap((told) => {
        const claim = claims.get(told);
        const entry = claim && this.#objects.get(claim.name);
        return claim === undefined || entry === undefined ? [] : [{ told, claim, entry }];
      });
    };
    const release = (entry: Entry) => {
      if (entry.holder === lender) entry.holder = undefined;
    };
    return {
      kill: () => {
        lender.isAlive = false;
      },
      ids: {
        claim: async (type, limit) => {
          held([]);
          const free = [...this.#objects]
            .filter(
              ([name, entry]) =>
                name.startsWith(`${type} `) && isWaiting(entry) && entry.holder === undefined,
            )
            .filter(([, entry]) => !entry.isDelayed)
            .slice(0, limit);
          return free.map(([name, entry]) => {
            entry.holder = lender;
            const told: ToldId = { id: Number(name.split(' ')[1]) };
            claims.set(told, { name, type, sequence: entry.sequence });
            return told;
          });
        },
        done: async (claimed) => {
          const type = claimed[0] && claims.get(claimed[0])?.type;
          if (type !== undefined)
            await done(
              type,
              claimed.map(({ id }) => id),
            );
          for (const { claim, entry } of held(claimed)) {
            entry.doneSequence = Math.max(entry.doneSequence, claim.sequence);
            this.deadLetters.delete(claim.name);
            release(entry);
          }
        },
        giveBack: async (claimed) => {
          for (const { entry } of held(claimed)) release(entry);
        },
        fail: async (claimed, reason) => {
          for (const { claim, entry } of held(claimed)) {
            if (entry.holder !== lender) continue;
            release(entry);
            entry.failures += 1;
            entry.isDelayed = entry.sequence === claim.sequence;
            if (entry.failures < MOST_FAILURES) continue;
            entry.doneSequence = Math.max(entry.doneSequence, claim.sequence);
            this.deadLetters.set(claim.name, reason);
          }
        },
      },
    };
  }
}

function isWaiting({ sequence, doneSequence }: Entry): boolean {
  return sequence > doneSequence;
}

/** What becomes of one call of the webhook plugin. */
export type Fate =
  | 'arrives'
  /** Centra never makes the call, or gives up on it. */
  | 'lost'
  /** It comes when others have come. */
  | 'late'
  | 'doubled'
  /** The receiver dies after it has stored the events and before it answers, so that Centra sends them again. */
  | 'stored, not answered'
  /** The receiver is dead, and Centra does not send again. */
  | 'receiver dead';

/** Calls on their way, out of the shop into an inbox. */
export class Plugin {
  readonly #store: (events: readonly ModelEvent[]) => Promise<void>;
  #late: (readonly ModelEvent[])[] = [];

  constructor(store: (events: readonly ModelEvent[]) => Promise<void>) {
    this.#store = store;
  }

  async call(events: readonly ModelEvent[], fate: Fate): Promise<void> {
    if (events.length === 0 || fate === 'lost' || fate === 'receiver dead') return;
    if (fate === 'late') {
      this.#late.push(events);
      return;
    }
    await this.#store(events);
    if (fate === 'doubled' || fate === 'stored, not answered') await this.#store(events);
  }

  /** What was late comes now, the last first. */
  async catchUp(): Promise<void> {
    const late = this.#late.reverse();
    this.#late = [];
    for (const events of late) await this.#store(events);
  }
}
