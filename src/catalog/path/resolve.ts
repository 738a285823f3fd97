import { type GraphQLNamedType, isEnumType, isLeafType } from 'graphql';
import type { Segment } from '../language/path-syntax.ts';
import { placeInside } from '../language/source-node.ts';
import { mergeSelections } from '../query/selection.ts';
import { resolveAttribute } from './attribute-pick.ts';
import { type FieldStep, fieldNames, selectStep, stepInto } from './field-step.ts';
import { type Reader, readElement, readEvery, readFirst, readKeys } from './reading.ts';
import type { Resolved, Resolving } from './resolved.ts';
import { isStepFault, type StepFault } from './step-fault.ts';
import {
  commonType,
  isScalarType,
  type ScalarKind,
  type ScalarType,
  type ValueType,
  withNullable,
} from './value-type.ts';

export function resolveSegments(
  parent: GraphQLNamedType,
  segments: readonly Segment[],
  resolving: Resolving,
): Resolved | StepFault {
  const [segment, ...rest] = segments;
  if (segment === undefined) throw new RangeError('A path has at least one segment.');
  if (segment.pick !== undefined) return resolveAttribute(parent, segment, rest, resolving, resolveSegments);
  const steps = stepInto(parent, segment, resolving.view, resolving.node);
  if (isStepFault(steps)) return steps;
  const outcomes = steps.map((step) => follow(step, segment, rest, resolving));
  const resolved = outcomes.filter((outcome): outcome is Resolved => !isStepFault(outcome));
  const [first] = outcomes;
  if (resolved.length === 0 && first !== undefined) return first;
  return combined(resolved, resolved.length < outcomes.length);
}

function follow(
  step: FieldStep,
  segment: Segment,
  rest: readonly Segment[],
  resolving: Resolving,
): Resolved | StepFault {
  const place = placeInside(resolving.node, segment.offset);
  const written = `${resolving.written}${segment.name}${segment.args === undefined ? '' : `(${segment.args.text})`}`;
  const after = rest.length === 0 ? '' : `.${rest.map(({ name }) => name).join('.')}`;
  if (step.isList && segment.index === undefined) {
    const hint = `Write ${written}[]${after} for all of its elements, ${written}[0]${after} for the first, or give the stream \`each: ${written.replace(/^\^+/, '')}\` for a row each.`;
    return { code: 'path/list', place, message: `"${segment.name}" is a list.`, hint };
  }
  if (!step.isList && segment.index !== undefined) {
    return {
      code: 'path/not_a_list',
      place,
      message: `"${segment.name}" is not a list.`,
      hint: `Write ${written}${after}.`,
    };
  }
  const index = segment.index === undefined ? '' : `[${segment.index === 'every' ? '' : segment.index}]`;
  const inner =
    rest.length === 0
      ? leafOf(step, segment, written + index, resolving)
      : resolveSegments(step.type, rest, { ...resolving, written: `${written}${index}.` });
  if (isStepFault(inner)) return inner;
  const { responseKey } = step.field;
  const isLeaf = rest.length === 0;
  const keys =
    segment.index === undefined && inner.keys !== undefined ? [responseKey, ...inner.keys] : undefined;
  return {
    ...readStep(step, segment, inner, keys),
    keys,
    selection: selectStep(step, isLeaf ? undefined : inner.selection),
    uses: [...step.uses, ...inner.uses],
    trail: { names: [segment.name, ...inner.trail.names], pick: inner.trail.pick },
    description: isLeaf ? step.description : inner.description,
  };
}

function readStep(
  step: FieldStep,
  segment: Segment,
  inner: Resolved,
  keys: readonly string[] | undefined,
): Pick<Resolved, 'read' | 'type'> {
  const list = readKeys([step.field.responseKey]);
  if (segment.index === undefined) {
    const read: Reader = keys === undefined ? (object) => inner.read(list(object)) : readKeys(keys);
    return { read, type: withNullable(inner.type, step.isNullable || inner.type.nullable) };
  }
  if (segment.index !== 'every') {
    // Any list may be shorter.
    return { read: readElement(list, segment.index, inner.read), type: withNullable(inner.type, true) };
  }
  const isInnerList = inner.type.kind === 'list';
  const items =
    inner.type.kind === 'list'
      ? inner.type.items
      : withNullable(inner.type, inner.type.nullable || step.isItemNullable);
  return {
    read: readEvery(list, inner.read, isInnerList),
    type: { kind: 'list', nullable: step.isNullable, items },
  };
}

const identity: Reader = (object) => object;

function leafOf(
  step: FieldStep,
  segment: Segment,
  written: string,
  { node }: Resolving,
): Resolved | StepFault {
  if (!isLeafType(step.type)) {
    const names = [
      ...fieldNames(step.type),
      ...('getTypes' in step.type ? step.type.getTypes().flatMap(fieldNames) : []),
    ];
    const example = names.find((name) => name === 'id') ?? names[0] ?? '…';
    const message = `"${segment.name}" is an object (${step.type.name}), and a column holds a value.`;
    const hint = `Name one of its fields, such as ${written}.${example}, or take several with \`all\`.`;
    return { code: 'path/object', place: placeInside(node, segment.offset), message, hint };
  }
  const type = leafType(step);
  return {
    read: identity,
    keys: [],
    type,
    selection: { fields: [], fragments: [] },
    uses: [],
    trail: { names: [], pick: undefined },
    description: undefined,
  };
}

const scalarKinds: ReadonlyMap<string, ScalarKind> = new Map([
  ['Int', 'integer'],
  ['Int64', 'integer'],
  ['Float', 'number'],
  ['Boolean', 'boolean'],
  ['DateTimeTz', 'timestamp'],
  ['Date', 'date'],
]);

/** The type of a leaf of the API. A time that is asked for in a format of its own is just text. */
export function leafType(step: Pick<FieldStep, 'type' | 'isFormatted'>): ScalarType {
  if (isEnumType(step.type)) {
    return { kind: 'string', nullable: false, values: step.type.getValues().map(({ name }) => name) };
  }
  const kind = scalarKinds.get(step.type.name) ?? 'string';
  return { kind: kind === 'timestamp' && step.isFormatted ? 'string' : kind, nullable: false };
}

/** One out of several that exclude each other: each kind of object has only its own. */
function combined(parts: readonly Resolved[], isPartial: boolean): Resolved {
  const [first] = parts;
  if (first === undefined) throw new RangeError('Nothing to combine.');
  if (parts.length === 1 && !isPartial) return first;
  return {
    ...first,
    keys: undefined,
    read: readFirst(parts.map(({ read }) => read)),
    type: commonOf(
      parts.map(({ type }) => type),
      isPartial,
    ),
    selection: mergeSelections(parts.map(({ selection }) => selection)),
    uses: parts.flatMap(({ uses }) => uses),
  };
}

function commonOf(types: readonly ValueType[], isPartial: boolean): ValueType {
  const nullable = isPartial || types.some((type) => type.nullable);
  const scalars = types.filter(isScalarType);
  if (scalars.length === types.length) return { ...(commonType(scalars) ?? { kind: 'string' }), nullable };
  const items = types.map((type) => (type.kind === 'list' ? type.items : type));
  return { kind: 'list', nullable, items: commonOf(items, false) };
}
