import { resolve } from 'node:path';
import { isPiiHashed } from '../../catalog/privacy/pii-columns.ts';
import type { Surroundings } from '../../console/command-context.ts';
import { FINDINGS, SUCCESS } from '../../console/exit-code.ts';
import { ConnectorError } from '../../errors.ts';
import { type JsonObject, parseJson } from '../../json.ts';
import { readTextFile, TextFileError } from '../../text-file.ts';
import {
  type GivenFile,
  type GivenFiles,
  objectAt,
  runTests,
  type TestOutcome,
} from '../trial/catalog-test.ts';
import { type CatalogArguments, openCatalog, refuseErrors } from './open-catalog.ts';

/** Runs the tests that stand in a catalog. The exit code is 1 when one fails. */
export async function catalogTest(
  args: CatalogArguments & { readonly json: boolean },
  surroundings: Surroundings,
): Promise<number> {
  const { output } = surroundings;
  const open = await openCatalog(args, surroundings);
  try {
    refuseErrors(open);
    const { loaded, compiled, schemas, label, configuration } = open;
    const files = givenFiles(open.folder);
    const outcomes = await runTests({ loaded, compiled, schema: schemas.schema, files });
    const isTestKey = configuration === undefined && isPiiHashed(loaded);
    await output.writeText(args.json ? asJson(label, outcomes) : asText(label, outcomes, isTestKey));
    return outcomes.every(({ isPassed }) => isPassed) ? SUCCESS : FINDINGS;
  } finally {
    await open.close();
  }
}

function givenFiles(folder: string | undefined): GivenFiles {
  const read = new Map<string, Promise<unknown>>();
  return async (given) => {
    if (folder === undefined)
      throw noObject('An inline catalog has no folder from which `file` could start.');
    const path = resolve(folder, given.file);
    const content = read.get(path) ?? readJson(path, given);
    read.set(path, content);
    return objectIn(await content, given);
  };
}

async function readJson(path: string, { file }: GivenFile): Promise<unknown> {
  const text = await readTextFile(path).catch((cause: unknown) => {
    if (cause instanceof TextFileError) throw noObject(`The file ${file} ${cause.fault}.`);
    throw noObject(`The file ${file} cannot be read; its path starts at the folder of the catalog.`);
  });
  return parseJson(text, `the file ${file}`);
}

function objectIn(content: unknown, { file, at }: GivenFile): JsonObject {
  const object = objectAt(content, at);
  if (object !== undefined) return object;
  throw noObject(
    at === ''
      ? `The file ${file} holds no object: say where in it with \`at\`, such as \`at: data.orders[0]\`.`
      : `The file ${file} has no object at ${at}.`,
  );
}

function noObject(message: string): ConnectorError {
  return new ConnectorError({ kind: 'config', code: 'test/no_given_object', message });
}

const firstTest = `This catalog has no tests. Write some below a stream, and they run here and in CI:

    tests:
      - name: an order of two pieces
        given: { number: 7, grandTotal: { value: 125 } }
        expect: { number: 7, total: 125 }

\`given\` is an object as Centra's API gives it, \`expect\` the row that must come of it. A recorded answer will do too:
\`given: { file: ./answers.json, at: data.orders[0] }\`.
`;

function asText(label: string, outcomes: readonly TestOutcome[], isTestKey: boolean): string {
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

function asJson(catalog: string, outcomes: readonly TestOutcome[]): string {
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
