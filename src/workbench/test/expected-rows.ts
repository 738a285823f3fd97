import type { MappedRow } from '../../catalog/compile/compiled.ts';
import { didYouMean, inWords } from '../../catalog/language/near-match.ts';
import { isObject, type JsonObject, type JsonValue } from '../../json.ts';

/** Where a row is not what a test expects. */
export interface Difference {
  /** From 1. */
  readonly row: number;
  /** Inside of objects and lists with dots and brackets: `lines[0].sku`. */
  readonly column: string;
  readonly expected: JsonValue;
  readonly actual: JsonValue;
}

export interface Expectation {
  /** Undefined: the rows do not matter. */
  readonly rows: readonly JsonObject[] | undefined;
  /** A part of the sentence with which the mapping refuses something. */
  readonly error: string | undefined;
}

export interface Comparison {
  readonly differences: readonly Difference[];
  /** What is wrong apart from single values: sentences. */
  readonly faults: readonly string[];
}

/** Compares what came of an object with what a test expects; `refused` is the sentence that ended the mapping. */
export function compareRows(
  expectation: Expectation,
  rows: readonly MappedRow[],
  refused: string | undefined,
  columns: readonly string[],
): Comparison {
  const good = rows.flatMap((row) => ('data' in row ? [row.data] : []));
  const held = rows.flatMap((row) => ('quarantined' in row ? [row.quarantined] : []));
  const refusals = [
    ...(refused === undefined ? [] : [refused]),
    ...held.map(({ column, reason }) => `${column}: ${reason}`),
  ];
  const faults = faultsOfRefusals(expectation.error, refusals, held.length, good.length);
  const { rows: expected } = expectation;
  if (expected === undefined || refused !== undefined) return { differences: [], faults };
  const unknown = expected.flatMap((row) => Object.keys(row)).filter((name) => !columns.includes(name));
  return {
    differences: expected.flatMap((row, at) => {
      const actual = good[at];
      return actual === undefined ? [] : differencesInRow(row, actual, at + 1, unknown);
    }),
    faults: [
      ...faults,
      ...[...new Set(unknown)].map((name) => noSuchColumn(name, columns)),
      ...(expected.length === good.length
        ? []
        : [`${rowsInWords(expected.length)} expected, and ${rowsInWords(good.length)} came.`]),
    ],
  };
}

function faultsOfRefusals(
  expected: string | undefined,
  refusals: readonly string[],
  held: number,
  good: number,
): readonly string[] {
  if (expected === undefined) {
    return refusals.map((sentence) => `The mapping refuses this: ${sentence}`);
  }
  if (refusals.some((sentence) => sentence.includes(expected))) return [];
  if (refusals.length === 0) {
    return [
      `The mapping was to refuse this with "${expected}", and ${rowsInWords(good)} came. A column refuses a value only with \`on_error: fail\` or \`on_error: quarantine\`.`,
    ];
  }
  const how = held > 0 ? 'holds a row back' : 'refuses this';
  return [`The mapping ${how} with other words than "${expected}": ${refusals.join(' ')}`];
}

function noSuchColumn(name: string, columns: readonly string[]): string {
  const hint = didYouMean(name, columns) ?? `The columns are ${inWords(columns, 'and')}.`;
  return `\`expect\` names the column "${name}", and the stream has none of that name. ${hint}`;
}

function rowsInWords(count: number): string {
  return count === 1 ? '1 row' : `${count === 0 ? 'no' : count} rows`;
}

function differencesInRow(
  expected: JsonObject,
  actual: JsonObject,
  row: number,
  unknown: readonly string[],
): readonly Difference[] {
  return Object.entries(expected)
    .filter(([name]) => !unknown.includes(name))
    .flatMap(([name, value]) => differencesIn(value, actual[name] ?? null, name, row));
}

/** Of an object only the expected names count, of a list every element does. */
function differencesIn(
  expected: JsonValue,
  actual: JsonValue,
  column: string,
  row: number,
): readonly Difference[] {
  if (Array.isArray(expected) && Array.isArray(actual) && expected.length === actual.length) {
    return expected.flatMap((item: JsonValue, at) =>
      differencesIn(item, (actual as readonly JsonValue[])[at] ?? null, `${column}[${at}]`, row),
    );
  }
  if (isObject(expected) && isObject(actual)) {
    return Object.entries(expected as JsonObject).flatMap(([name, value]) =>
      differencesIn(value, (actual as JsonObject)[name] ?? null, `${column}.${name}`, row),
    );
  }
  return expected === actual ? [] : [{ row, column, expected, actual }];
}
