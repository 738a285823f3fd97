import type { GraphQLNamedType } from 'graphql';
import { isFault, type PathSyntax, parsePath } from '../language/path-syntax.ts';
import { type Place, placeInside, type SourceNode, textOf } from '../language/source-node.ts';
import { type FieldUse, fieldNames } from '../path/field-step.ts';
import { type Level, namesOfLevels, selectFromRoot, usesOfLevels } from '../path/levels.ts';
import { readNothing } from '../path/reading.ts';
import { resolveSegments } from '../path/resolve.ts';
import type { Resolved } from '../path/resolved.ts';
import { isStepFault, type StepFault } from '../path/step-fault.ts';
import { type ValueType, withNullable } from '../path/value-type.ts';
import type { ShownData } from '../privacy/exposure.ts';
import { isPersonal } from '../privacy/personal-data.ts';
import { emptySelection, type Selection } from '../query/selection.ts';
import { type Absence, notPermitted, secondLook } from './absence.ts';
import type { ColumnContext } from './column-context.ts';
import type { Read } from './scope.ts';

/** A path in a column: resolved against the live schema, or where that lacks it, against the reference. */
export interface ColumnPath {
  readonly text: string;
  readonly type: ValueType;
  readonly read: Read;
  /** The level that it starts from. */
  readonly at: number;
  /** Set where reading is nothing but following these keys. */
  readonly keys: readonly string[] | undefined;
  /** From the root. */
  readonly selection: Selection;
  readonly uses: readonly FieldUse[];
  readonly shows: ShownData;
  readonly absence: Absence | undefined;
  readonly description: string | undefined;
  readonly plainField: { readonly ups: number; readonly field: string } | undefined;
  /** It is the place of an element in its list. */
  readonly isPosition: boolean;
}

/** Follows the path of a column; what is wrong with it is reported, and the answer is undefined. */
export function columnPath(node: SourceNode, context: ColumnContext): ColumnPath | undefined {
  const parsed = parseColumnPath(node, context);
  if (parsed === undefined) return undefined;
  const { syntax, levels } = parsed;
  if (syntax.isPosition) return positionPath(syntax, node, levels, context);
  const resolved = resolveHereOrElsewhere(syntax, node, levels, context);
  if (isStepFault(resolved)) {
    reportFault(withParentHint(resolved, syntax, levels), context);
    return undefined;
  }
  const { path } = resolved;
  const uses = [...usesOfLevels(levels), ...path.uses];
  const absence = resolved.absence ?? notPermitted(uses, context.withoutPermissions, context.reference);
  if (absence === undefined) reportDeprecations(path.uses, node.place, context);
  const at = levels.length - 1;
  const [only] = syntax.segments;
  return {
    text: syntax.text,
    type: absence === undefined ? path.type : withNullable(path.type, true),
    read: absence === undefined ? (scope) => path.read(scope.stack[at]) : readNothing,
    at,
    keys: absence === undefined ? path.keys : undefined,
    selection: absence === undefined ? selectFromRoot(levels, path.selection) : emptySelection,
    uses: absence === undefined ? uses : [],
    shows: shownBy(path, levels, uses, context),
    absence,
    description: path.description,
    plainField:
      syntax.segments.length === 1 &&
      only?.args === undefined &&
      only?.index === undefined &&
      only?.pick === undefined &&
      only !== undefined
        ? { ups: syntax.ups, field: only.name }
        : undefined,
    isPosition: false,
  };
}

/** Which element of its list the object is, from 1: it needs nothing of the API but the list itself. */
function positionPath(
  { text }: PathSyntax,
  node: SourceNode,
  levels: readonly Level[],
  context: ColumnContext,
): ColumnPath | undefined {
  const at = levels.length - 1;
  const level = levels[at];
  if (level === undefined || at === 0 || level.isPagedBySync) {
    const message =
      at === 0
        ? `"${text}" is the place of an element in a list, and here is none: each row is an object of the root.`
        : `"${text}" cannot be told: the sync reads this list in pages, and a page does not show the places.`;
    const hint =
      at === 0
        ? 'It is for streams and columns with `each`.'
        : 'Take what tells the elements apart, such as an id.';
    context.say('error', 'path/no_position', node.place, message, hint);
    return undefined;
  }
  return {
    text,
    type: { kind: 'integer', nullable: false },
    read: (scope) => scope.positions[at],
    at,
    keys: undefined,
    selection: selectFromRoot(levels, emptySelection),
    uses: usesOfLevels(levels),
    shows: {
      trail: { names: [...namesOfLevels(levels), text.replace(/^\^+/, '')], pick: undefined },
      use: undefined,
      personal: undefined,
    },
    absence: undefined,
    description: undefined,
    plainField: undefined,
    isPosition: true,
  };
}

