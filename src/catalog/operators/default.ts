import type { JsonValue } from '../../json.ts';
import { convertTo } from '../column/convert.ts';
import { kindInWords, plainValue, type SourceNode } from '../language/source-node.ts';
import { isScalarType, typeInWords, type ValueType, withNullable } from '../path/value-type.ts';
import { constantType } from './constant.ts';
import { invalid, type StepOperator, same } from './operator.ts';

/** The value where there is none at the end, whatever the reason. */
export const defaultValue: StepOperator = {
  keyword: 'default',
  companions: [],
  stage: 'value',
  compile: (column, { type }, context) => {
    const node = column.keywords.get('default');
    if (node === undefined) return same;
    const value = valueFor(type, node);
    if (value === undefined) {
      context.say(
        'error',
        'default/wrong_type',
        node.place,
        `The default is ${kindInWords(node)}, and the column is ${typeInWords(type)}.`,
        type.kind === 'list'
          ? 'Only `default: []` will do.'
          : "Write a value of the same type, or change the column's with `type`.",
      );
      return invalid;
    }
    return { kind: 'step', type: withNullable(type, false), run: (given) => given ?? value };
  },
};

function valueFor(type: ValueType, node: SourceNode): JsonValue | undefined {
  if (type.kind === 'list')
    return node.kind === 'list' && node.items.length === 0 ? Object.freeze([]) : undefined;
  if (!isScalarType(type) || type.kind === 'json' || node.kind !== 'scalar' || node.value === null)
    return undefined;
  const value = plainValue(node);
  if (type.kind === 'string' || type.kind === 'boolean')
    return constantType(node.value).kind === type.kind ? value : undefined;
  if (type.kind === 'integer' || type.kind === 'number')
    return typeof value === 'number' ? convertTo(type)(value) : undefined;
  return convertTo(type)(value);
}
