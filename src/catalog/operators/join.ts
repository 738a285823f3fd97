import { toText } from '../column/convert.ts';
import { textOf } from '../language/source-node.ts';
import { isScalarType, typeInWords } from '../path/value-type.ts';
import { invalid, type StepOperator, same } from './operator.ts';

/** A list to one text. */
export const join: StepOperator = {
  keyword: 'join',
  companions: [],
  stage: 'value',
  compile: (column, { type }, context) => {
    const node = column.keywords.get('join');
    if (node === undefined) return same;
    const separator = textOf(node) ?? '';
    if (type.kind !== 'list' || !isScalarType(type.items)) {
      context.say(
        'error',
        'step/wrong_input',
        node.place,
        `\`join\` works on lists of values, and this is ${typeInWords(type)}.`,
        'Take a list with [], as in `lines[].productSize.SKU`, or remove `join`.',
      );
      return invalid;
    }
    return {
      kind: 'step',
      type: { kind: 'string', nullable: type.nullable },
      run: (value) =>
        Array.isArray(value)
          ? value
              .filter((item) => item !== null && item !== undefined)
              .map(toText)
              .join(separator)
          : null,
    };
  },
};
