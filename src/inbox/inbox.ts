/** What a webhook says of one change: which object to look at soon, never what is in it. */
export interface Hint {
  /** `order`, `return`, `shipment` and what else Centra may send; unknown types are kept too. */
  readonly type: string;
  /** Of an order, its number. */
  readonly id: string;
  /** `create`, `update`, `good_to_go` and what else Centra may send. */
  readonly action: string;
}

/** One signed call of Centra's. */
export interface Delivery {
  /** The tenant's name in the configuration, never the unguessable part of the path. */
  readonly tenant: string;
  /** The signature that was right. The same one again is a replay. */
  readonly signature: string;
  /** The time that was signed, in seconds. */
  readonly sentAt: number;
  readonly hints: readonly Hint[];
}

export type AddOutcome =
  | 'stored'
  /** This very call was stored before, so nothing changed. */
  | 'replay';

/** An object that waits to be read, lent to one reader until its lease ends. */
export interface Claim {
  readonly tenant: string;
  readonly type: string;
  readonly id: string;
  /** Grows with each hint. One that comes while its object is claimed has a higher one, so the object waits again after `done`. */
  readonly sequence: number;
  /** Tells this claim from a later one of the same object. */
  readonly token: string;
  readonly lastAction: string;
  /** When the first hint came that no reader has dealt with, by the inbox's clock. */
  readonly firstReceivedMs: number;
  readonly lastReceivedMs: number;
  /** How often a read of this object has failed since its last hint. */
  readonly failures: number;
}

export interface ClaimRequest {
  /** At most so many; those that have waited longest come first. */
  readonly limit: number;
  /** Only objects of these types, such as `['order']`. */
  readonly types: readonly string[];
  /**
   * What this token still holds comes again, with its lease begun anew, and counts toward the limit: a limit of 0 renews
   * leases and claims nothing. Default: a fresh token.
   */
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

/**
 * Where hints wait for a reader. What `add` has resolved for is on disk. Delivery is at least once: a reader that dies
 * between writing a record and `done` leaves its claims to the next one. What is older than the retention, and does not
 * wait, is deleted from time to time while hints are added.
 *
 * @example
 * const claims = await inbox.claim('acme', { limit: 100, types: ['order'] });
 * // fetch, write the records, write a state, and only then:
 * await inbox.done(claims);
 */
export interface Inbox {
  /**
   * Resolves after the commit, with one outcome per delivery. Rejects when nothing was stored. Without a delivery it commits
   * all the same, which shows whether the inbox can store.
   */
  add(deliveries: readonly Delivery[]): Promise<readonly AddOutcome[]>;
  /** Lends waiting objects. They come back by `done`, `release`, `fail`, or when the lease ends. */
  claim(tenant: string, request: ClaimRequest): Promise<readonly Claim[]>;
  /** The records, and a state that covers them, have been written. */
  done(claims: readonly Claim[]): Promise<void>;
  /** Not dealt with, through no fault of these objects: others may claim them at once. */
  release(claims: readonly Claim[]): Promise<void>;
  /**
   * These objects cannot be read. They wait again after a growing delay, and after too many failures, or at once when
   * `isFinal`, they become dead letters with this reason. The reason must not hold personal data.
   */
  fail(claims: readonly Claim[], reason: string, options?: { readonly isFinal?: boolean }): Promise<void>;
  /** What waits, by tenant and type; types that nobody claims show here too. */
  waiting(): Promise<readonly Waiting[]>;
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
  /** How long deliveries, and objects that are done, are kept. Default: 14 days. */
  readonly retentionMs?: number;
  /** How long dead letters are kept. Default: 90 days. */
  readonly deadLetterRetentionMs?: number;
  /** How often what is older is deleted. Default: 10 minutes. */
  readonly sweepEveryMs?: number;
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
  sweepEveryMs: 10 * minute,
});
