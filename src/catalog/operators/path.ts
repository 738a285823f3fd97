import { columnPath } from '../column/column-path.ts';
import type { SourceOperator } from './operator.ts';

export const path: SourceOperator = {
  keyword: 'path',
  companions: [],
  compile: (column, context) => {
    const node = column.keywords.get('path');
    const found = node && columnPath(node, context);
    if (found === undefined) return undefined;
    const { shows, absence, ...rest } = found;
    return {
      ...rest,
      shows: [shows],
      absences: absence === undefined ? [] : [absence],
      isMissing: absence !== undefined,
      isConverted: false,
      nested: [],
    };
  },
};
