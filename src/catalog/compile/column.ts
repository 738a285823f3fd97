import { apiDiffers } from '../column/absence.ts';
import { type ColumnContext, isKeyColumn, type StreamContext } from '../column/column-context.ts';
import type { ColumnDraft } from '../column/column-draft.ts';
import { converterOf, passingLargeNumbers } from '../column/convert.ts';
import type { PassingKind } from '../column/row-code.ts';
import type { OnError, Slot, Step } from '../column/scope.ts';
import type { ColumnKeyword, ColumnModel } from '../language/model.ts';
import { checkNames } from '../language/names.ts';
import { didYouMean, inWords } from '../language/near-match.ts';
import type { Problem } from '../language/problem.ts';
import { isNullNode, kindInWords, textOf } from '../language/source-node.ts';
import type { Source, StepOutcome } from '../operators/operator.ts';
import { sourceOperators, stepOperators } from '../operators/registry.ts';
import { describedData } from '../path/permissions.ts';
import { isScalarType, type ValueType, withNullable } from '../path/value-type.ts';
import type { Exposure, Privacy } from '../privacy/exposure.ts';
import { emptySelection } from '../query/selection.ts';

/** The columns that compile; what is wrong with the others is reported. */
export function compileColumns(
  columns: readonly ColumnModel[],
  context: StreamContext,
): readonly ColumnDraft[] {
  const { stream, prefix, report } = context;
  checkNames(columns, (name) => ({ what: 'column', stream, columnName: `${prefix}${name}` }), report);
  return columns.flatMap((column) => compileColumn(column, context) ?? []);
}

/**
 * One column; its name is the caller's business. What is right by the reference and not by the live API stays, typed and
 * empty: only this column is lost where a shop differs.
 */
export function compileColumn(column: ColumnModel, stream: StreamContext): ColumnDraft | undefined {
  const { view, reference, report } = stream;
  if (view.schema === reference) return compileOn(column, stream);
  const live: Problem[] = [];
  const draft = compileOn(column, { ...stream, report: (problem) => live.push(problem) });
  const fault = live.find(({ severity }) => severity === 'error');
  const documented = fault === undefined ? undefined : compileOnReference(column, stream);
  if (fault === undefined || documented === undefined) {
    for (const problem of live) report(problem);
    return draft;
  }
  const absence = apiDiffers(`${stream.prefix}${column.name}`, fault.message);
  reportAbsences(column, { absences: [absence], isMissing: true }, contextOf(column, stream));
  return {
    ...documented,
    type: withNullable(documented.type, true),
    run: () => null,
    direct: undefined,
    read: () => null,
    selection: emptySelection,
    uses: [],
    missing: absence,
  };
}

/** Undefined where the reference has something against it too. */
function compileOnReference(column: ColumnModel, stream: StreamContext): ColumnDraft | undefined {
  const { view, reference, levels } = stream;
  let isWrong = false;
  const draft = compileOn(column, {
    ...stream,
    view: { ...view, schema: reference },
    levels: levels.map((level) => ({ ...level, type: reference.getType(level.type.name) ?? level.type })),
    report: ({ severity }) => {
      isWrong ||= severity === 'error';
    },
  });
  return isWrong ? undefined : draft;
}

function compileOn(column: ColumnModel, stream: StreamContext): ColumnDraft | undefined {
  if (column.isRefused) return undefined;
  const context = contextOf(column, stream);
  const source = compileSource(column, context);
  if (source === undefined) return undefined;
  let type = source.type;
  let privacy: Privacy = 'plain';
  let isRaw = !source.isConverted;
  const steps: Step[] = [];
  for (const operator of stepOperators) {
    if (operator.stage === 'value' && isRaw) {
      const convert = converterOf(type, context.slot);
      // A type of the catalog's own may hold the digits that the schema's type cannot.
      steps.push(column.keywords.has('type') ? passingLargeNumbers(convert) : convert);
      type = loosened(type, context.slot.onError);
      isRaw = false;
    }
    if (operator.stage === 'value' && !column.keywords.has(operator.keyword)) continue;
    const outcome: StepOutcome = operator.compile(column, { type, source }, context);
    if (outcome.kind === 'invalid') return undefined;
    if (outcome.kind === 'dropped')
      return draft(column, context, source, { type, steps: [], privacy: 'masked', isDropped: true });
    privacy = outcome.privacy ?? privacy;
    if (outcome.kind === 'same') continue;
    steps.push(outcome.run);
    type = outcome.type;
  }
  reportAbsences(column, source, context);
  return draft(column, context, source, { type, steps, privacy, isDropped: false });
}

function contextOf(column: ColumnModel, stream: StreamContext): ColumnContext {
  const columnName = `${stream.prefix}${column.name}`;
  const say: ColumnContext['say'] = (severity, code, place, message, hint) => {
    const problem: Problem = { severity, code, ...place, stream: stream.stream, columnName, message };
    stream.report(hint === undefined ? problem : { ...problem, hint });
  };
  const onError = onErrorOf(column, say);
  const isKey = isKeyColumn({ key: stream.key, prefix: stream.prefix, columnName });
  // A key is never null: a row without one is held back.
  const slot: Slot = {
    stream: stream.stream,
    column: columnName,
    onError: isKey && onError === 'null' ? 'quarantine' : onError,
  };
  return { ...stream, columnName, slot, say, compileColumns };
}

const outcomes: readonly OnError[] = ['null', 'fail', 'quarantine'];