/** The level at which a path begins, and all above it. */
export function parseColumnPath(
  node: SourceNode,
  context: ColumnContext,
): { readonly syntax: PathSyntax; readonly levels: readonly Level[] } | undefined {
  const text = textOf(node);
  if (text === undefined) {
    context.say(
      'error',
      'catalog/wrong_kind',
      node.place,
      'A path is a text.',
      'Write field names with dots between them.',
    );
    return undefined;
  }
  const syntax = parsePath(text);
  if (isFault(syntax)) {
    context.say('error', syntax.code, placeInside(node, syntax.offset), syntax.message, syntax.hint);
    return undefined;
  }
  const depth = context.levels.length - 1;
  if (syntax.ups > depth) {
    const hint =
      depth === 0 ? 'Remove the ^; it is for streams and columns with `each`.' : `Write ${depth} at most.`;
    context.say(
      'error',
      'path/no_parent',
      node.place,
      `"${text}" climbs ${syntax.ups} up, and above these rows there ${depth === 0 ? 'is nothing' : `are ${depth}`}.`,
      hint,
    );
    return undefined;
  }
  return { syntax, levels: context.levels.slice(0, depth + 1 - syntax.ups) };
}

function resolveHereOrElsewhere(
  syntax: PathSyntax,
  node: SourceNode,
  levels: readonly Level[],
  { view }: ColumnContext,
): { readonly path: Resolved; readonly absence: Absence | undefined } | StepFault {
  const written = '^'.repeat(syntax.ups);
  const type = typeOf(levels);
  const here = resolveSegments(type, syntax.segments, { view, node, written });
  if (!isStepFault(here)) return { path: here, absence: undefined };
  const second = secondLook(here, node, view);
  const counterpart = second?.view.schema.getType(type.name);
  if (second === undefined || counterpart === undefined) return here;
  const there = resolveSegments(counterpart, syntax.segments, { view: second.view, node, written });
  return isStepFault(there) ? here : { path: there, absence: second.absence };
}

function typeOf(levels: readonly Level[]): GraphQLNamedType {
  const type = levels.at(-1)?.type;
  if (type === undefined) throw new RangeError('A path begins at a level.');
  return type;
}

function shownBy(
  path: Resolved,
  levels: readonly Level[],
  uses: readonly FieldUse[],
  { view, reference }: ColumnContext,
): ShownData {
  const personal = uses.find((use) => isPersonal(use, view.schema, reference));
  return {
    trail: { names: [...namesOfLevels(levels), ...path.trail.names], pick: path.trail.pick },
    use: path.uses.at(-1),
    personal: personal === undefined ? undefined : `${personal.type}.${personal.field}`,
  };
}

/** "OrderLine has no field number" is clearer with "the order has". */
function withParentHint(fault: StepFault, syntax: PathSyntax, levels: readonly Level[]): StepFault {
  const [first] = syntax.segments;
  if (
    fault.code !== 'path/unknown_field' ||
    first === undefined ||
    fault.lacks !== `${typeOf(levels).name}.${first.name}`
  )
    return fault;
  const above = levels.slice(0, -1).reverse();
  const ups = above.findIndex(({ type }) => fieldNames(type).includes(first.name));
  const owner = above[ups]?.type;
  if (owner === undefined) return fault;
  return { ...fault, hint: `${owner.name} has it: write ${'^'.repeat(ups + 1)}${syntax.text}.` };
}

export function reportFault(fault: StepFault, context: ColumnContext): void {
  context.say('error', fault.code, fault.place, fault.message, fault.hint);
}

/** Of an argument of a list that only adds elements, and that the live API lacks. */
export function goesWithout(argument: string, subject: string): string {
  return `This shop's API has no ${argument}; ${subject} goes without what it would add.`;
}

export function reportDeprecations(
  uses: readonly FieldUse[],
  place: Place,
  context: Pick<ColumnContext, 'say'>,
): void {
  for (const text of new Set(uses.flatMap(({ deprecations }) => deprecations))) {
    const removal = /\b\d{4}-\d{2}-\d{2}\b/.exec(text)?.[0];
    const hint =
      removal === undefined
        ? 'Change the path before the API drops it.'
        : `The API drops it on ${removal}: change the path before.`;
    context.say('warning', 'path/deprecated', place, /[.!?]$/.test(text) ? text : `${text}.`, hint);
  }
}
