import type { ColumnContext } from '../column/column-context.ts';
import { converterOf } from '../column/convert.ts';
import type { Slot, Step } from '../column/scope.ts';
import { didYouMean, inWords } from '../language/near-match.ts';
import { type SourceNode, textOf } from '../language/source-node.ts';
import {
  isScalarType,
  type ScalarKind,
  type ScalarType,
  typeInWords,
  type ValueType,
} from '../path/value-type.ts';
import { invalid, type StepOperator, same } from './operator.ts';

const kinds: readonly ScalarKind[] = [
  'string',
  'integer',
  'number',
  'decimal',
  'boolean',
  'date',
  'timestamp',
  'json',
];
const MOST_DIGITS = 38;

/** Brings a value to another type. */
export const type: StepOperator = {
  keyword: 'type',
  companions: [],
  stage: 'value',
  compile: (column, { type: input }, context) => {
    const node = column.keywords.get('type');
    if (node === undefined) return same;
    const wanted = wantedType(node, context);
    if (wanted === undefined) return invalid;
    const isWhole = wanted.kind === 'json' || (wanted.kind === 'string' && !isValues(input));
    const from = isWhole || input.kind !== 'list' ? input : input.items;
    if (!canConvert(from, wanted.kind)) {
      context.say(
        'error',
        'type/impossible',
        node.place,
        `${capital(typeInWords(input))} cannot become ${typeInWords(wanted)}.`,
        `Remove \`type\`, or choose another; the value is ${typeInWords(from)}.`,
      );
      return invalid;
    }
    const isLoose = context.slot.onError === 'null' && canRefuse(from, wanted);
    const output: ScalarType = { ...wanted, nullable: from.nullable || isLoose };
    const run = stepTo(output, from, context.slot);
    if (isWhole || input.kind !== 'list') return { kind: 'step', type: output, run };
    return {
      kind: 'step',
      type: { ...input, items: output },
      run: (value, scope) => (Array.isArray(value) ? value.map((item) => run(item, scope)) : null),
    };
  },
};

function wantedType(node: SourceNode, context: ColumnContext): ScalarType | undefined {
  const text = textOf(node) ?? '';
  const kind = kinds.find((candidate) => candidate === text);
  if (kind !== undefined && kind !== 'decimal') return { kind, nullable: false };
  const digits = /^decimal\(\s*(\d{1,2})\s*,\s*(\d{1,2})\s*\)$/.exec(text);
  const precision = Number(digits?.[1]);
  const scale = Number(digits?.[2]);
  if (digits !== null && precision >= 1 && precision <= MOST_DIGITS && scale <= precision) {
    return { kind: 'decimal', nullable: false, digits: { precision, scale } };
  }
  if (text.startsWith('decimal')) {
    context.say(
      'error',
      'type/unknown',
      node.place,
      `"${text}" is not a decimal that a warehouse has.`,
      'Write all digits (38 at most), then those after the point: decimal(12,2).',
    );
    return undefined;
  }
  context.say(
    'error',
    'type/unknown',
    node.place,
    `There is no type "${text}".`,
    didYouMean(text, kinds) ??
      `Choose from ${inWords(
        kinds.map((kind) => (kind === 'decimal' ? 'decimal(12,2)' : kind)),
        'and',
      )}.`,
  );
  return undefined;
}

function isValues(type: ValueType): boolean {
  return isScalarType(type.kind === 'list' ? type.items : type);
}

function canConvert(from: ValueType, to: ScalarKind): boolean {
  if (to === 'string') return true;
  if (to === 'json') return !isScalarType(from) || from.kind === 'string' || from.kind === 'json';
  if (!isScalarType(from)) return false;
  const isNumeric = to === 'integer' || to === 'number' || to === 'decimal';
  switch (from.kind) {
    case 'string':
      return true;
    case 'integer':
    case 'number':
    case 'decimal':
      return isNumeric || to === 'boolean';
    case 'boolean':
      return to === 'boolean' || to === 'integer' || to === 'number';
    case 'timestamp':
    case 'date':
      return to === 'timestamp' || to === 'date';
    case 'json':
      return false;
  }
}

/** Whether a value can be such that it will not convert. */
function canRefuse(from: ValueType, to: ScalarType): boolean {
  if (to.kind === 'string' || !isScalarType(from)) return false;
  if (from.kind === to.kind) return to.kind === 'decimal';
  if (from.kind === 'integer' && to.kind === 'number') return false;
  if (from.kind === 'boolean') return false;
  return (
    !(from.kind === 'timestamp' && to.kind === 'date') && !(from.kind === 'date' && to.kind === 'timestamp')
  );
}

function stepTo(to: ScalarType, from: ValueType, slot: Slot): Step {
  const convert = converterOf(to, slot);
  if (from.kind !== 'date' || to.kind !== 'timestamp') return convert;
  return (value) => (typeof value === 'string' ? `${value}T00:00:00Z` : null);
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
