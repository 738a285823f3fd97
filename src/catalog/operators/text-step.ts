import type { ColumnContext } from '../column/column-context.ts';
import type { Step } from '../column/scope.ts';
import type { ColumnKeyword, ColumnModel } from '../language/model.ts';
import { isTextType, typeInWords, type ValueType } from '../path/value-type.ts';
import { invalid, type StepOperator, same } from './operator.ts';

/** A step that is switched on by `true` and changes a text, or every text of a list. */
export function textStep(keyword: ColumnKeyword, change: (text: string) => string): StepOperator {
  return {
    keyword,
    companions: [],
    stage: 'value',
    compile: (column, { type }, context) => {
      if (!isSwitchedOn(column, keyword, context)) return same;
      if (!checkText(column, keyword, type, context)) return invalid;
      const one: Step = (value) => (typeof value === 'string' ? change(value) : value);
      const run: Step = (value, scope) =>
        Array.isArray(value) ? value.map((item) => one(item, scope)) : one(value, scope);
      return {
        kind: 'step',
        type: type.kind === 'list' ? { ...type, items: plainText(type.items) } : plainText(type),
        run,
      };
    },
  };
}

function plainText(type: ValueType): ValueType {
  return { kind: 'string', nullable: type.nullable };
}

function isSwitchedOn(column: ColumnModel, keyword: ColumnKeyword, context: ColumnContext): boolean {
  const node = column.keywords.get(keyword);
  if (node === undefined) return false;
  if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value;
  context.say(
    'error',
    'step/wrong_value',
    node.place,
    `\`${keyword}\` takes true or false.`,
    `Write \`${keyword}: true\`.`,
  );
  return false;
}

/** Whether a step that needs a text gets one; otherwise that is reported. */
export function checkText(
  column: ColumnModel,
  keyword: ColumnKeyword,
  type: ValueType,
  context: ColumnContext,
): boolean {
  const inner = type.kind === 'list' ? type.items : type;
  if (isTextType(inner)) return true;
  const place = column.keywords.get(keyword)?.place ?? column.place;
  context.say(
    'error',
    'step/wrong_input',
    place,
    `\`${keyword}\` works on texts, and this is ${typeInWords(type)}.`,
    `Remove \`${keyword}\`.`,
  );
  return false;
}
