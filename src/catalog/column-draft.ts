import type { Absence } from './absence.ts';
import type { Exposure } from './exposure.ts';
import type { FieldUse } from './field-step.ts';
import type { ColumnModel } from './model.ts';
import type { RowColumn } from './row-code.ts';
import type { Read } from './scope.ts';
import type { Selection } from './selection.ts';
import type { ValueType } from './value-type.ts';

/** A column that compiled. */
export interface ColumnDraft extends RowColumn {
  readonly model: ColumnModel;
  readonly type: ValueType;
  readonly description: string | undefined;
  /** For people. */
  readonly text: string;
  /** What the source gives, before any step. */
  readonly read: Read;
  /** From the root. */
  readonly selection: Selection;
  readonly uses: readonly FieldUse[];
  readonly exposures: readonly Exposure[];
  readonly pii: string | undefined;
  readonly isDropped: boolean;
  /** Why the column is always empty. */
  readonly missing: Absence | undefined;
  /** Set for an unmasked column that is one field as it is. */
  readonly plainField: { readonly ups: number; readonly field: string } | undefined;
}
