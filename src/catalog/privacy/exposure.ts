import type { ColumnModel } from '../language/model.ts';
import type { FieldUse } from '../path/field-step.ts';

/** Which data a path reaches, whatever its arguments and indexes: for telling whether two columns show the same. */
export interface Trail {
  readonly names: readonly string[];
  /** The attribute that it picks from the `elements` at its end. */
  readonly pick: string | undefined;
}

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
