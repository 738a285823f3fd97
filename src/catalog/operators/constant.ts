import type { ValueType } from '../path/value-type.ts';
import { emptySelection } from '../query/selection.ts';
import type { SourceOperator } from './operator.ts';

/** The same value in every row. */
export const constant: SourceOperator = {
  keyword: 'const',
  companions: [],
  compile: (column, context) => {
    const node = column.keywords.get('const');
    if (node?.kind !== 'scalar' || node.value === null) {
      if (node !== undefined)
        context.say(
          'error',
          'const/not_a_value',
          node.place,
          '`const` takes a text, a number, true or false.',
          'Write the value after it; null is what a column has that is not there.',
        );
      return undefined;
    }
    const { value } = node;
    return {
      text: `always ${JSON.stringify(value)}`,
      type: constantType(value),
      read: () => value,
      at: 0,
      keys: undefined,
      isConverted: true,
      selection: emptySelection,
      uses: [],
      shows: [],
      absences: [],
      isMissing: false,
      description: undefined,
      plainField: undefined,
      isPosition: false,
      nested: [],
    };
  },
};

export function constantType(value: string | number | boolean): ValueType {
  if (typeof value === 'number')
    return { kind: Number.isSafeInteger(value) ? 'integer' : 'number', nullable: false };
  return { kind: typeof value === 'boolean' ? 'boolean' : 'string', nullable: false };
}
