import { ConnectorError } from '../errors.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import type { ColumnChange, MappedRow, RowContext } from './compiled.ts';
import type { Level } from './levels.ts';
import type { Read, Scope, Slot } from './scope.ts';

interface RowColumn {
  readonly name: string;
  readonly run: Read;
}

export interface RowPlan {
  /** The root first. */
  readonly levels: readonly Level[];
  readonly columns: readonly RowColumn[];
  readonly key: readonly string[];
}

const noChanges: readonly ColumnChange[] = Object.freeze([]);

/** The function that makes the rows of one stream out of one root object. */
export function rowFunction({
  levels,
  columns,
  key,
}: RowPlan): (object: Readonly<Record<string, unknown>>, context: RowContext) => readonly MappedRow[] {
  const names = columns.map(({ name }) => name);
  const runs = columns.map(({ run }) => run);
  const count = columns.length;
  const depth = levels.length - 1;
  // A copy of an object that has every column already is quicker than one that grows; a copy of a frozen one is not.
  const blank: Readonly<Record<string, unknown>> = Object.fromEntries(names.map((name) => [name, null]));

  const scope = rowScope();
  const makeRow = (): MappedRow => {
    scope.begin();
    const data: Record<string, unknown> = { ...blank };
    for (let at = 0; at < count; at += 1) {
      data[names[at] as string] = (runs[at] as Read)(scope);
    }
    return scope.end(data as JsonObject, key);
  };

  const walk = (at: number, rows: MappedRow[]): void => {
    const list = levels[at]?.read(scope.stack[at - 1]);
    if (!Array.isArray(list)) return;
    for (const element of list) {
      if (element === null || element === undefined) continue;
      scope.stack[at] = element;
      if (at === depth) rows.push(makeRow());
      else walk(at + 1, rows);
    }
  };

  return (object, { snapshotAt }) => {
    scope.enter(object, snapshotAt);
    if (depth === 0) return [makeRow()];
    const rows: MappedRow[] = [];
    walk(1, rows);
    return rows;
  };
}

interface RowScope extends Scope {
  readonly enter: (object: unknown, snapshotAt: string) => void;
  readonly begin: () => void;
  readonly end: (data: JsonObject, key: readonly string[]) => MappedRow;
}

/** One for all rows of a stream: rows are made one after the other, and never wait. */
function rowScope(): RowScope {
  const stack: unknown[] = [];
  let time = '';
  let changes: ColumnChange[] | undefined;
  let held: ColumnChange | undefined;
  return {
    stack,
    snapshotAt: () => time,
    enter: (object, snapshotAt) => {
      stack[0] = object;
      time = snapshotAt;
    },
    begin: () => {
      changes = undefined;
      held = undefined;
    },
    refuse: (slot, reason) => {
      if (slot.onError === 'fail') throw refused(slot, reason);
      const change = { column: slot.column, reason: `The value ${reason}.` };
      if (slot.onError === 'quarantine') held ??= change;
      else changes = [...(changes ?? []), change];
      return null;
    },
    end: (data, key) => {
      if (held === undefined) return { data, changes: changes ?? noChanges };
      return { quarantined: { ...held, key: key.map((name): JsonValue => data[name] ?? null) } };
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
