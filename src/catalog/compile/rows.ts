import { ConnectorError } from '../../errors.ts';
import type { JsonObject, JsonValue } from '../../json.ts';
import { type CodeScope, type RowColumn, type RowMaker, rowMaker } from '../column/row-code.ts';
import type { Slot } from '../column/scope.ts';
import type { Level } from '../path/levels.ts';
import type { ColumnChange, MappedRow, RowContext } from './compiled.ts';

export interface RowPlan {
  /** The root first. */
  readonly levels: readonly Level[];
  readonly columns: readonly RowColumn[];
  readonly key: readonly string[];
  readonly holdsBackNullKeys: boolean;
}

const noChanges: readonly ColumnChange[] = Object.freeze([]);

/** The function that makes the rows of one stream out of one root object. */
export function rowFunction({
  levels,
  columns,
  key,
  holdsBackNullKeys,
}: RowPlan): (object: Readonly<Record<string, unknown>>, context: RowContext) => readonly MappedRow[] {
  const scope = rowScope(key, holdsBackNullKeys);
  // Not before it is needed: a discover compiles streams and reads none.
  let make: RowMaker | undefined;
  return (object, { snapshotAt, isPartial = false }) => {
    make ??= rowMaker(levels, columns);
    scope.enter(object, snapshotAt, isPartial);
    const rows: MappedRow[] = [];
    make(scope, rows);
    return rows;
  };
}

interface RowScope extends CodeScope<MappedRow> {
  readonly enter: (object: unknown, snapshotAt: string, isPartial: boolean) => void;
}

/** What was refused of the values that belong to the objects of one level. */
interface Refusals {
  changes: readonly ColumnChange[];
  held: ColumnChange | undefined;
}

/** One for all rows of a stream: rows are made one after the other, and never wait. */
function rowScope(key: readonly string[], holdsBackNullKeys: boolean): RowScope {
  const stack: unknown[] = [];
  const positions: number[] = [];
  const byLevel: (Refusals | undefined)[] = [];
  let time = '';
  let current = 0;
  let isAnyRefused = false;
  let isPartial = false;
  const keyIn = (values: JsonObject) => key.map((name): JsonValue => values[name] ?? null);
  const nullIn = (values: JsonObject): string | undefined => {
    if (holdsBackNullKeys && !isPartial) for (const name of key) if (values[name] === null) return name;
    return undefined;
  };
  const refusalsHere = (): Refusals => {
    isAnyRefused = true;
    const refusals = byLevel[current] ?? { changes: noChanges, held: undefined };
    byLevel[current] = refusals;
    return refusals;
  };
  return {
    stack,
    positions,
    snapshotAt: () => time,
    enter: (object, snapshotAt, partial) => {
      stack[0] = object;
      time = snapshotAt;
      isPartial = partial;
      isAnyRefused = false;
      byLevel.length = 0;
    },
    level: (at) => {
      current = at;
      if (isAnyRefused) byLevel[at] = undefined;
    },
    refuse: (slot, reason, isLoss = false) => {
      if (slot.onError === 'fail') throw refused(slot, reason);
      const change = { column: slot.column, reason: `The value ${reason}.`, ...(isLoss && { isLoss }) };
      const refusals = refusalsHere();
      if (slot.onError === 'quarantine') refusals.held ??= change;
      else refusals.changes = [...refusals.changes, change];
      return null;
    },
    alter: ({ column }, reason) => {
      const refusals = refusalsHere();
      const change = { column, reason: `The value ${reason}.`, isLoss: true, isKept: true };
      refusals.changes = [...refusals.changes, change];
    },
    end: (data) => {
      const values = data as JsonObject;
      const refusals = isAnyRefused ? byLevel.filter((one) => one !== undefined) : [];
      const held = refusals.find((one) => one.held !== undefined)?.held;
      if (held !== undefined) return { quarantined: { ...held, key: keyIn(values) } };
      const column = nullIn(values);
      if (column !== undefined) {
        const reason = 'The value is null, and the column is in the key.';
        return { quarantined: { column, reason, key: keyIn(values), isKeyNull: true } };
      }
      if (!isAnyRefused) return { data: values, changes: noChanges };
      return { data: values, changes: refusals.flatMap(({ changes }) => changes) };
    },
  };
}

/** Says which column, and never the value. */
function refused({ stream, column }: Slot, reason: string): ConnectorError {
  return new ConnectorError({
    kind: 'mapping',
    code: 'mapping/refused_value',
    stream,
    message: `${stream}.${column}: a value ${reason}, and the column says \`on_error: fail\`.`,
    hint: "Correct the value in Centra, change the column's steps, or say `on_error: quarantine`, which holds only the row back.",
  });
}
