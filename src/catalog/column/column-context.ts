import type { GraphQLSchema } from 'graphql';
import type { ColumnModel } from '../language/model.ts';
import type { Report } from '../language/problem.ts';
import type { Place } from '../language/source-node.ts';
import type { SchemaView } from '../path/field-step.ts';
import type { Level } from '../path/levels.ts';
import type { PiiHash } from '../privacy/pii-hash.ts';
import type { ColumnDraft } from './column-draft.ts';
import type { Slot } from './scope.ts';

/** What a stream gives to the compile of its columns. */
export interface StreamContext {
  readonly stream: string;
  readonly view: SchemaView;
  /** The bundled schema: holds the permissions, and what other versions of the API have. */
  readonly reference: GraphQLSchema;
  readonly levels: readonly Level[];
  readonly piiHash: PiiHash;
  /** What the token may not see. */
  readonly withoutPermissions: ReadonlySet<string>;
  readonly report: Report;
  /** The names that `key` holds. */
  readonly key: ReadonlySet<string>;
  /** Names of the columns around, each with a dot. */
  readonly prefix: string;
}

/** What one column's operators see. */
export interface ColumnContext extends StreamContext {
  /** With the names of the columns around. */
  readonly columnName: string;
  readonly slot: Slot;
  readonly say: (
    severity: 'error' | 'warning',
    code: string,
    place: Place,
    message: string,
    hint?: string,
  ) => void;
  /** Compiles the columns of an `each`. Given here because operators do not know the compiler that calls them. */
  readonly compileColumns: (
    columns: readonly ColumnModel[],
    context: StreamContext,
  ) => readonly ColumnDraft[];
}

export function isKeyColumn({
  key,
  prefix,
  columnName,
}: Pick<ColumnContext, 'key' | 'prefix' | 'columnName'>): boolean {
  return prefix === '' && key.has(columnName);
}
