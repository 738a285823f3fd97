import { textOf } from '../language/source-node.ts';
import { invalid, type StepOperator, same } from './operator.ts';
import { checkText } from './text-step.ts';

/** A text to the list of its parts, without spaces around them and without empty ones. */
export const split: StepOperator = {
  keyword: 'split',
  companions: [],
  stage: 'value',
  compile: (column, { type }, context) => {
    const node = column.keywords.get('split');
    if (node === undefined) return same;
    const separator = textOf(node) ?? '';
    if (separator === '') {
      context.say(
        'error',
        'step/wrong_value',
        node.place,
        '`split` needs the text that stands between the parts.',
        'Write it in quotes, as in `split: ","`.',
      );
      return invalid;
    }
    if (!checkText(column, 'split', type, context)) return invalid;
    const partsOf = (text: unknown): readonly string[] =>
      typeof text === 'string'
        ? text
            .split(separator)
            .map((part) => part.trim())
            .filter((part) => part !== '')
        : [];
    return {
      kind: 'step',
      type: { kind: 'list', nullable: type.nullable, items: { kind: 'string', nullable: false } },
      run: (value) =>
        Array.isArray(value) ? value.flatMap(partsOf) : typeof value === 'string' ? partsOf(value) : null,
    };
  },
};
