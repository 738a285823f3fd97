import { type GraphQLNamedType, type GraphQLSchema, getNamedType, isAbstractType, isLeafType } from 'graphql';
import { type Selection, selectionOfPaths } from '../../catalog/query/selection.ts';
import { fieldOf } from '../../catalog/query/selection-walk.ts';
import { isObject } from '../../json.ts';

/** What a sample of rows shows of one custom attribute type on one type of object. Values never leave it unchosen. */
export interface AttributeFacts {
  /** The type of the objects that have it: `Order`, `Product`, `ProductVariant`. */
  readonly owner: string;
  readonly type: string;
  readonly description: string | undefined;
  /** How many objects of the owner were looked at. */
  readonly objects: number;
  /** How many of them have an attribute of the type. */
  readonly assigned: number;
  /** Whether one object can have several of the type. */
  readonly isMulti: boolean;
  readonly elements: readonly ElementFacts[];
}

export interface ElementFacts {
  readonly key: string;
  readonly description: string | undefined;
  readonly holds: ElementKind;
  /** A choice of several at once. */
  readonly isMultiChoice: boolean;
  /** How many objects of the owner have a value here. */
  readonly filled: number;
  /** Different values that were seen, up to a limit: the names of choices, the texts of the rest. */
  readonly values: readonly string[];
}

type ElementKind = 'choice' | 'file' | 'image' | 'boolean' | 'longText' | 'text';

/** An attribute type as the configuration of the shop defines it, whether or not any object has it. */
export interface AttributeDefinition {
  readonly owner: string;
  readonly type: string;
  readonly description: string | undefined;
  readonly isMulti: boolean;
  readonly elements: readonly {
    readonly key: string;
    readonly description: string | undefined;
    readonly kind: string;
    readonly isMultiChoice: boolean;
  }[];
}

/** More are not needed to tell what an element holds. */
const MOST_VALUES = 500;

const wanted = [
  'type.name',
  'type.isMulti',
  'description',
  'elements.key',
  'elements.description',
  'elements.kind',
  'elements.isMulti',
  'elements.value',
  'elements.selectedValue',
  'elements.selectedValueName',
  'elements.url',
  'elements.width',
] as const;

/** Whether objects of a type can have custom attributes. */
export function hasAttributes(type: GraphQLNamedType): boolean {
  const attributes = fieldOf(type, 'attributes');
  if (attributes === undefined) return false;
  const attribute = getNamedType(attributes.type);
  return fieldOf(attribute, 'elements') !== undefined && fieldOf(attribute, 'type') !== undefined;
}

/** On the type `from`: all attributes of the objects at a path, as far as this schema has what is asked for. */
export function attributesSelection(
  schema: GraphQLSchema,
  from: string,
  path: readonly string[],
  owner: GraphQLNamedType,
): Selection {
  const attribute = getNamedType(fieldOf(owner, 'attributes')?.type);
  const known = wanted.filter((field) => isKnown(attribute, field.split('.'), schema));
  return selectionOfPaths(
    schema,
    from,
    known.map((field) => [...path, 'attributes', field].join('.')),
  );
}

function isKnown(
  type: GraphQLNamedType | undefined,
  path: readonly string[],
  schema: GraphQLSchema,
): boolean {
  const [name = '', ...rest] = path;
  const owners =
    type !== undefined && isAbstractType(type) && fieldOf(type, name) === undefined
      ? schema.getPossibleTypes(type)
      : [type];
  const types = new Set(owners.flatMap((owner) => fieldOf(owner, name)?.type ?? []).map(String));
  // Kinds that disagree cannot be asked under one name.
  if (types.size !== 1) return false;
  const inner = owners
    .map((owner) => getNamedType(fieldOf(owner, name)?.type))
    .find((found) => found !== undefined);
  return rest.length === 0 ? isLeafType(inner) : isKnown(inner, rest, schema);
}

