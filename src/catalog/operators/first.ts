import { utcSecond } from '../../timestamp.ts';
import { type ColumnPath, columnPath } from '../column/column-path.ts';
import type { Read } from '../column/scope.ts';
import {
  commonType,
  isScalarType,
  type ScalarType,
  typeInWords,
  type ValueType,
} from '../path/value-type.ts';
import { mergeSelections } from '../query/selection.ts';
import type { SourceOperator } from './operator.ts';

/** The first of several paths that is neither null nor empty. */
export const first: SourceOperator = {
  keyword: 'first',
  companions: [],
  compile: (column, context) => {
    const node = column.keywords.get('first');
    if (node?.kind !== 'list') return undefined;
    if (node.items.length === 0) {
      context.say(
        'error',
        'first/empty',
        node.place,
        '`first` has no paths to choose from.',
        'List the paths, the one to try first in front.',
      );
      return undefined;
    }
    const paths = node.items.map((item) => columnPath(item, context));
    const found = paths.filter((candidate) => candidate !== undefined);
    if (found.length < paths.length) return undefined;
    const composite = found.find(({ type }) => !isScalarType(type));
    if (composite !== undefined) {
      context.say(
        'error',
        'first/not_a_value',
        node.place,
        `\`first\` compares values, and ${composite.text} is ${typeInWords(composite.type)}.`,
        'Take one element with [0], or use `join` in a column of its own.',
      );
      return undefined;
    }
    const present = found.filter(({ absence }) => absence === undefined);
    const candidates = present.length === 0 ? found : present;
    return {
      text: `first of ${found.map(({ text }) => text).join(', ')}`,
      type: typeOf(candidates),
      read: readFirst(candidates),
      at: Math.max(...candidates.map(({ at }) => at)),
      keys: undefined,
      isConverted: false,
      selection: mergeSelections(candidates.map(({ selection }) => selection)),
      uses: candidates.flatMap(({ uses }) => uses),
      shows: found.map(({ shows }) => shows),
      absences: found.flatMap(({ absence }) => absence ?? []),
      isMissing: present.length === 0,
      description: undefined,
      plainField: undefined,
      isPosition: found.some(({ isPosition }) => isPosition),
      nested: [],
    };
  },
};

function typeOf(candidates: readonly ColumnPath[]): ValueType {
  const types = candidates.map(({ type }) => type).filter(isScalarType);
  // Values of several kinds have only their text in common.
  const common: ScalarType = commonType(types) ?? { kind: 'string', nullable: true };
  // Whatever is written as text may be empty.
  const isAlwaysThere = types.some(
    ({ kind, nullable }) => !nullable && (kind === 'integer' || kind === 'number' || kind === 'boolean'),
  );
  return { ...common, nullable: !isAlwaysThere };
}

function readFirst(candidates: readonly ColumnPath[]): Read {
  const isMixed = new Set(candidates.map(({ type }) => type.kind)).size > 1;
  const reads = candidates.map(({ type, read }): Read => {
    if (!isMixed || type.kind !== 'timestamp') return read;
    return (scope) => {
      const value = read(scope);
      return typeof value === 'string' ? (utcSecond(value) ?? value) : value;
    };
  });
  return (scope) => {
    for (const read of reads) {
      const value = read(scope);
      if (value !== null && value !== undefined && value !== '') return value;
    }
    return null;
  };
}
