import type { Level } from '../path/levels.ts';
import type { Read, Scope, Step } from './scope.ts';

/** A column as rows are made of it. */
export interface RowColumn {
  readonly name: string;
  /** The deepest level of the row that it looks at, 0 for the root: rows that share that object share the value. */
  readonly at: number;
  readonly run: Read;
  /** The same, where the source is nothing but following keys from the object on that level. */
  readonly direct: DirectColumn | undefined;
}

interface DirectColumn {
  readonly keys: readonly string[];
  /** What comes after the keys. */
  readonly finish: Step;
  /** Values of this kind are finished as they are. */
  readonly passes: PassingKind | undefined;
}

export type PassingKind = 'string' | 'integer' | 'number' | 'boolean';

/** The row that is being made, for the generated code. */
export interface CodeScope<Row> extends Scope {
  /** Before the values that belong to the objects of one level are made. */
  readonly level: (at: number) => void;
  readonly end: (data: Record<string, unknown>) => Row;
}

/** Makes the rows below the root object that is on the stack. */
export type RowMaker = <Row>(scope: CodeScope<Row>, rows: Row[]) => void;

/**
 * The function of one stream, written out as code and compiled by the engine. Closures would do the same, but all columns
 * share theirs, so the engine cannot learn where each of them finds its key: mapping took more than three times as long
 * (`npm run bench:mapping`). The code holds numbers and, as string literals, names of columns and fields; nothing else of
 * a catalog.
 */
export function rowMaker(levels: readonly Level[], columns: readonly RowColumn[]): RowMaker {
  const make = new Function('runs', 'finishes', codeOf(levels, columns)) as (
    runs: readonly Read[],
    finishes: readonly (Step | undefined)[],
  ) => RowMaker;
  return make(
    columns.map(({ run }) => run),
    columns.map(({ direct }) => direct?.finish),
  );
}

interface NumberedColumn extends RowColumn {
  readonly index: number;
}

function codeOf(levels: readonly Level[], columns: readonly RowColumn[]): string {
  const depth = levels.length - 1;
  const numbered = columns.map((column, index): NumberedColumn => ({ ...column, index }));
  const functions = numbered.map(({ index, direct }) =>
    direct === undefined
      ? `const run${index} = runs[${index}];`
      : `const finish${index} = finishes[${index}];`,
  );
  const properties = numbered.map((column) => {
    const value =
      column.at === depth ? valueCode(column, prefixesOf(numbered, depth)) : `value${column.index}`;
    return `${JSON.stringify(column.name)}: ${value}`;
  });
  const row = [
    ...Array.from({ length: depth }, (_, at) => sharedValues(numbered, at)).flat(),
    `scope.level(${depth});`,
    ...declarations(numbered, depth),
    `rows.push(scope.end({ ${properties.join(', ')} }));`,
  ];
  return [
    '"use strict";',
    'const objectIn = (value) => typeof value === "object" ? value : null;',
    ...functions,
    'return (scope, rows) => {',
    'const { stack, positions } = scope;',
    'const object0 = objectIn(stack[0]);',
    'let raw;',
    ...loops(levels, numbered, 1, row),
    '};',
  ].join('\n');
}

/** A loop for each level below the root, the row inside of the innermost. */
function loops(
  levels: readonly Level[],
  columns: readonly NumberedColumn[],
  at: number,
  row: readonly string[],
): readonly string[] {
  const level = levels[at];
  if (level === undefined) return row;
  const keys = level.steps.map(({ field }) => field.responseKey);
  const above = at - 1;
  const shared = columns.filter((column) => column.at === above).map(({ index }) => `, value${index}`);
  return [
    `let isNew${above} = true${shared.join('')};`,
    `const list${at} = ${keys.reduce((from, key) => `objectIn(${from})${keyCode(key)}`, `object${above}`)};`,
    `let position${at} = 0;`,
    `if (Array.isArray(list${at})) for (const element${at} of list${at}) {`,
    `position${at} += 1;`,
    `if (element${at} === null || element${at} === undefined) continue;`,
    `stack[${at}] = element${at};`,
    `positions[${at}] = position${at};`,
    `const object${at} = objectIn(element${at});`,
    ...loops(levels, columns, at + 1, row),
    '}',
  ];
}

/** What the rows below one object share is made with the first of them: where there is no row, nothing can be refused. */
function sharedValues(columns: readonly NumberedColumn[], at: number): readonly string[] {
  const own = columns.filter((column) => column.at === at);
  if (own.length === 0) return [];
  const prefixes = prefixesOf(columns, at);
  return [
    `if (isNew${at}) {`,
    `isNew${at} = false;`,
    `scope.level(${at});`,
    ...declarations(columns, at),
    ...own.map((column) => `value${column.index} = ${valueCode(column, prefixes)};`),
    '}',
  ];
}

/** The objects on the way to the values of one level, each reached once: from their keys to the names of their variables. */
function prefixesOf(columns: readonly NumberedColumn[], at: number): ReadonlyMap<string, string> {
  const prefixes = new Map<string, string>();
  for (const { direct, at: own } of columns) {
    if (own !== at || direct === undefined) continue;
    for (let length = 1; length < direct.keys.length; length += 1) {
      const prefix = JSON.stringify(direct.keys.slice(0, length));
      if (!prefixes.has(prefix)) prefixes.set(prefix, `inner${at}_${prefixes.size}`);
    }
  }
  return prefixes;
}

function declarations(columns: readonly NumberedColumn[], at: number): readonly string[] {
  const prefixes = prefixesOf(columns, at);
  return [...prefixes].map(([prefix, name]) => {
    const keys = JSON.parse(prefix) as readonly string[];
    return `const ${name} = objectIn(${keyed(keys, at, prefixes)});`;
  });
}

/** The value at the end of keys, from the last object on the way. */
function keyed(keys: readonly string[], at: number, prefixes: ReadonlyMap<string, string>): string {
  const owner = prefixes.get(JSON.stringify(keys.slice(0, -1))) ?? `object${at}`;
  return owner + keyCode(keys.at(-1) ?? '');
}

function keyCode(key: string): string {
  return `?.[${JSON.stringify(key)}]`;
}

const passing: Readonly<Record<PassingKind, string>> = {
  string: 'typeof raw === "string"',
  integer: 'Number.isSafeInteger(raw)',
  number: 'Number.isFinite(raw)',
  boolean: 'typeof raw === "boolean"',
};

function valueCode({ index, at, direct }: NumberedColumn, prefixes: ReadonlyMap<string, string>): string {
  if (direct === undefined) return `run${index}(scope)`;
  const raw = keyed(direct.keys, at, prefixes);
  if (direct.passes === undefined) return `finish${index}(${raw}, scope)`;
  return `(raw = ${raw}, ${passing[direct.passes]} ? raw : finish${index}(raw, scope))`;
}
