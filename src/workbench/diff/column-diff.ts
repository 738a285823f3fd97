import { columnTypeOf } from '../../catalog/compile/column-type.ts';
import type { JsonValue } from '../../json.ts';
import type { Change } from './change.ts';
import type { SideColumn, SideStream } from './diff-side.ts';

/** What changes in the columns of one stream: those that are gone, then the others in their new order. */
export function columnChanges(before: SideStream, after: SideStream): readonly Change[] {
  const old = new Map(before.columns.map((column) => [column.name, column]));
  const present = new Map(after.columns.map((column) => [column.name, column]));
  const removed = before.columns.filter(({ name }) => !present.has(name));
  const added = after.columns.filter(({ name }) => !old.has(name));
  return [
    ...removed.map((column) => columnRemoved(after.name, column, added)),
    ...after.columns.flatMap((column) => {
      const previous = old.get(column.name);
      if (previous === undefined) return [columnAdded(after.name, column)];
      const types = typeChanges(after.name, column.name, previous.jsonSchema, column.jsonSchema);
      const makings = makingChange(after.name, previous, column);
      // Other steps that give another type are one change.
      const isSaid = types.some(
        ({ column: changed, before: old }) => changed === column.name && old !== undefined,
      );
      return [...types, ...makings.filter(({ kind }) => !isSaid || kind !== 'steps_changed')];
    }),
  ];
}

function columnRemoved(stream: string, column: SideColumn, added: readonly SideColumn[]): Change {
  const heir = added.find(
    ({ making }) => making !== undefined && making.definition === column.making?.definition,
  );
  const isRenamed =
    heir === undefined ? '' : `, and "${heir.name}" has the same source: it may be a new name`;
  return {
    stream,
    column: column.name,
    kind: 'column_removed',
    before: columnTypeOf(column.jsonSchema).name,
    what: `the column is gone${isRenamed}`,
    action: 'drop_or_keep',
    todo:
      heir === undefined
        ? 'The old column stays and is empty in new rows: drop it, or keep it for what it holds.'
        : `The old column stays and is empty in new rows: copy it into "${heir.name}", or read the stream again.`,
  };
}

function columnAdded(stream: string, { name, jsonSchema }: SideColumn): Change {
  const type = columnTypeOf(jsonSchema).name;
  return {
    stream,
    column: name,
    kind: 'column_added',
    after: type,
    what: `a new column (${type})`,
    action: 'add',
    todo: 'A new column, empty in rows that are there already: read the stream again if they should have it.',
  };
}

function makingChange(stream: string, before: SideColumn, after: SideColumn): readonly Change[] {
  const [old, present] = [before.making, after.making];
  if (old === undefined || present === undefined || old.definition === present.definition) return [];
  const change = { stream, column: after.name, action: 'resync' } as const;
  if (old.pii !== present.pii) {
    const [from, to] = [old.pii ?? 'none', present.pii ?? 'none'];
    return [
      {
        ...change,
        kind: 'pii_changed',
        before: from,
        after: to,
        what: `\`pii\` changes from ${from} to ${to}`,
        todo: 'Clear the table and read the stream again: rows that are there already still hold what the old rule let through.',
      },
    ];
  }
  const isSource = old.source !== present.source;
  return [
    {
      ...change,
      kind: isSource ? 'source_changed' : 'steps_changed',
      before: isSource ? old.source : old.definition,
      after: isSource ? present.source : present.definition,
      what: isSource ? `the source changes from ${old.source} to ${present.source}` : 'its steps change',
      todo: 'Read the stream again: rows that are there already hold values of the old kind.',
    },
  ];
}

/** The type of a column, and what is inside of it: a destination keeps objects and lists as JSON. */
function typeChanges(stream: string, column: string, before: JsonValue, after: JsonValue): readonly Change[] {
  const [old, present] = [columnTypeOf(before), columnTypeOf(after)];
  if (old.name !== present.name) return [typeChange(stream, column, old.name, present.name)];
  if (old.properties !== undefined && present.properties !== undefined) {
    return insideChanges(stream, column, Object.entries(old.properties), present.properties);
  }
  if (old.isNullable === present.isNullable) return [];
  const what = present.isNullable ? 'it can be null now' : 'it is never null any more';
  return [
    {
      stream,
      column,
      kind: present.isNullable ? 'nullable' : 'not_nullable',
      what,
      action: 'none',
      todo: present.isNullable
        ? 'Nothing in the destination; a model or a test that counts on a value must learn of it.'
        : 'Nothing; rows that are there already may still be empty.',
    },
  ];
}

function typeChange(stream: string, column: string, from: string, to: string): Change {
  const isWider = widenings.has(`${from} → ${to}`);
  return {
    stream,
    column,
    kind: isWider ? 'type_widened' : 'type_changed',
    before: from,
    after: to,
    what: `the type changes from ${from} to ${to}`,
    action: isWider ? 'widen' : 'resync',
    todo: isWider
      ? 'The column becomes wider, which keeps every value.'
      : 'Clear the table and read the stream again: the old values do not fit into the new type.',
  };
}

/** Every value of the one is a value of the other, and destinations change the column in place. */
const widenings: ReadonlySet<string> = new Set(['integer → number', 'list of integer → list of number']);

function insideChanges(
  stream: string,
  column: string,
  before: readonly (readonly [string, JsonValue])[],
  after: Readonly<Record<string, JsonValue>>,
): readonly Change[] {
  const old = new Set(before.map(([name]) => name));
  const added = Object.keys(after).filter((name) => !old.has(name));
  return [
    ...before.flatMap(([name, schema]): readonly Change[] => {
      const present = after[name];
      const inner = `${column}.${name}`;
      if (present !== undefined) return typeChanges(stream, inner, schema, present);
      return [
        {
          stream,
          column: inner,
          kind: 'nested_removed',
          what: 'it is gone from the objects in the column',
          action: 'drop_or_keep',
          todo: 'Nothing in the table, which holds JSON; whatever takes it out of the JSON must do without it.',
        },
      ];
    }),
    ...added.map((name): Change => {
      const type = columnTypeOf(after[name]).name;
      return {
        stream,
        column: `${column}.${name}`,
        kind: 'nested_added',
        after: type,
        what: `it is new in the objects in the column (${type})`,
        action: 'none',
        todo: 'Nothing: the column holds JSON.',
      };
    }),
  ];
}
