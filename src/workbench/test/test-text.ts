import type { TestOutcome } from './catalog-test.ts';

const firstTest = `This catalog has no tests. Write some below a stream, and they run here and in CI:

    tests:
      - name: an order of two pieces
        given: { number: 7, grandTotal: { value: 125 } }
        expect: { number: 7, total: 125 }

\`given\` is an object as Centra's API gives it, \`expect\` the row that must come of it. A recorded answer will do too:
\`given: { file: ./answers.json, at: data.orders[0] }\`.
`;

/** For people. */
export function testText(label: string, outcomes: readonly TestOutcome[], isTestKey: boolean): string {
  if (outcomes.length === 0) return `${label}\n\n${firstTest}`;
  const failed = outcomes.filter(({ isPassed }) => !isPassed).length;
  const total = `${outcomes.length} ${outcomes.length === 1 ? 'test' : 'tests'}: ${outcomes.length - failed} passed, ${failed} failed.`;
  const key = isTestKey
    ? '`pii: hash` has a fixed test key here, which everybody knows; --config takes the key of a configuration.\n'
    : '';
  return `${label}\n\n${outcomes.map(outcomeText).join('')}\n${total}\n${key}`;
}

function outcomeText(outcome: TestOutcome): string {
  const { stream, name, place, isPassed, faults, notes } = outcome;
  if (isPassed) return `  ok    ${stream}: ${name}\n`;
  const lines = [...differenceLines(outcome), ...faults, ...notes];
  const where = `${place.file}:${place.line}:${place.column}`;
  return `  FAIL  ${stream}: ${name}  (${where})\n${lines.map((line) => `          ${line}\n`).join('')}`;
}

/** A column a line, the columns of text below each other. */
function differenceLines({ differences }: TestOutcome): readonly string[] {
  const isOneRow = differences.every(({ row }) => row === 1);
  const cells = differences.map(({ row, column, expected, actual }) => [
    isOneRow ? column : `row ${row}, ${column}`,
    `expected ${JSON.stringify(expected)}`,
    `got ${JSON.stringify(actual)}`,
  ]);
  const width = (at: number): number => Math.min(48, Math.max(...cells.map((row) => row[at]?.length ?? 0)));
  const [first, second] = [width(0), width(1)];
  return cells.map(([column = '', expected = '', actual = '']) =>
    `${column.padEnd(first)}  ${expected.padEnd(second)}  ${actual}`.trimEnd(),
  );
}

/** For machines. */
export function testJson(catalog: string, outcomes: readonly TestOutcome[]): string {
  const tests = outcomes.map(({ stream, name, place, isPassed, differences, faults, notes }) => ({
    stream,
    name,
    ...place,
    passed: isPassed,
    differences,
    faults,
    notes,
  }));
  const failed = tests.filter(({ passed }) => !passed).length;
  return `${JSON.stringify({ catalog, passed: tests.length - failed, failed, tests }, undefined, 2)}\n`;
}
