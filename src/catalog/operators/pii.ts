import { isCalendarDate, utcSecond } from '../../timestamp.ts';
import { type ColumnContext, isKeyColumn } from '../column/column-context.ts';
import { toText } from '../column/convert.ts';
import type { Slot, Step } from '../column/scope.ts';
import { didYouMean, inWords } from '../language/near-match.ts';
import { type SourceNode, textOf } from '../language/source-node.ts';
import { isScalarType, type ScalarKind, typeInWords, type ValueType } from '../path/value-type.ts';
import { SHORTEST_KEY_BYTES } from '../privacy/pii-hash.ts';
import { invalid, type Source, type StepOperator, type StepOutcome } from './operator.ts';

const choices = ['allow', 'hash', 'mask', 'year', 'month', 'drop'] as const;
type Choice = (typeof choices)[number];

const choicesInWords =
  'Say what happens to it: `pii: hash` (the same code for the same person everywhere), `mask` (first and last character), `year` or `month` of a date, `drop` (left out), or `allow` (passes as it is, on purpose).';

/** What happens to personal data before any other step sees it. */
export const pii: StepOperator = {
  keyword: 'pii',
  companions: [],
  stage: 'raw',
  compile: (column, { type, source }, context) => {
    const node = column.keywords.get('pii');
    if (node === undefined) return undeclared(source, column.place, context);
    const text = textOf(node) ?? '';
    const choice = choices.find((candidate) => candidate === text);
    if (choice === undefined) {
      context.say(
        'error',
        'pii/unknown',
        node.place,
        `\`pii\` does not know "${text}".`,
        didYouMean(text, choices) ?? `Choose from ${inWords(choices, 'and')}.`,
      );
      return invalid;
    }
    if (choice === 'allow') return { kind: 'same', privacy: 'allowed' };
    if (choice === 'drop') return { kind: 'dropped' };
    return masked(choice, node, type, source, context);
  },
};

function undeclared(source: Source, place: SourceNode['place'], context: ColumnContext): StepOutcome {
  const personal = source.shows.find((shown) => shown.personal !== undefined)?.personal;
  if (personal === undefined) return { kind: 'same' };
  context.say(
    'error',
    'pii/undeclared',
    place,
    `${personal} is personal data, and the column does not say what may happen to it.`,
    choicesInWords,
  );
  return invalid;
}

function masked(
  choice: Exclude<Choice, 'allow' | 'drop'>,
  node: SourceNode,
  type: ValueType,
  source: Source,
  context: ColumnContext,
): StepOutcome {
  const scalar = type.kind === 'list' ? type.items : type;
  if (source.shows.length === 0 || !isScalarType(scalar)) {
    const hint = 'Give `pii` to the columns inside, or to a column with `path`.';
    context.say(
      'error',
      'pii/unsuitable',
      node.place,
      `\`pii: ${choice}\` works on values of the API, and this is ${source.shows.length === 0 ? 'none' : typeInWords(type)}.`,
      hint,
    );
    return invalid;
  }
  if (choice === 'hash') return hashed(node, type, context);
  if (choice === 'mask')
    return {
      kind: 'step',
      privacy: 'masked',
      type: like(type, { kind: 'string', nullable: type.nullable }),
      run: onEach(maskText),
    };
  if (scalar.kind !== 'timestamp' && scalar.kind !== 'date' && scalar.kind !== 'string') {
    context.say(
      'error',
      'pii/unsuitable',
      node.place,
      `\`pii: ${choice}\` works on dates, and this is ${typeInWords(type)}.`,
      'Use `hash`, `mask` or `drop`.',
    );
    return invalid;
  }
  const kind: ScalarKind = choice === 'year' ? 'integer' : 'string';
  const isLoose = context.slot.onError === 'null';
  const run = onEach(choice === 'year' ? yearOf : monthOf, context.slot);
  return {
    kind: 'step',
    privacy: 'masked',
    type: like(type, { kind, nullable: type.nullable || isLoose }, isLoose),
    run,
  };
}

function hashed(node: SourceNode, type: ValueType, context: ColumnContext): StepOutcome {
  const { piiHash, say, slot } = context;
  if (piiHash.isReady) {
    const { hash } = piiHash;
    const canBeEmpty = type.kind !== 'integer' && type.kind !== 'number' && type.kind !== 'boolean';
    const isKey = isKeyColumn(context);
    const run: Step = onEach((value) => hash(toText(value) ?? ''));
    const strict: Step = (value, scope) =>
      run(value, scope) ?? (value === null || value === undefined ? null : scope.refuse(slot, 'is empty'));
    const output = like(type, { kind: 'string', nullable: type.nullable || (canBeEmpty && !isKey) }, true);
    return { kind: 'step', privacy: 'masked', type: output, run: isKey ? strict : run };
  }
  const message =
    piiHash.reason === 'missing'
      ? '`pii: hash` needs the key "pii_key", and the configuration has none.'
      : `\`pii: hash\` needs a "pii_key" of ${SHORTEST_KEY_BYTES} bytes or more, and the configured one is shorter.`;
  say(
    'error',
    piiHash.reason === 'missing' ? 'pii/no_key' : 'pii/short_key',
    node.place,
    message,
    'Make one with `openssl rand -hex 32`, put it into the configuration, and keep it: another key gives other codes.',
  );
  return invalid;
}

/** A masked list stays a list. */
function like(input: ValueType, scalar: ValueType, areItemsNullable = false): ValueType {
  if (input.kind !== 'list') return scalar;
  return { ...input, items: { ...scalar, nullable: areItemsNullable || input.items.nullable } };
}

/** Undefined where the value will not do. */
function onEach(mask: (value: unknown) => unknown, slot?: Slot): Step {
  const one: Step = (value, scope) => {
    if (value === null || value === undefined) return null;
    const result = mask(value);
    return result === undefined ? (slot === undefined ? null : scope.refuse(slot, 'is not a date')) : result;
  };
  return (value, scope) => (Array.isArray(value) ? value.map((item) => one(item, scope)) : one(value, scope));
}

function maskText(value: unknown): string {
  const characters = [...(toText(value) ?? '').trim()];
  return characters.length < 5 ? '***' : `${characters[0]}***${characters.at(-1)}`;
}

function yearOf(value: unknown): number | undefined {
  const day = dayOf(value);
  return day === undefined ? undefined : Number(day.slice(0, 4));
}

function monthOf(value: unknown): string | undefined {
  return dayOf(value)?.slice(0, 7);
}

function dayOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (text.length !== 10) return utcSecond(text);
  return isCalendarDate(text) ? text : undefined;
}
