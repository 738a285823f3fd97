import { type Absence, notPermitted, secondLook } from '../column/absence.ts';
import type { ColumnContext } from '../column/column-context.ts';
import type { ColumnDraft } from '../column/column-draft.ts';
import { goesWithout, reportDeprecations, reportFault } from '../column/column-path.ts';
import type { Read, Scope } from '../column/scope.ts';
import { columnsOf } from '../language/model.ts';
import type { SourceNode } from '../language/source-node.ts';
import type { SchemaView } from '../path/field-step.ts';
import { type Level, missingArgumentsOf, resolveEach, selectFromRoot, usesOfLevels } from '../path/levels.ts';
import { isStepFault } from '../path/step-fault.ts';
import { emptySelection, mergeSelections } from '../query/selection.ts';
import type { SourceOperator } from './operator.ts';

/** A nested array: one object for each element of a list. */
export const each: SourceOperator = {
  keyword: 'each',
  companions: ['columns'],
  compile: (column, context) => {
    const node = column.keywords.get('each');
    const columns = column.keywords.get('columns');
    if (node === undefined) return undefined;
    if (columns?.kind !== 'map' || columns.entries.size === 0) {
      context.say(
        'error',
        'each/no_columns',
        node.place,
        '`each` needs `columns`: what to take of every element.',
        'Write `columns: { sku: productSize.SKU }` beside it, or list paths with `all`.',
      );
      return undefined;
    }
    const found = levelsBelow(node, context);
    if (found === undefined) return undefined;
    const { levels, absence } = found;
    const inner = context.compileColumns(
      columnsOf(columns, context.stream, `${context.columnName}.`, context.report),
      {
        ...context,
        levels,
        view: found.view,
        // What is lacking is said once, of the whole.
        ...(absence !== undefined && { withoutPermissions: new Set<string>() }),
        key: new Set(),
        prefix: `${context.columnName}.`,
      },
    );
    const kept = inner.filter(({ isDropped }) => !isDropped);
    const added = levels.slice(context.levels.length);
    const isMissing = absence !== undefined;
    return {
      text: `each of ${node.kind === 'scalar' ? node.value : ''}: ${kept.map(({ name }) => name).join(', ')}`,
      type: {
        kind: 'list',
        nullable: isMissing || added.some(({ steps }) => steps.some((step) => step.isNullable)),
        items: {
          kind: 'object',
          nullable: false,
          properties: kept.map(({ name, type, description }) => ({ name, type, description })),
        },
      },
      at: context.levels.length - 1,
      keys: undefined,
      read: isMissing ? () => null : readObjects(added, context.levels.length - 1, kept),
      isConverted: true,
      selection: isMissing
        ? emptySelection
        : mergeSelections([
            selectFromRoot(levels, emptySelection),
            ...kept.map(({ selection }) => selection),
          ]),
      uses: isMissing ? [] : [...usesOfLevels(levels), ...kept.flatMap(({ uses }) => uses)],
      shows: [],
      // What the elements lack is said by their own columns.
      absences: isMissing ? [absence] : [],
      isMissing,
      description: undefined,
      plainField: undefined,
      isPosition: false,
      nested: inner.flatMap(({ exposures }) => exposures),
    };
  },
};

interface LevelsBelow {
  readonly levels: readonly Level[];
  readonly view: SchemaView;
  readonly absence: Absence | undefined;
}

function levelsBelow(node: SourceNode, context: ColumnContext): LevelsBelow | undefined {
  const { levels, view, reference, withoutPermissions } = context;
  const here = resolveEach(node, levels, view);
  if (!isStepFault(here)) {
    const uses = usesOfLevels(here);
    reportDeprecations(uses, node.place, context);
    for (const what of missingArgumentsOf(here))
      context.say(
        'warning',
        'path/absent',
        node.place,
        goesWithout(what, `${context.stream}.${context.columnName}`),
      );
    return { levels: [...levels, ...here], view, absence: notPermitted(uses, withoutPermissions, reference) };
  }
  const second = secondLook(here, node, view);
  if (second !== undefined) {
    const { schema } = second.view;
    const above = levels.map(
      (level): Level => ({ ...level, type: schema.getType(level.type.name) ?? level.type }),
    );
    const there = resolveEach(node, above, second.view);
    if (!isStepFault(there))
      return { levels: [...above, ...there], view: second.view, absence: second.absence };
  }
  reportFault(here, context);
  return undefined;
}

function readObjects(added: readonly Level[], at: number, columns: readonly ColumnDraft[]): Read {
  const fill = (scope: Scope): unknown => {
    const object: Record<string, unknown> = {};
    for (const { name, run } of columns) object[name] = run(scope);
    return object;
  };
  const walk = (scope: Scope, depth: number, objects: unknown[]): void => {
    const level = added[depth];
    if (level === undefined) {
      objects.push(fill(scope));
      return;
    }
    const list = level.read(scope.stack[at + depth]);
    if (!Array.isArray(list)) return;
    for (const [index, element] of list.entries()) {
      if (element === null || element === undefined) continue;
      scope.stack[at + depth + 1] = element;
      scope.positions[at + depth + 1] = index + 1;
      walk(scope, depth + 1, objects);
    }
  };
  const [outermost] = added;
  return (scope) => {
    if (!Array.isArray(outermost?.read(scope.stack[at]))) return null;
    const objects: unknown[] = [];
    walk(scope, 0, objects);
    return objects;
  };
}
