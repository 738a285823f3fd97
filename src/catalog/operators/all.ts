import { type GraphQLNamedType, isLeafType } from 'graphql';
import { type Absence, notPermitted, secondLook } from '../column/absence.ts';
import type { ColumnContext } from '../column/column-context.ts';
import { parseColumnPath, reportDeprecations, reportFault } from '../column/column-path.ts';
import { converterOf } from '../column/convert.ts';
import type { Segment } from '../language/path-syntax.ts';
import { placeInside, type SourceNode, textOf } from '../language/source-node.ts';
import { type FieldStep, type FieldUse, type SchemaView, selectStep, stepInto } from '../path/field-step.ts';
import { type Level, namesOfLevels, selectFromRoot, usesOfLevels } from '../path/levels.ts';
import { readKeys, readNothing } from '../path/reading.ts';
import { leafType } from '../path/resolve.ts';
import { isStepFault, type StepFault } from '../path/step-fault.ts';
import { type ObjectProperty, type ObjectType, type ValueType, withNullable } from '../path/value-type.ts';
import type { ShownData } from '../privacy/exposure.ts';
import { isPersonal } from '../privacy/personal-data.ts';
import { emptySelection, mergeSelections, type Selection } from '../query/selection.ts';
import type { SourceOperator } from './operator.ts';

/** The object as Centra gives it, as far as a list of paths selects it. */
export const all: SourceOperator = {
  keyword: 'all',
  companions: ['path'],
  compile: (column, context) => {
    const node = column.keywords.get('all');
    const base = column.keywords.get('path');
    if (node?.kind !== 'list' || node.items.length === 0) {
      if (node !== undefined)
        context.say(
          'error',
          'all/empty',
          node.place,
          '`all` has no paths.',
          'List what to take, as in `all: [market.id, market.name]`.',
        );
      return undefined;
    }
    const start =
      base === undefined ? { levels: context.levels, segments: [], text: '' } : baseOf(base, context);
    if (start === undefined) return undefined;
    const branches = node.items.map((item) => branchOf(item, start, base, context));
    const found = branches.filter((branch) => branch !== undefined);
    if (found.length < branches.length) return undefined;
    const live = found.filter(({ absence }) => absence === undefined);
    const tree = mergeBranches(live.map(({ steps }) => steps));
    const at = start.levels.length - 1;
    const type = withNullable(
      inside(objectType(tree, context), start.segments.length),
      start.segments.length > 0,
    );
    const baseKeys = keysOf(tree, start.segments.length);
    const read = start.segments.length === 0 ? (object: unknown) => object : readKeys(baseKeys);
    const convert = converterOf(type, context.slot);
    const isMissing = live.length === 0;
    return {
      text: `${start.text === '' ? '' : `${start.text}: `}all of ${node.items.map(textOf).join(', ')}`,
      type: isMissing ? { kind: 'object', nullable: true, properties: [] } : type,
      at,
      keys: undefined,
      read: isMissing ? readNothing : (scope) => convert(read(scope.stack[at]), scope),
      isConverted: true,
      selection: isMissing
        ? emptySelection
        : selectFromRoot(start.levels, mergeSelections(live.map(({ selection }) => selection))),
      uses: live.flatMap(({ uses }) => uses),
      shows: found.map(({ shows }) => shows),
      absences: found.flatMap(({ absence }) => absence ?? []),
      isMissing,
      description: undefined,
      plainField: undefined,
      isPosition: false,
      nested: [],
    };
  },
};

interface Start {
  readonly levels: readonly Level[];
  readonly segments: readonly Segment[];
  readonly text: string;
}

/** The object in which the paths begin. */
function baseOf(node: SourceNode, context: ColumnContext): Start | undefined {
  const parsed = parseColumnPath(node, context);
  if (parsed === undefined) return undefined;
  const { syntax, levels } = parsed;
  const bracketed = syntax.segments.find(({ index, pick }) => index !== undefined || pick !== undefined);
  if (syntax.isPosition) {
    context.say(
      'error',
      'all/base',
      node.place,
      'With `all`, `path` leads to an object, and `$position` is a number.',
    );
    return undefined;
  }
  if (bracketed !== undefined) {
    context.say(
      'error',
      'all/base',
      placeInside(node, bracketed.offset),
      'With `all`, `path` leads to one object and takes no brackets.',
      'For a list, use `each` with `columns`.',
    );
    return undefined;
  }
  return { levels, segments: syntax.segments, text: syntax.text };
}

interface Branch {
  readonly steps: readonly FieldStep[];
  readonly selection: Selection;
  readonly uses: readonly FieldUse[];
  readonly shows: ShownData;
  readonly absence: Absence | undefined;
}

