import {
  astFromValue,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  parse,
  print,
} from 'graphql';
import { didYouMean } from '../../catalog/language/near-match.ts';
import {
  type FieldSelection,
  mergeSelections,
  renderCall,
  type Selection,
} from '../../catalog/query/selection.ts';
import { isObject } from '../../json.ts';

type Given = Readonly<Record<string, unknown>>;

export interface GivenOptions {
  readonly schema: GraphQLSchema;
  /** The name of the root list's type. */
  readonly type: string;
  readonly selection: Selection;
  /** An answer to another query: what has no meaning here is passed over instead of being taken for a mistake. */
  readonly isRecorded: boolean;
}

export interface GivenAnswer {
  /** In the form in which the API would answer the selection. */
  readonly answer: Given;
  /** What is wrong with the given object: sentences. */
  readonly faults: readonly string[];
  /** What may explain an unexpected null. */
  readonly notes: readonly string[];
}

/**
 * Brings an object that a person wrote, or one of a recorded answer, into the form of an answer to a selection. A field
 * with arguments is given under its alias or as the mapping writes it, `grandTotal(includingTax: false)`; a list also
 * under its bare name, since arguments only choose among its elements. What is not given is null, a list empty.
 */
export function answerOf(given: Given, options: GivenOptions): GivenAnswer {
  const walk: Walk = { ...options, faults: [], notes: new Set() };
  const type = options.schema.getType(options.type);
  const answer = objectOf(given, options.selection, type === undefined ? [] : [type], '', walk);
  return { answer, faults: walk.faults, notes: [...walk.notes] };
}

interface Walk extends GivenOptions {
  readonly faults: string[];
  readonly notes: Set<string>;
}

function objectOf(
  given: Given,
  selection: Selection,
  types: readonly GraphQLNamedType[],
  path: string,
  walk: Walk,
): Given {
  const asked = flattened(selection, types, given, walk.schema);
  if (!walk.isRecorded) refuseUnknown(given, asked.selection, asked.types, path, walk);
  return Object.fromEntries(
    asked.selection.fields.map((field) => [
      field.responseKey,
      givenValue(
        found(given, field, asked.types, path, walk),
        field,
        asked.types,
        `${path}${field.name}`,
        walk,
      ),
    ]),
  );
}

/** Without its fragments: those that apply are part of it. Every kind applies as long as `__typename` does not tell. */
function flattened(
  selection: Selection,
  types: readonly GraphQLNamedType[],
  given: Given,
  schema: GraphQLSchema,
): { readonly selection: Selection; readonly types: readonly GraphQLNamedType[] } {
  const applying = selection.fragments.filter(({ on }) => isOfType(given.__typename, on, schema));
  if (applying.length === 0) return { selection: { ...selection, fragments: [] }, types };
  const inner = applying.map((fragment) =>
    flattened(fragment.selection, typesNamed(fragment.on, schema), given, schema),
  );
  return {
    selection: mergeSelections([{ ...selection, fragments: [] }, ...inner.map((part) => part.selection)]),
    types: [...types, ...inner.flatMap((part) => part.types)],
  };
}

function typesNamed(name: string, schema: GraphQLSchema): readonly GraphQLNamedType[] {
  const type = schema.getType(name);
  return type === undefined ? [] : [type];
}

function isOfType(typeName: unknown, on: string, schema: GraphQLSchema): boolean {
  if (typeof typeName !== 'string' || typeName === on) return true;
  const [concrete, wanted] = [schema.getType(typeName), schema.getType(on)];
  return isObjectType(concrete) && isAbstractType(wanted) && schema.isSubType(wanted, concrete);
}

function found(
  given: Given,
  field: FieldSelection,
  types: readonly GraphQLNamedType[],
  path: string,
  walk: Walk,
): unknown {
  const attributeType = attributeTypeOf(field);
  if (attributeType !== undefined) {
    const own = given[field.responseKey] ?? givenCall(given, field);
    return own === undefined ? attributesOf(given.attributes, attributeType) : own;
  }
  if (field.name === 'attributes' && isObject(given.attributes))
    return attributesOf(given.attributes, undefined);
  if (Object.hasOwn(given, field.responseKey)) return given[field.responseKey];
  if (field.args.length === 0) return undefined;
  const called = givenCall(given, field);
  if (called !== undefined || !Object.hasOwn(given, field.name)) return called;
  if (isList(fieldType(types, field.name)) || isByDefault(field, types)) return given[field.name];
  walk.notes.add(
    `\`given\` has ${path}${field.name}, and a column asks for ${path}${renderCall(field)}: give that under its own name.`,
  );
  return undefined;
}

/** Whether a call without arguments means the same. */
function isByDefault({ name, args }: FieldSelection, types: readonly GraphQLNamedType[]): boolean {
  const known = definitionOf(types, name)?.args ?? [];
  return args.every((arg) => {
    const definition = known.find((candidate) => candidate.name === arg.name);
    if (definition?.defaultValue === undefined) return false;
    const node = astFromValue(definition.defaultValue, definition.type);
    return node !== null && node !== undefined && print(node) === arg.literal;
  });
}

