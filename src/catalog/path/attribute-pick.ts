import {
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import type { Segment } from '../language/path-syntax.ts';
import { placeInside } from '../language/source-node.ts';
import { mergeSelections, type Selection } from '../query/selection.ts';
import { type FieldStep, selectStep, stepInto } from './field-step.ts';
import { listAt, type Reader, readFirst, readKeys } from './reading.ts';
import type { Resolved, Resolving } from './resolved.ts';
import { attributesKey } from './response-key.ts';
import { isStepFault, type StepFault } from './step-fault.ts';
import { withNullable } from './value-type.ts';

type ResolveSegments = (
  parent: GraphQLNamedType,
  segments: readonly Segment[],
  resolving: Resolving,
) => Resolved | StepFault;

/** What an element holds, whatever its kind: a text, the name of a choice, the choice itself, the place of a file. */
const valueFields = ['value', 'selectedValueName', 'selectedValue', 'url'] as const;

/**
 * `attributes[type].element`: asks for the attributes of that one type, under a key of their own, and takes the
 * element by its key. The first attribute of the type that has a value counts, or with `[]` each, or with `[n]` that one.
 */
export function resolveAttribute(
  parent: GraphQLNamedType,
  segment: Segment,
  rest: readonly Segment[],
  resolving: Resolving,
  resolve: ResolveSegments,
): Resolved | StepFault {
  const type = segment.pick ?? '';
  const [element, ...suffix] = rest;
  const place = placeInside(resolving.node, segment.offset);
  if (segment.name !== 'attributes') return noAttributes(parent, segment, resolving);
  if (element === undefined) {
    return {
      code: 'attribute/no_element',
      place,
      message: `attributes[${type}] is a whole attribute, and a column holds one element of it.`,
      hint: `Add the element's key, as in attributes[${type}].text.`,
    };
  }
  if (
    element.args !== undefined ||
    element.index !== undefined ||
    element.pick !== undefined ||
    segment.args !== undefined
  ) {
    return {
      code: 'attribute/syntax',
      place,
      message: 'The type and the element of an attribute take neither arguments nor an index.',
      hint: `Write attributes[${type}].${element.name}, or attributes[${type}][].${element.name} for all.`,
    };
  }
  const path = stepsTo(parent, segment, type, resolving);
  if (isStepFault(path)) return path;
  const value = elementValue(path.elements.type, element, suffix, resolving, resolve);
  if (isStepFault(value)) return value;
  const attributes = readKeys([path.attributes.field.responseKey]);
  const isEvery = segment.index === 'every';
  const read = {
    attributes,
    type,
    isFiltered: path.isFiltered,
    key: element.name,
    value: value.read,
  };
  return {
    read: isEvery
      ? readAll(read)
      : readOne(read, typeof segment.index === 'number' ? segment.index : undefined),
    keys: undefined,
    type: isEvery
      ? { kind: 'list', nullable: path.attributes.isNullable, items: withNullable(value.type, true) }
      : withNullable(value.type, true),
    selection: selectStep(
      path.attributes,
      mergeSelections([
        path.filterSelection,
        selectStep(path.elements, mergeSelections([keySelection, value.selection])),
      ]),
    ),
    uses: [...path.attributes.uses, ...value.uses],
    trail: { names: ['attributes', 'elements'], pick: `[${type}].${element.name}` },
    description: undefined,
  };
}

/** A slip in the name is likelier than brackets behind another field. */
function noAttributes(parent: GraphQLNamedType, segment: Segment, { view, node }: Resolving): StepFault {
  const field = stepInto(parent, segment, view, node);
  if (isStepFault(field)) return field;
  return {
    code: 'path/syntax',
    place: placeInside(node, segment.offset),
    message: `[${segment.pick}] is not a place in a list.`,
    hint: 'Write [0] for the first element, [] for all; only attributes takes a name.',
  };
}

const keySelection: Selection = {
  fields: [{ responseKey: 'key', name: 'key', args: [], selection: undefined }],
  fragments: [],
};

interface AttributePath {
  readonly attributes: FieldStep;
  readonly elements: FieldStep;
  /** The API itself gives only attributes of the type. */
  readonly isFiltered: boolean;
  readonly filterSelection: Selection;
}

function stepsTo(
  parent: GraphQLNamedType,
  segment: Segment,
  type: string,
  { view, node }: Resolving,
): AttributePath | StepFault {
  const isFiltered = takesTypeName(view.schema, parent);
  const where = { name: 'where', literal: `{typeName: {equals: ${JSON.stringify(type)}}}` };
  const given = isFiltered ? { args: [where], key: attributesKey(type) } : { args: [], key: 'attributes' };
  const attributes = onlyStep(stepInto(parent, segment, view, node, { given }));
  if (isStepFault(attributes)) return attributes;
  const below = (on: FieldStep, name: string) =>
    onlyStep(stepInto(on.type, { ...segment, name, pick: undefined, index: undefined }, view, node));
  const elements = below(attributes, 'elements');
  if (isStepFault(elements)) return elements;
  if (isFiltered) return { attributes, elements, isFiltered, filterSelection: { fields: [], fragments: [] } };
  const typeStep = below(attributes, 'type');
  if (isStepFault(typeStep)) return typeStep;
  const name = below(typeStep, 'name');
  if (isStepFault(name)) return name;
  return {
    attributes,
    elements,
    isFiltered,
    filterSelection: selectStep(typeStep, selectStep(name, undefined)),
  };
}

function onlyStep(steps: readonly FieldStep[] | StepFault): FieldStep | StepFault {
  if (isStepFault(steps)) return steps;
  const [step] = steps;
  if (step === undefined) throw new RangeError('A step leads somewhere.');
  return step;
}

/** Older versions of the API cannot filter assigned attributes: then all are fetched and picked from here. */
function takesTypeName(schema: GraphQLSchema, parent: GraphQLNamedType): boolean {
  const owners = isAbstractType(parent) ? [parent, ...schema.getPossibleTypes(parent)] : [parent];
  for (const owner of owners) {
    if (!isObjectType(owner) && !isInterfaceType(owner)) continue;
    const where = owner.getFields().attributes?.args.find(({ name }) => name === 'where');
    if (where === undefined) continue;
    const filter = getNamedType(where.type);
    const match = isInputObjectType(filter) ? filter.getFields().typeName : undefined;
    const matching = match === undefined ? undefined : getNamedType(match.type);
    return isInputObjectType(matching) && matching.getFields().equals !== undefined;
  }
  return false;
}

function elementValue(
  elementType: GraphQLNamedType,
  element: Segment,
  suffix: readonly Segment[],
  resolving: Resolving,
  resolve: ResolveSegments,
): Pick<Resolved, 'read' | 'type' | 'selection' | 'uses'> | StepFault {
  if (suffix.length > 0) return resolve(elementType, suffix, resolving);
  const outcomes = valueFields.map((name) => resolve(elementType, [{ ...element, name }], resolving));
  const found = outcomes.filter((outcome): outcome is Resolved => !isStepFault(outcome));
  const [first] = outcomes;
  if (found.length === 0 && first !== undefined) return first;
  const isAsUsual = outcomes.every(
    (outcome, at) => !isStepFault(outcome) && outcome.keys?.join() === valueFields[at],
  );
  return {
    read: isAsUsual ? readUsualValue : readFirst(found.map(({ read }) => read)),
    type: { kind: 'string', nullable: true },
    selection: mergeSelections(found.map(({ selection }) => selection)),
    uses: [],
  };
}

interface AttributeReading {
  readonly attributes: Reader;
  readonly type: string;
  readonly isFiltered: boolean;
  readonly key: string;
  readonly value: Reader;
}

/** What the fields of attributes hold in an answer, should it be one. */
interface AnsweredAttribute {
  readonly type?: { readonly name?: unknown } | null;
  readonly elements?: unknown;
}

interface AnsweredElement {
  readonly key?: unknown;
  readonly value?: unknown;
  readonly selectedValueName?: unknown;
  readonly selectedValue?: unknown;
  readonly url?: unknown;
}

/** Of `valueFields`, the first that is there. Names that stand in the code are found quicker than any key that is given. */
const readUsualValue: Reader = (element) => {
  const { value, selectedValueName, selectedValue, url } = element as AnsweredElement;
  return value ?? selectedValueName ?? selectedValue ?? url;
};

function readOne(reading: AttributeReading, index: number | undefined): Reader {
  return (object) => {
    let at = 0;
    for (const attribute of listAt(object, reading.attributes)) {
      if (!isOfType(attribute, reading)) continue;
      if (index === undefined || index === at) {
        const value = valueIn(attribute, reading);
        if (value !== null && value !== undefined) return value;
      }
      at += 1;
    }
    return null;
  };
}

function readAll(reading: AttributeReading): Reader {
  return (object) => {
    const values: unknown[] = [];
    for (const attribute of listAt(object, reading.attributes)) {
      if (!isOfType(attribute, reading)) continue;
      const value = valueIn(attribute, reading);
      if (value !== null && value !== undefined) values.push(value);
    }
    return values;
  };
}

function isOfType(attribute: unknown, { isFiltered, type }: AttributeReading): boolean {
  return isFiltered || (attribute as AnsweredAttribute | null)?.type?.name === type;
}

function valueIn(attribute: unknown, { key, value }: AttributeReading): unknown {
  const elements = (attribute as AnsweredAttribute | null)?.elements;
  if (!Array.isArray(elements)) return null;
  for (const element of elements) {
    if ((element as AnsweredElement | null)?.key === key) return value(element);
  }
  return null;
}
