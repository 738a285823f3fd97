/** What happened to the rows of one stream in one run. */
export interface Tally {
  /** Rows written. */
  records: number;
  /** Rows that had to be read again, were as before, and were not written again. */
  unchanged: number;
  /** Rows told to be gone from the shop; among the records. */
  deleted: number;
  /** Rows held back by `on_error: quarantine`. */
  quarantined: number;
  /** Rows that were not written because a column of their key is null, by column. */
  readonly keyNull: Map<string, number>;
  /** Values that are null because they would not convert, by column. */
  readonly nulled: Map<string, number>;
}

export function emptyTally(): Tally {
  return { records: 0, unchanged: 0, deleted: 0, quarantined: 0, keyNull: new Map(), nulled: new Map() };
}

/** Whether there is anything to tell. */
export function isNews({ records, quarantined, keyNull }: Tally): boolean {
  return records > 0 || quarantined > 0 || keyNull.size > 0;
}

/** One sentence a stream, with what is not zero. */
export function describeTally(stream: string, tally: Tally): string {
  const parts = [`${tally.records} records`];
  if (tally.unchanged > 0) parts.push(`${tally.unchanged} read again and unchanged, so not written`);
  if (tally.deleted > 0) parts.push(`${tally.deleted} of them mark rows that are gone from the shop`);
  if (tally.quarantined > 0) parts.push(`${tally.quarantined} held back by on_error: quarantine`);
  for (const [column, count] of tally.keyNull)
    parts.push(`${count} rows not written, because their key is null: ${column} is null`);
  for (const [column, count] of tally.nulled)
    parts.push(`${count} values of ${column} would not convert and are null`);
  return `${stream}: ${parts.join('; ')}.`;
}