/** The value under a key such as `grandTotal(includingTax: false)`, however it is spaced. */
function givenCall(given: Given, field: FieldSelection): unknown {
  const wanted = normalCall(renderCall(field));
  const key = Object.keys(given).find(
    (candidate) => candidate.includes('(') && normalCall(candidate) === wanted,
  );
  return key === undefined ? undefined : given[key];
}

/** Undefined when it is no field with arguments. */
function normalCall(text: string): string | undefined {
  try {
    const [definition] = parse(`{ ${text} }`, { noLocation: true }).definitions;
    const field =
      definition?.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet.selections[0] : undefined;
    if (field?.kind !== Kind.FIELD) return undefined;
    const args = [...(field.arguments ?? [])].map((arg) => print(arg)).sort();
    return `${field.name.value}(${args.join(', ')})`;
  } catch {
    return undefined;
  }
}

/** The attribute type that `attributes(where: { typeName: { equals: "…" } })` asks for. */
function attributeTypeOf({ name, args }: FieldSelection): string | undefined {
  if (name !== 'attributes') return undefined;
  const quoted = args.map(({ literal }) => /equals: ("(?:[^"\\]|\\.)*")/.exec(literal)?.[1]).find(Boolean);
  return quoted === undefined ? undefined : (JSON.parse(quoted) as string);
}

/**
 * The attributes of one type, of a list as the API gives it or of the short form `{ or_channel: { channel: web } }`;
 * of every type where none is named.
 */
function attributesOf(given: unknown, type: string | undefined): unknown {
  if (Array.isArray(given)) {
    return given.filter((attribute) => {
      const own = isObject(attribute) ? attribute.type : undefined;
      return type === undefined || (isObject(own) && own.name === type);
    });
  }
  if (!isObject(given)) return undefined;
  return Object.entries(given)
    .filter(([name]) => type === undefined || name === type)
    .map(([name, elements]) => ({ type: { name }, elements: elementsOf(elements) }));
}

function elementsOf(given: unknown): unknown {
  if (!isObject(given)) return given;
  return Object.entries(given).map(([key, value]) => (isObject(value) ? { key, ...value } : { key, value }));
}

function givenValue(
  value: unknown,
  field: FieldSelection,
  types: readonly GraphQLNamedType[],
  path: string,
  walk: Walk,
): unknown {
  const type = fieldType(types, field.name);
  if (value === undefined) return isList(type) ? [] : null;
  if (value === null || type === undefined) return value;
  const { selection } = field;
  const say = (message: string): null => {
    walk.faults.push(message);
    return null;
  };
  if (selection === undefined)
    return isObject(value) ? say(`${path} is one value, and \`given\` has an object.`) : value;
  const named = [getNamedType(type)];
  if (isList(type)) {
    if (!Array.isArray(value))
      return say(`${path} is a list: write its elements with - before each, or between [ and ].`);
    return value.map((element: unknown, at) => {
      if (element === null) return null;
      if (!isObject(element)) return say(`${path}[${at}] is an object: write its fields below it.`);
      return objectOf(element, selection, named, `${path}[${at}].`, walk);
    });
  }
  if (!isObject(value)) return say(`${path} is an object: write its fields below it.`);
  return objectOf(value, selection, named, `${path}.`, walk);
}

/** A misspelt field would be null in silence, and the test would show something else than it says. */
function refuseUnknown(
  given: Given,
  selection: Selection,
  types: readonly GraphQLNamedType[],
  path: string,
  walk: Walk,
): void {
  const known = new Set(types.flatMap((type) => fieldNames(type, walk.schema)));
  if (known.size === 0) return;
  const aliases = new Set(selection.fields.map(({ responseKey }) => responseKey));
  for (const key of Object.keys(given)) {
    const name = key.replace(/\(.*$/s, '');
    if (key === '__typename' || aliases.has(key) || known.has(name)) continue;
    const type = types[0]?.name ?? 'the type';
    walk.faults.push(
      [`\`given\` has ${path}${key}, and ${type} has no such field.`, didYouMean(name, known)]
        .filter((part) => part !== undefined)
        .join(' '),
    );
  }
}

function fieldNames(type: GraphQLNamedType, schema: GraphQLSchema): readonly string[] {
  const own = isObjectType(type) || isInterfaceType(type) ? Object.keys(type.getFields()) : [];
  const kinds = isAbstractType(type) ? schema.getPossibleTypes(type) : [];
  return [...own, ...kinds.flatMap((kind) => Object.keys(kind.getFields()))];
}

function fieldType(types: readonly GraphQLNamedType[], name: string): GraphQLOutputType | undefined {
  return definitionOf(types, name)?.type;
}

function definitionOf(types: readonly GraphQLNamedType[], name: string) {
  for (const type of types) {
    const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
    if (field !== undefined) return field;
  }
  return undefined;
}

function isList(type: GraphQLOutputType | undefined): boolean {
  return type !== undefined && isListType(getNullableType(type));
}