function branchOf(
  node: SourceNode,
  start: Start,
  base: SourceNode | undefined,
  context: ColumnContext,
): Branch | undefined {
  const parsed = parseColumnPath(node, context);
  if (parsed === undefined) return undefined;
  const { syntax } = parsed;
  const bracketed = syntax.segments.find(
    ({ index, pick }) => typeof index === 'number' || pick !== undefined,
  );
  if (syntax.ups > 0 || syntax.isPosition || bracketed !== undefined) {
    context.say(
      'error',
      'all/path',
      placeInside(node, bracketed?.offset ?? 0),
      'The paths of `all` take neither ^, nor [n], nor an attribute, nor `$position`.',
      'Give what they name a column of its own.',
    );
    return undefined;
  }
  const type = start.levels.at(-1)?.type;
  if (type === undefined) return undefined;
  const { view, reference, withoutPermissions } = context;
  const walkIn = (from: GraphQLNamedType, within: SchemaView) =>
    walk(from, start.segments, syntax.segments, base ?? node, node, within);
  const here = walkIn(type, view);
  if (!isStepFault(here)) {
    const uses = here.flatMap((step) => step.uses);
    reportDeprecations(uses, node.place, context);
    return branch(here, start, notPermitted(uses, withoutPermissions, reference), context);
  }
  const second = secondLook(here, node, view);
  const counterpart = second?.view.schema.getType(type.name);
  const there = second === undefined || counterpart === undefined ? here : walkIn(counterpart, second.view);
  if (!isStepFault(there)) return branch(there, start, second?.absence, context);
  reportFault(here, context);
  return undefined;
}

function walk(
  from: GraphQLNamedType,
  before: readonly Segment[],
  path: readonly Segment[],
  beforeNode: SourceNode,
  node: SourceNode,
  view: SchemaView,
): readonly FieldStep[] | StepFault {
  const steps: FieldStep[] = [];
  let type = from;
  for (const [at, segment] of [...before, ...path].entries()) {
    const within = at < before.length ? beforeNode : node;
    const found = stepInto(type, segment, view, within);
    if (isStepFault(found)) return found;
    const [step] = found;
    const place = placeInside(within, segment.offset);
    if (step === undefined || found.length > 1) {
      return {
        code: 'path/ambiguous',
        place,
        message: `The kinds of ${type.name} do not agree on what "${segment.name}" is.`,
        hint: 'Give it a column of its own.',
      };
    }
    if (at < before.length && step.isList) {
      return {
        code: 'all/base',
        place,
        message: `With \`all\`, \`path\` leads to one object, and "${segment.name}" is a list.`,
        hint: 'For a list, use `each` with `columns`.',
      };
    }
    steps.push(step);
    type = step.type;
  }
  if (isLeafType(type)) return steps;
  const last = path.at(-1);
  return {
    code: 'path/object',
    place: placeInside(node, last?.offset ?? 0),
    message: `"${last?.name}" is an object (${type.name}): nothing of it is named.`,
    hint: `Name its fields, such as ${textOf(node)}.id.`,
  };
}

function branch(
  steps: readonly FieldStep[],
  start: Start,
  absence: Absence | undefined,
  { view, reference }: ColumnContext,
): Branch {
  const own = steps.flatMap(({ uses }) => uses);
  const uses = [...usesOfLevels(start.levels), ...own];
  const personal = uses.find((use) => isPersonal(use, view.schema, reference));
  return {
    steps,
    selection:
      steps.reduceRight<Selection | undefined>((below, step) => selectStep(step, below), undefined) ??
      emptySelection,
    uses,
    absence,
    shows: {
      trail: {
        names: [...namesOfLevels(start.levels), ...steps.map(({ field }) => field.name)],
        pick: undefined,
      },
      use: own.at(-1),
      personal: personal === undefined ? undefined : `${personal.type}.${personal.field}`,
    },
  };
}

/** The steps of several paths, those that begin alike put together. */
interface TreeNode {
  readonly step: FieldStep;
  readonly below: readonly TreeNode[];
}

function mergeBranches(branches: readonly (readonly FieldStep[])[]): readonly TreeNode[] {
  const groups = new Map<string, { readonly step: FieldStep; readonly rests: (readonly FieldStep[])[] }>();
  for (const [step, ...rest] of branches) {
    if (step === undefined) continue;
    const group = groups.get(step.field.responseKey);
    if (group === undefined) groups.set(step.field.responseKey, { step, rests: [rest] });
    else group.rests.push(rest);
  }
  return [...groups.values()].map(({ step, rests }) => ({ step, below: mergeBranches(rests) }));
}

function objectType(nodes: readonly TreeNode[], context: ColumnContext): ObjectType {
  const properties = nodes.map(({ step, below }): ObjectProperty => {
    const value: ValueType = below.length === 0 ? loose(leafType(step), context) : objectType(below, context);
    const type: ValueType = step.isList
      ? {
          kind: 'list',
          nullable: step.isNullable,
          items: withNullable(value, value.nullable || step.isItemNullable),
        }
      : withNullable(value, value.nullable || step.isNullable);
    return { name: step.field.responseKey, type, description: undefined };
  });
  return { kind: 'object', nullable: false, properties };
}

/** Times may refuse to convert. */
function loose(type: ValueType, { slot }: ColumnContext): ValueType {
  return withNullable(type, slot.onError === 'null' && (type.kind === 'timestamp' || type.kind === 'date'));
}

function inside(type: ObjectType, depth: number): ObjectType {
  let inner = type;
  for (let at = 0; at < depth; at += 1) {
    const only = inner.properties[0]?.type;
    if (only?.kind !== 'object') return inner;
    inner = only;
  }
  return inner;
}

function keysOf(nodes: readonly TreeNode[], depth: number): readonly string[] {
  const [only] = nodes;
  return depth === 0 || only === undefined
    ? []
    : [only.step.field.responseKey, ...keysOf(only.below, depth - 1)];
}
