import type { ColumnModel } from '../language/model.ts';
import type { FieldUse } from '../path/field-step.ts';
import type { ValueType } from '../path/value-type.ts';
import type { Exposure } from '../privacy/exposure.ts';
import type { Selection } from '../query/selection.ts';
import type { Absence } from './absence.ts';
import type { RowColumn } from './row-code.ts';
import type { Read } from './scope.ts';

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
  /** The place of an element in its list, or what may be one. */
  readonly isPosition: boolean;
  /** Set for an unmasked column that is one field as it is. */
  readonly plainField: { readonly ups: number; readonly field: string } | undefined;
}
