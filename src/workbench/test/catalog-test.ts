import type { GraphQLSchema } from 'graphql';
import type { CompiledCatalog } from '../../catalog/compile/compile.ts';
import type { CompiledStream, MappedRow } from '../../catalog/compile/compiled.ts';
import type { LoadedCatalog } from '../../catalog/language/load.ts';
import type { StreamModel, TestModel } from '../../catalog/language/model.ts';
import { type Place, plainValue, type SourceNode, textOf } from '../../catalog/language/source-node.ts';
import { piiColumns } from '../../catalog/privacy/pii-columns.ts';
import { ConnectorError } from '../../errors.ts';
import { isObject, type JsonObject } from '../../json.ts';
import { rootType } from '../../roots/derive.ts';
import { compareRows, type Difference, type Expectation } from './expected-rows.ts';
import { answerOf } from './given-object.ts';

/** When the snapshot of a test begins, so that `snapshot_at` can be expected too. */
const SNAPSHOT_AT = '2000-01-01T00:00:00Z';

export interface TestOutcome {
  readonly stream: string;
  readonly name: string;
  readonly place: Place;
  readonly isPassed: boolean;
  readonly differences: readonly Difference[];
  /** What is wrong apart from single values: sentences. */
  readonly faults: readonly string[];
  /** What may explain it. */
  readonly notes: readonly string[];
}

/** An object in a file of recorded answers: `given: { file: ./answers.json, at: data.orders[0] }`. */
export interface GivenFile {
  readonly file: string;
  readonly at: string;
}

/** Finds the object that a file holds; throws a ConnectorError where it does not. */
export type GivenFiles = (given: GivenFile, place: Place) => Promise<JsonObject>;

export interface TestInput {
  readonly loaded: LoadedCatalog;
  readonly compiled: CompiledCatalog;
  readonly schema: GraphQLSchema;
  readonly files: GivenFiles;
}

/** Runs the tests that stand in a catalog, in its order. */
export async function runTests(input: TestInput): Promise<readonly TestOutcome[]> {
  const outcomes: TestOutcome[] = [];
  for (const stream of input.loaded.catalog.streams) {
    for (const [at, test] of stream.tests.entries()) {
      const { name = `test ${at + 1}`, place } = test;
      const result = await runTest(test, stream, input);
      const isPassed = result.differences.length === 0 && result.faults.length === 0;
      outcomes.push({ stream: stream.name, name, place, isPassed, ...result });
    }
  }
  return outcomes;
}

type TestResult = Pick<TestOutcome, 'differences' | 'faults' | 'notes'>;

async function runTest(test: TestModel, model: StreamModel, input: TestInput): Promise<TestResult> {
  const stream = input.compiled.streams.find(({ name }) => name === model.name);
  if (stream === undefined) {
    const unreadable = input.compiled.unreadable.find((other) => other.stream === model.name);
    return failed(unreadable?.reason ?? 'The stream did not compile.');
  }
  const file = givenFile(test.given);
  try {
    const given =
      file === undefined ? (plainValue(test.given) as JsonObject) : await input.files(file, test.given.place);
    const { answer, faults, notes } = answerOf(given, {
      schema: input.schema,
      type: rootType(stream.root.root, input.schema)?.name ?? '',
      selection: stream.selection,
      isRecorded: file !== undefined,
    });
    if (faults.length > 0) return { differences: [], faults, notes: [] };
    const mapped = mapObject(stream, answer);
    const comparison = compareRows(
      expectationOf(test),
      mapped.rows,
      mapped.refused,
      stream.columns.map(({ name }) => name),
    );
    const differences =
      file === undefined
        ? comparison.differences
        : withoutPersons(comparison.differences, allowedIn(stream.name, input.loaded));
    return { ...comparison, differences, notes };
  } catch (error) {
    if (error instanceof ConnectorError && error.kind === 'config') return failed(error.message);
    throw error;
  }
}

function failed(fault: string): TestResult {
  return { differences: [], faults: [fault], notes: [] };
}

function mapObject(
  stream: CompiledStream,
  answer: Readonly<Record<string, unknown>>,
): { readonly rows: readonly MappedRow[]; readonly refused: string | undefined } {
  try {
    return { rows: stream.rows(answer, { snapshotAt: SNAPSHOT_AT, isPartial: true }), refused: undefined };
  } catch (error) {
    if (error instanceof ConnectorError && error.kind === 'mapping')
      return { rows: [], refused: error.message };
    throw error;
  }
}

function givenFile(given: SourceNode): GivenFile | undefined {
  if (given.kind !== 'map') return undefined;
  const file = textOf(given.entries.get('file')?.value);
  const isReference = [...given.entries.keys()].every((name) => name === 'file' || name === 'at');
  if (file === undefined || !isReference) return undefined;
  return { file, at: textOf(given.entries.get('at')?.value) ?? '' };
}

function expectationOf({ expect, expectError }: TestModel): Expectation {
  const value = expect === undefined ? undefined : plainValue(expect);
  const rows = value === undefined || Array.isArray(value) ? value : [value];
  return { rows: rows as readonly JsonObject[] | undefined, error: expectError };
}

/** Recorded answers may be those of real customers: what a mapping lets through is not for the log of a test. */
function withoutPersons(
  differences: readonly Difference[],
  allowed: ReadonlySet<string>,
): readonly Difference[] {
  return differences.map((difference) => {
    const name = /^[^.[]*/.exec(difference.column)?.[0] ?? '';
    return allowed.has(name) ? { ...difference, actual: '[personal data, not shown]' } : difference;
  });
}

/** The columns of a stream that let personal data through, themselves or inside of them. */
function allowedIn(stream: string, loaded: LoadedCatalog): ReadonlySet<string> {
  const found = piiColumns(loaded).filter((column) => column.stream === stream && column.pii === 'allow');
  return new Set(found.map(({ columnName }) => columnName.split('.')[0] ?? ''));
}

/** The object at a path such as `data.orders[0]`; a recorded file may have its answer under `response`. */
export function objectAt(value: unknown, at: string): JsonObject | undefined {
  const found = follow(value, at) ?? (isObject(value) ? follow(value.response, at) : undefined);
  return isObject(found) ? (found as JsonObject) : undefined;
}

function follow(value: unknown, at: string): unknown {
  const steps = at.split(/[.[\]]+/).filter((step) => step !== '');
  let found = value;
  for (const step of steps) {
    if (Array.isArray(found)) found = found[Number(step)];
    else found = isObject(found) && Object.hasOwn(found, step) ? found[step] : undefined;
  }
  return found;
}
