/** What a destination must do about a change. */
type DiffAction =
  /** It goes on as before. */
  | 'none'
  /** It adds a table or a column by itself. */
  | 'add'
  /** Its column becomes wider, which keeps every value. */
  | 'widen'
  /** The old table or column stays as it was, until somebody drops it. */
  | 'drop_or_keep'
  /** The stream must be read again from the beginning. */
  | 'resync';

export interface Change {
  readonly stream: string;
  readonly column?: string;
  /** Stable, for machines: `column_removed`. */
  readonly kind: string;
  readonly before?: string;
  readonly after?: string;
  /** What changed: a clause. */
  readonly what: string;
  readonly action: DiffAction;
  /** What the destination has to do: a sentence. */
  readonly todo: string;
}

const needingAction: ReadonlySet<DiffAction> = new Set(['drop_or_keep', 'resync']);

export function needsAction({ action }: Change): boolean {
  return needingAction.has(action);
}