function onErrorOf(column: ColumnModel, say: ColumnContext['say']): OnError {
  const node = column.keywords.get('on_error');
  if (node === undefined || isNullNode(node)) return 'null';
  const text = textOf(node) ?? '';
  const found = outcomes.find((outcome) => outcome === text);
  if (found === undefined) {
    say(
      'error',
      'step/wrong_value',
      node.place,
      `\`on_error\` takes ${inWords(outcomes, 'or')}; this is ${text === '' ? kindInWords(node) : `"${text}"`}.`,
      didYouMean(text, outcomes),
    );
  }
  return found ?? 'null';
}

function compileSource(column: ColumnModel, context: ColumnContext): Source | undefined {
  const { keywords } = column;
  const present = sourceOperators.filter(({ keyword }) => keywords.has(keyword));
  const chosen = present.filter(
    ({ keyword }) => !present.some(({ companions }) => companions.includes(keyword)),
  );
  const [source] = chosen;
  const names = sourceOperators.map(({ keyword }) => `\`${keyword}\``);
  if (source === undefined) {
    const hint = `Add one of ${inWords(names, 'and')}.`;
    context.say(
      'error',
      'column/no_source',
      column.place,
      'The column does not say where its value comes from.',
      hint,
    );
    return undefined;
  }
  if (chosen.length > 1) {
    const given = inWords(
      chosen.map(({ keyword }) => `\`${keyword}\``),
      'and',
    );
    context.say(
      'error',
      'column/several_sources',
      column.place,
      `The column has several sources: ${given}.`,
      'Keep one; for the first that has a value, use `first`.',
    );
    return undefined;
  }
  return areCompanionsAtHome(column, context) ? source.compile(column, context) : undefined;
}

/** `else` means nothing without `map`, nor `columns` without `each`. */
function areCompanionsAtHome(column: ColumnModel, context: ColumnContext): boolean {
  const operators: readonly {
    readonly keyword: ColumnKeyword;
    readonly companions: readonly ColumnKeyword[];
  }[] = [...sourceOperators, ...stepOperators];
  const own = new Set(operators.map(({ keyword }) => keyword));
  const strays = operators.flatMap(({ keyword, companions }) =>
    column.keywords.has(keyword)
      ? []
      : companions
          .filter((companion) => !own.has(companion) && column.keywords.has(companion))
          .map((companion) => ({ keyword, companion })),
  );
  for (const { keyword, companion } of strays) {
    const place = column.keywords.get(companion)?.place ?? column.place;
    context.say(
      'error',
      'column/stray_keyword',
      place,
      `\`${companion}\` belongs to \`${keyword}\`, which the column does not have.`,
      `Add \`${keyword}\`, or remove \`${companion}\`.`,
    );
  }
  return strays.length === 0;
}

/** Times of the API may be written in a way that nobody can read: then they are null, unless the column says otherwise. */
function loosened(type: ValueType, onError: OnError): ValueType {
  if (type.kind === 'list') return { ...type, items: loosened(type.items, onError) };
  if (!isScalarType(type)) return type;
  return withNullable(
    type,
    type.nullable || (onError === 'null' && (type.kind === 'timestamp' || type.kind === 'date')),
  );
}

function reportAbsences(
  column: ColumnModel,
  source: Pick<Source, 'absences' | 'isMissing'>,
  context: ColumnContext,
): void {
  const subject = `${context.stream}.${context.columnName}`;
  const different = new Map(source.absences.map((absence) => [absence.because, absence]));
  for (const { because, hint, by } of different.values()) {
    const rest = source.isMissing ? `${subject} stays empty` : `${subject} goes without it`;
    const code = by === 'permission' ? 'path/not_permitted' : 'path/absent';
    context.say('warning', code, column.place, `${because}; ${rest}.`, hint);
  }
}

interface Compiled {
  readonly type: ValueType;
  readonly steps: readonly Step[];
  readonly privacy: Privacy;
  readonly isDropped: boolean;
}

const plainKeywords: ReadonlySet<ColumnKeyword> = new Set(['path', 'description', 'on_error', 'pii']);

function draft(
  column: ColumnModel,
  context: ColumnContext,
  source: Source,
  { type, steps, privacy, isDropped }: Compiled,
): ColumnDraft {
  const { columnName } = context;
  const finish = composed(steps);
  const isPlain =
    privacy !== 'masked' && [...column.keywords.keys()].every((keyword) => plainKeywords.has(keyword));
  return {
    name: column.name,
    model: column,
    type,
    description: textOf(column.keywords.get('description')) ?? describedData(source.description),
    text: source.text,
    at: source.at,
    run: (scope) => finish(source.read(scope), scope),
    direct:
      source.keys === undefined
        ? undefined
        : { keys: source.keys, finish, passes: passingKind(source, steps) },
    read: source.read,
    selection: source.selection,
    uses: source.uses,
    exposures: [
      ...source.shows.map((shown): Exposure => ({ ...shown, column, columnName, privacy })),
      ...source.nested,
    ],
    pii: textOf(column.keywords.get('pii')),
    isDropped,
    missing: source.isMissing ? source.absences[0] : undefined,
    isPosition: source.isPosition,
    plainField: isPlain ? source.plainField : undefined,
  };
}

function composed(steps: readonly Step[]): Step {
  const [first, second, ...others] = steps;
  if (first === undefined) return (value) => value;
  if (second === undefined) return first;
  if (others.length === 0) return (value, scope) => second(first(value, scope), scope);
  return (value, scope) => steps.reduce((given: unknown, step) => step(given, scope), value);
}

/** The values of which kind are as they should be before any step, where bringing them into form is the only one. */
function passingKind({ type, isConverted }: Source, steps: readonly Step[]): PassingKind | undefined {
  return isConverted || steps.length !== 1 ? undefined : passingKinds.find((kind) => kind === type.kind);
}

const passingKinds: readonly PassingKind[] = ['string', 'integer', 'number', 'boolean'];
