import { createHash } from 'node:crypto';
import type { CompiledColumn, CompiledStream } from '../catalog/compile/compiled.ts';
import { isObject } from '../json.ts';
import type { UtcSecond } from '../time.ts';

/** What is kept of a row: enough to compare it, and not the row. */
export interface RowFacts {
  readonly key: string;
  /** The row's time of change or creation, or its parent's; empty when it has none. */
  readonly time: UtcSecond;
  /** As the API writes it; empty where the stream does not show it. */
  readonly status: string;
  readonly print: number;
  /** Of the amount columns, in their order, in units of 1/10,000 so that sums are exact. */
  readonly amounts: readonly number[];
}

/** How a stream's rows show what they are compared by. */
export interface RowView {
  readonly stream: CompiledStream;
  /** The column with the id of the root object, and the filter that finds it again. */
  readonly root: { readonly column: string; readonly filter: string };
  readonly statusColumn: string | undefined;
  readonly amountColumns: readonly string[];
  /** Whether the key may be shown to people: not when it is a person's data. */
  readonly isKeyShowable: boolean;
}

/** Undefined when a stream does not show which object its rows are from. */
export function rowView(stream: CompiledStream, statusFields: readonly string[]): RowView | undefined {
  const { columns, key, root: definition, cursor } = stream;
  const cursorSource = columns.find(({ name }) => name === cursor)?.source ?? '';
  const parent = /^\^*/.exec(cursorSource)?.[0] ?? '';
  const ofField = (field: string): CompiledColumn | undefined => {
    const candidates = columns.filter(
      ({ source, pii }) => source === `${parent}${field}` && pii === undefined,
    );
    return candidates.find(({ name }) => key.includes(name)) ?? candidates[0];
  };
  const filter = [definition.id, definition.pageKey.field].find((field) => ofField(field) !== undefined);
  const column = filter === undefined ? undefined : ofField(filter);
  if (filter === undefined || column === undefined) return undefined;
  return {
    stream,
    root: { column: column.name, filter },
    statusColumn: statusFields.map(ofField).find((found) => found !== undefined)?.name,
    amountColumns: columns.filter(isAmount).map(({ name }) => name),
    isKeyShowable: columns.every(({ name, pii }) => pii === undefined || !key.includes(name)),
  };
}

/** A number out of a MonetaryValue. */
function isAmount({ source, jsonSchema }: CompiledColumn): boolean {
  const types = Array.isArray(jsonSchema.type) ? jsonSchema.type : [jsonSchema.type];
  return types.includes('number') && /\.value$/.test(source);
}

export type RowData = Readonly<Record<string, unknown>>;

export function keyOf({ stream }: RowView, data: RowData): string {
  return stream.key.map((column) => String(data[column] ?? '')).join('/');
}

export function rootIdOf({ root }: RowView, data: RowData): string | undefined {
  const id = data[root.column];
  return typeof id === 'string' || typeof id === 'number' ? String(id) : undefined;
}

export function factsOf(view: RowView, data: RowData): RowFacts {
  const time = data[view.stream.cursor];
  const status = view.statusColumn === undefined ? '' : data[view.statusColumn];
  return {
    key: keyOf(view, data),
    time: typeof time === 'string' ? time : '',
    status: typeof status === 'string' ? status : '',
    print: printOf(view, data),
    amounts: view.amountColumns.map((column) => toUnits(data[column])),
  };
}

export const UNITS = 10_000;

function toUnits(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? Math.round(value * UNITS) : 0;
}

/** Six bytes of a hash of the columns in their order: that two versions look the same has a chance of one in 280 million million. */
function printOf({ stream }: RowView, data: RowData): number {
  const values = stream.columns.map(({ name }) => inOrder(data[name]));
  return createHash('sha1').update(JSON.stringify(values)).digest().readUIntBE(0, 6);
}

/** What a pipeline between here and there may have sorted. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (!isObject(value)) return value ?? null;
  return Object.keys(value)
    .sort()
    .map((name) => [name, inOrder(value[name])]);
}

/** The columns in which two rows differ. */
export function differingColumns({ stream }: RowView, a: RowData, b: RowData): readonly string[] {
  return stream.columns
    .map(({ name }) => name)
    .filter((name) => JSON.stringify(inOrder(a[name])) !== JSON.stringify(inOrder(b[name])));
}
