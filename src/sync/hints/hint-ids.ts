/** An object of which something outside, such as a webhook, told that it has changed. */
export interface ToldId {
  /** A page key: the number of an order, the id of a return. */
  readonly id: number;
}

/** Where such ids wait, each until its records and a state have been written. */
export interface ToldIds {
  /** Takes up to `limit` ids that nobody else has taken; `type` is what a root calls its `webhookType`. */
  readonly claim: (type: string, limit: number) => Promise<readonly ToldId[]>;
  readonly done: (claimed: readonly ToldId[]) => Promise<void>;
  /** Not dealt with, through no fault of theirs. */
  readonly giveBack: (claimed: readonly ToldId[]) => Promise<void>;
  /** They cannot be read; the reason holds no personal data. */
  readonly fail: (claimed: readonly ToldId[], reason: string) => Promise<void>;
}
