/** What Centra tells of one change: which object, never what is in it. */
export interface WebhookEvent {
  /** `order`, `return`, `shipment` and what else Centra may send; unknown types are kept too. */
  readonly type: string;
  /** `create`, `update`, `good_to_go` and what else Centra may send. */
  readonly action: string;
  /** When it happened, as Centra wrote it; empty when it wrote nothing. */
  readonly date: string;
  /** Of an order, its number. */
  readonly id: string;
}

/** One signed call of Centra's. */
export interface Delivery {
  /** The tenant's name in the configuration, never the unguessable part of the path. */
  readonly tenant: string;
  /** The signature that was right. The same one again is a replay. */
  readonly signature: string;
  /** The time that was signed, in seconds. */
  readonly sentAt: number;
  readonly events: readonly WebhookEvent[];
}

export type StoreOutcome =
  | 'stored'
  /** This very call was stored before, so nothing changed. */
  | 'replay';

/** An object that waits to be read, lent to one reader until its lease ends. */
export interface Claim {
  readonly tenant: string;
  readonly type: string;
  readonly id: string;
  /** Grows with each event. An event that comes while its object is claimed has a higher one, so the object waits again after `done`. */
  readonly sequence: number;
  /** Tells this claim from a later one of the same object. */
  readonly token: string;
  readonly lastAction: string;
  /** When the first event came that no reader has dealt with, by the inbox's clock. */
  readonly firstReceivedMs: number;
  readonly lastReceivedMs: number;
  /** How often a read of this object has failed since its last event. */
  readonly failures: number;
}

export interface ClaimRequest {
  /** At most so many; those that have waited longest come first. */
  readonly limit: number;
  /** Only objects of these types, such as `['order']`. */
  readonly types: readonly string[];
  /** Asking again with the same token, since the answer was lost, gives the same claims. Default: a fresh one. */
  readonly token?: string;
}

/** What waits of one tenant and type. */
export interface Waiting {
  readonly tenant: string;
  readonly type: string;
  /** Objects that no reader has dealt with, the claimed ones among them. */
  readonly objects: number;
  readonly claimed: number;
  /** How long the oldest has waited, by the inbox's clock. */
  readonly oldestAgeMs: number;
}

export interface DeadLetter {
  readonly tenant: string;
  readonly type: string;
  readonly id: string;
  readonly reason: string;
  readonly failures: number;
  readonly lastReceivedMs: number;
  readonly diedMs: number;
}

/** One object's way through the inbox. */
export interface ObjectHistory {
  /** `unknown`: no event named it, or so long ago that it is forgotten. */
  readonly state: 'unknown' | 'waiting' | 'claimed' | 'done' | 'dead';
  /** What came when, the oldest first; at most the last hundred. */
  readonly events: readonly { readonly action: string; readonly date: string; readonly receivedMs: number }[];
}

/** What one sweep deleted. */
export interface Swept {
  readonly deliveries: number;
  readonly events: number;
  readonly objects: number;
  readonly deadLetters: number;
}

/**
 * Where events wait for a reader. What `store` has resolved for is on disk. Delivery is at least once: a reader that dies
 * between writing a record and `done` leaves its claims to the next one.
 *
 * @example
 * const claims = await inbox.claim('acme', { limit: 100, types: ['order'] });
 * // fetch, write the records, write a state, and only then:
 * await inbox.done(claims);
 */
export interface Inbox {
  /** Resolves after the commit, with one outcome a delivery. Rejects when nothing was stored. */
  store(deliveries: readonly Delivery[]): Promise<readonly StoreOutcome[]>;
  /** Lends waiting objects. They come back by `done`, `giveBack`, `fail`, or when the lease ends. */
  claim(tenant: string, request: ClaimRequest): Promise<readonly Claim[]>;
  /** Begins the leases anew, for a read that has to wait for Centra's limits. */
  extend(claims: readonly Claim[]): Promise<void>;
  /** The records, and a state that covers them, have been written. */
  done(claims: readonly Claim[]): Promise<void>;
  /** Not dealt with, through no fault of these objects: others may claim them at once. */
  giveBack(claims: readonly Claim[]): Promise<void>;
  /**
   * These objects cannot be read. They wait again after a growing delay, and after too many failures, or at once when
   * `isFinal`, they become dead letters with this reason. The reason must not hold personal data.
   */
  fail(claims: readonly Claim[], reason: string, options?: { readonly isFinal?: boolean }): Promise<void>;
  /** What waits, by tenant and type; types that nobody claims show here too. */
  waiting(): Promise<readonly Waiting[]>;
  /** The newest first. */
  deadLetters(tenant: string, limit: number): Promise<readonly DeadLetter[]>;
  history(tenant: string, type: string, id: string): Promise<ObjectHistory>;
  /** Deletes what is older than the retention; nothing that waits. Call it every few minutes. */
  sweep(): Promise<Swept>;
  /** Rejects when the inbox cannot store now. */
  check(): Promise<void>;
  /** Tells of each tenant for which this very object has stored something. What other processes store shows by `claim` only. */
  onStored(listener: (tenant: string) => void): () => void;
  close(): Promise<void>;
}

export interface InboxSettings {
  /** Says who holds a claim, for people who look into the tables. Default: unnamed. */
  readonly claimant?: string;
  /** How long a claim is lent. Default: 5 minutes. */
  readonly leaseMs?: number;
  /** How many failures make a dead letter. Default: 5. */
  readonly mostFailures?: number;
  /** The delay after the first failure; it doubles with each. Default: 10 seconds. */
  readonly retryDelayMs?: number;
  /** How long the log of events, and objects that are done, are kept. Default: 14 days. */
  readonly retentionMs?: number;
  /** How long dead letters are kept. Default: 90 days. */
  readonly deadLetterRetentionMs?: number;
}

const minute = 60_000;
const day = 24 * 60 * minute;

export const defaultInboxSettings: Required<InboxSettings> = Object.freeze({
  claimant: 'unnamed',
  leaseMs: 5 * minute,
  mostFailures: 5,
  retryDelayMs: 10_000,
  retentionMs: 14 * day,
  deadLetterRetentionMs: 90 * day,
});
