import type { SourceNode } from '../language/source-node.ts';
import type { Selection } from '../query/selection.ts';
import type { FieldUse, SchemaView } from './field-step.ts';
import type { Reader } from './reading.ts';
import type { Trail } from './trail.ts';
import type { ValueType } from './value-type.ts';

/** What a path comes to on one type: what to ask for, how to read the answer, and what it is. */
export interface Resolved {
  /** The values as the API wrote them. */
  readonly read: Reader;
  /** Set where reading is nothing but following these keys. */
  readonly keys: readonly string[] | undefined;
  readonly type: ValueType;
  readonly selection: Selection;
  readonly uses: readonly FieldUse[];
  readonly trail: Trail;
  readonly description: string | undefined;
}

export interface Resolving {
  readonly view: SchemaView;
  /** The text of the path in the catalog. */
  readonly node: SourceNode;
  /** The path as far as it has come, for the hints. */
  readonly written: string;
}