/** What the attributes of these objects show; with their definitions, where the API tells them. */
export function attributeFacts(
  owner: string,
  objects: readonly unknown[],
  definitions: readonly AttributeDefinition[] = [],
): readonly AttributeFacts[] {
  const counts = new Map<string, TypeCount>();
  for (const definition of definitions) {
    if (definition.owner !== owner) continue;
    const count = typeCount(counts, definition.type);
    count.description = definition.description;
    count.isMulti = definition.isMulti;
    for (const { key, description, kind, isMultiChoice } of definition.elements) {
      const element = elementCount(count, key);
      element.description = description;
      element.holds = kindOf({ kind });
      element.isMultiChoice = isMultiChoice;
    }
  }
  for (const object of objects) countObject(object, counts);
  return [...counts].map(([type, count]) => ({
    owner,
    type,
    description: count.description,
    objects: objects.length,
    assigned: count.assigned,
    isMulti: count.isMulti,
    elements: [...count.elements].map(([key, { values, ...element }]) => ({
      key,
      ...element,
      values: [...values],
    })),
  }));
}

interface TypeCount {
  description: string | undefined;
  isMulti: boolean;
  assigned: number;
  readonly elements: Map<string, ElementCount>;
}

interface ElementCount {
  description: string | undefined;
  holds: ElementKind;
  isMultiChoice: boolean;
  filled: number;
  readonly values: Set<string>;
}

function typeCount(counts: Map<string, TypeCount>, type: string): TypeCount {
  const known = counts.get(type);
  if (known !== undefined) return known;
  const count: TypeCount = { description: undefined, isMulti: false, assigned: 0, elements: new Map() };
  counts.set(type, count);
  return count;
}

function elementCount({ elements }: TypeCount, key: string): ElementCount {
  const known = elements.get(key);
  if (known !== undefined) return known;
  const count: ElementCount = {
    description: undefined,
    holds: 'text',
    isMultiChoice: false,
    filled: 0,
    values: new Set(),
  };
  elements.set(key, count);
  return count;
}

function countObject(object: unknown, counts: Map<string, TypeCount>): void {
  const seen = new Map<string, Set<string>>();
  for (const attribute of objectsIn(object, 'attributes')) {
    const type = isObject(attribute.type) ? attribute.type : {};
    if (typeof type.name !== 'string') continue;
    const count = typeCount(counts, type.name);
    count.description ??= textOf(attribute.description);
    const filled = seen.get(type.name);
    if (filled === undefined) count.assigned += 1;
    if (filled !== undefined || type.isMulti === true) count.isMulti = true;
    const keys = filled ?? new Set<string>();
    seen.set(type.name, keys);
    for (const element of objectsIn(attribute, 'elements')) countElement(element, count, keys);
  }
}

function countElement(
  element: Readonly<Record<string, unknown>>,
  type: TypeCount,
  filledKeys: Set<string>,
): void {
  if (typeof element.key !== 'string') return;
  const count = elementCount(type, element.key);
  count.description ??= textOf(element.description);
  count.holds = kindOf(element);
  if (element.isMulti === true) count.isMultiChoice = true;
  const value = elementValue(element);
  if (value === undefined) return;
  if (!filledKeys.has(element.key)) count.filled += 1;
  filledKeys.add(element.key);
  if (count.values.size < MOST_VALUES) count.values.add(value);
}

/** In the order in which a column takes them. */
function elementValue(element: Readonly<Record<string, unknown>>): string | undefined {
  for (const name of ['value', 'selectedValueName', 'selectedValue', 'url']) {
    const value = element[name];
    if (value !== null && value !== undefined && value !== '') return String(value);
  }
  return undefined;
}

const kinds: Readonly<Record<string, ElementKind>> = {
  SELECT: 'choice',
  FILE: 'file',
  IMAGE: 'image',
  BOOLEAN: 'boolean',
  TEXTAREA: 'longText',
};

function kindOf(element: Readonly<Record<string, unknown>>): ElementKind {
  const named = typeof element.kind === 'string' ? kinds[element.kind.toUpperCase()] : undefined;
  if (named !== undefined) return named;
  if ('selectedValue' in element) return 'choice';
  if ('width' in element) return 'image';
  return 'url' in element ? 'file' : 'text';
}

function objectsIn(object: unknown, key: string): readonly Readonly<Record<string, unknown>>[] {
  const list = isObject(object) ? object[key] : undefined;
  return Array.isArray(list) ? list.filter(isObject) : [];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}
