import type { ColumnModel } from '../language/model.ts';
import type { FieldUse } from '../path/field-step.ts';
import type { Trail } from '../path/trail.ts';

export interface ShownData {
  /** From the root. */
  readonly trail: Trail;
  /** The field at its end. */
  readonly use: FieldUse | undefined;
  /** The personal field on the way, if there is one: `Customer.email`. */
  readonly personal: string | undefined;
}

export type Privacy = 'masked' | 'allowed' | 'plain';

/** A column that shows data, and how: what the leak guard compares. */
export interface Exposure extends ShownData {
  readonly column: ColumnModel;
  readonly columnName: string;
  readonly privacy: Privacy;
}
