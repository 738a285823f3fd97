import type { Absence } from '../column/absence.ts';
import type { ColumnContext } from '../column/column-context.ts';
import type { Read, Step } from '../column/scope.ts';
import type { ColumnKeyword, ColumnModel } from '../language/model.ts';
import type { FieldUse } from '../path/field-step.ts';
import type { ValueType } from '../path/value-type.ts';
import type { Exposure, Privacy, ShownData } from '../privacy/exposure.ts';
import type { Selection } from '../query/selection.ts';

/**
 * Where a column's value comes from. A file for each, and an entry in `registry.ts`; the keyword itself is a property
 * of a column in schemas/catalog.schema.json.
 */
export interface SourceOperator {
  readonly keyword: ColumnKeyword;
  /** Keywords that belong to it and mean nothing alone. */
  readonly companions: readonly ColumnKeyword[];
  /** Undefined when a problem was reported. */
  readonly compile: (column: ColumnModel, context: ColumnContext) => Source | undefined;
}

export interface Source {
  /** For people: the path. */
  readonly text: string;
  readonly type: ValueType;
  readonly read: Read;
  /** The deepest level of the row that it looks at, 0 for the root. */
  readonly at: number;
  /** Set where reading is nothing but following these keys from the object on that level. */
  readonly keys: readonly string[] | undefined;
  /** Whether `read` gives values in the form of `type`, and not as the API wrote them. */
  readonly isConverted: boolean;
  /** From the root. */
  readonly selection: Selection;
  readonly uses: readonly FieldUse[];
  /** The data that the source itself shows; that of nested columns is theirs. */
  readonly shows: readonly ShownData[];
  /** What is not there to be read, though the catalog is right to name it. */
  readonly absences: readonly Absence[];
  /** Nothing is left to read because of them. */
  readonly isMissing: boolean;
  readonly description: string | undefined;
  /** Set for a path that is nothing but the name of one field, so many levels up. */
  readonly plainField: { readonly ups: number; readonly field: string } | undefined;
  /** The place of an element in its list, or what may be one. */
  readonly isPosition: boolean;
  /** What the columns inside of it show. */
  readonly nested: readonly Exposure[];
}

/** What happens to a value on its way into a column. */
export interface StepOperator {
  readonly keyword: ColumnKeyword;
  readonly companions: readonly ColumnKeyword[];
  /** Raw steps come before a value is brought to the form of its type. */
  readonly stage: 'raw' | 'value';
  /** For a raw step also without its keyword, because a column may need it. */
  readonly compile: (column: ColumnModel, input: StepInput, context: ColumnContext) => StepOutcome;
}

interface StepInput {
  readonly type: ValueType;
  readonly source: Source;
}

export type StepOutcome =
  | { readonly kind: 'same'; readonly privacy?: Privacy }
  | { readonly kind: 'step'; readonly type: ValueType; readonly run: Step; readonly privacy?: Privacy }
  /** The column is left out. */
  | { readonly kind: 'dropped' }
  /** A problem was reported. */
  | { readonly kind: 'invalid' };

export const same: StepOutcome = Object.freeze({ kind: 'same' });
export const invalid: StepOutcome = Object.freeze({ kind: 'invalid' });
