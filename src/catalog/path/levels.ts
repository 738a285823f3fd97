import type { GraphQLNamedType } from 'graphql';
import { isFault, parsePath } from '../language/path-syntax.ts';
import { placeInside, type SourceNode, textOf } from '../language/source-node.ts';
import type { Selection } from '../query/selection.ts';
import { type FieldStep, type FieldUse, type SchemaView, selectStep, stepInto } from './field-step.ts';
import { type Reader, readKeys } from './reading.ts';
import { isStepFault, type StepFault } from './step-fault.ts';

/** One of the objects that a row lies in: the root object, then the element of each list on the way down. */
export interface Level {
  readonly type: GraphQLNamedType;
  /** From the level above, the list itself last; none for the root. */
  readonly steps: readonly FieldStep[];
  /** The list, from the object of the level above. */
  readonly read: Reader;
  /** The sync turns the pages of the list, so that an answer does not show the place of an element in the whole. */
  readonly isPagedBySync: boolean;
}

export function rootLevel(type: GraphQLNamedType): Level {
  return { type, steps: [], read: () => null, isPagedBySync: false };
}

export interface EachOptions {
  /** The list whose pages the sync turns. */
  readonly listPagedBySync?: string | undefined;
}

/** The levels that an `each` adds below the last of these. */
export function resolveEach(
  node: SourceNode,
  above: readonly Level[],
  view: SchemaView,
  { listPagedBySync }: EachOptions = {},
): readonly Level[] | StepFault {
  const path = parsePath(textOf(node) ?? '');
  if (isFault(path)) {
    const { offset, ...fault } = path;
    return { ...fault, place: placeInside(node, offset) };
  }
  if (path.isPosition) {
    return {
      code: 'path/syntax',
      place: node.place,
      message: '`each` needs a list, and `$position` is the place of an element in one.',
      hint: 'Name a list, such as `lines`, and give `$position` a column.',
    };
  }
  if (path.ups > 0) {
    return {
      code: 'path/syntax',
      place: node.place,
      message: '`each` starts below the row and takes no ^.',
      hint: `Write ${path.text.replace(/^\^+/, '')}.`,
    };
  }
  const levels: Level[] = [];
  let type = above.at(-1)?.type;
  let steps: FieldStep[] = [];
  for (const segment of path.segments) {
    if (type === undefined) break;
    const place = placeInside(node, segment.offset);
    if (segment.index !== undefined || segment.pick !== undefined) {
      return {
        code: 'path/syntax',
        place,
        message: '`each` goes through every element by itself and takes no brackets.',
        hint: `Write ${path.segments.map(({ name }) => name).join('.')}.`,
      };
    }
    const isPagedBySync = levels.length === 0 && steps.length === 0 && segment.name === listPagedBySync;
    if (isPagedBySync && segment.args !== undefined) {
      return {
        code: 'path/wrong_argument',
        place,
        message: `"${segment.name}" takes no arguments here: the sync gives them, to turn its pages.`,
        hint: `Write each: ${segment.name}.`,
      };
    }
    const found = stepInto(type, segment, view, node, { isPagedBySync, mayGoWithout: true });
    if (isStepFault(found)) return found;
    const [step] = found;
    if (step === undefined || found.length > 1) {
      return {
        code: 'path/ambiguous',
        place,
        message: `The kinds of ${type.name} do not agree on what "${segment.name}" is.`,
        hint: 'Name one kind with storeType in `where`.',
      };
    }
    steps.push(step);
    type = step.type;
    if (!step.isList) continue;
    levels.push({ type, steps, read: readKeys(steps.map(({ field }) => field.responseKey)), isPagedBySync });
    steps = [];
  }
  const last = steps.at(-1);
  if (last === undefined) return levels;
  const place = placeInside(node, path.segments.at(-1)?.offset ?? 0);
  return {
    code: 'path/not_a_list',
    place,
    message: `\`each\` needs a list at its end, and "${last.field.name}" is none.`,
    hint: 'End it with a list, such as `lines`.',
  };
}

/** What is asked for on one level, seen from the root. */
export function selectFromRoot(levels: readonly Level[], selection: Selection): Selection {
  return levels
    .flatMap(({ steps }) => steps)
    .reduceRight((below, step) => selectStep(step, below), selection);
}

export function usesOfLevels(levels: readonly Level[]): readonly FieldUse[] {
  return levels.flatMap(({ steps }) => steps.flatMap(({ uses }) => uses));
}

/** Arguments of the lists that the live API lacks, and that were left out. */
export function missingArgumentsOf(levels: readonly Level[]): readonly string[] {
  return levels.flatMap(({ steps }) => steps.flatMap(({ goesWithout }) => goesWithout));
}

export function namesOfLevels(levels: readonly Level[]): readonly string[] {
  return levels.flatMap(({ steps }) => steps.map(({ field }) => field.name));
}

/** Response keys of the lists, as far down as they go. */
export function keysOfLevels(levels: readonly Level[]): readonly string[] {
  return levels.flatMap(({ steps }) => steps.map(({ field }) => field.responseKey));
}
