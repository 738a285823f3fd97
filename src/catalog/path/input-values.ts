import {
  type ArgumentNode,
  type FieldNode,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  Kind,
  parse,
  print,
  type ValueNode,
} from 'graphql';
import { momentFault, NOT_A_TIME } from '../../given-time.ts';
import type { JsonValue } from '../../json.ts';
import { didYouMean, inWords } from '../language/near-match.ts';
import { type Place, placeInside, type SourceNode } from '../language/source-node.ts';

/**
 * A value for an input type, from GraphQL (arguments in a path) or from YAML (`where`).
 * A YAML text may be a string or the name of an enum value; GraphQL tells them apart.
 */
export interface InputValue {
  readonly place: Place;
  readonly value:
    | { readonly kind: 'string' | 'enum' | 'text'; readonly text: string }
    | { readonly kind: 'number'; readonly number: number }
    | { readonly kind: 'boolean'; readonly boolean: boolean }
    | { readonly kind: 'null' }
    | { readonly kind: 'list'; readonly items: readonly InputValue[] }
    | { readonly kind: 'object'; readonly fields: readonly InputField[] };
}

interface InputField {
  readonly name: string;
  readonly place: Place;
  readonly value: InputValue;
}

export interface InputFault {
  readonly code: 'unknown_field' | 'wrong_value';
  readonly place: Place;
  readonly message: string;
  readonly hint?: string;
  /** The input field or the value of an enum that the schema lacks: `OrderFilter.storeType`, `OrderStatus.SHIPPED`. */
  readonly lacks?: string;
}

export type CheckedInput =
  | { readonly json: JsonValue; readonly deprecated: readonly string[] }
  | { readonly faults: readonly [InputFault, ...InputFault[]] };

/**
 * The value as it goes into a GraphQL variable, or all that is wrong with it, in the order of the text. `takesLoneItem`:
 * a list of one is that one, where a shop's API takes one value and the documented one takes several.
 */
export function checkInput(
  type: GraphQLInputType,
  input: InputValue,
  name: string,
  { takesLoneItem = false }: { readonly takesLoneItem?: boolean } = {},
): CheckedInput {
  const found: Found = { faults: [], deprecated: [], takesLoneItem };
  const json = check(type, input, name, found);
  const [first, ...others] = found.faults;
  return first === undefined ? { json, deprecated: found.deprecated } : { faults: [first, ...others] };
}

/** What is said of a value on the way through it. */
interface Found {
  readonly faults: InputFault[];
  readonly deprecated: string[];
  readonly takesLoneItem: boolean;
}

/** Null stands for what is wrong: once there is a fault, nothing uses the value. */
function check(given: GraphQLInputType, input: InputValue, name: string, found: Found): JsonValue {
  const { value } = input;
  if (value.kind === 'null')
    return isNonNullType(given) ? wrong(found, input, `${name} cannot be null.`) : null;
  const type = getNullableType(given);
  if (isListType(type)) {
    // GraphQL takes one value where a list is expected.
    const items = value.kind === 'list' ? value.items : [input];
    return items.map((item) => check(type.ofType, item, name, found));
  }
  const [lone] = value.kind === 'list' && value.items.length === 1 ? value.items : [];
  if (lone !== undefined && found.takesLoneItem) return check(given, lone, name, found);
  if (value.kind === 'list') return wrong(found, input, `${name} takes one value, and this is a list.`);
  if (isInputObjectType(type)) {
    if (value.kind !== 'object') {
      const fields = Object.keys(type.getFields());
      return wrong(
        found,
        input,
        `${name} takes fields (${inWords(fields.slice(0, 6), 'and')}), and this is ${inputInWords(input)}.`,
        `Write ${name}: { ${fields[0] ?? '…'}: … }.`,
      );
    }
    return checkFields(type, input, value.fields, found);
  }
  if (isEnumType(type)) {
    const names = type.getValues().map((enumValue) => enumValue.name);
    const choice = value.kind === 'enum' || value.kind === 'text' ? value.text : undefined;
    if (choice !== undefined && names.includes(choice)) return choice;
    const hint =
      didYouMean(choice ?? (value.kind === 'string' ? value.text : ''), names) ??
      `Choose from ${inWords(names, 'and')}.`;
    const message = `${name} takes a value of ${type.name}, and this is ${inputInWords(input)}.`;
    const lacks = choice === undefined ? undefined : `${type.name}.${choice}`;
    found.faults.push({
      code: 'wrong_value',
      place: input.place,
      message,
      hint,
      ...(lacks !== undefined && { lacks }),
    });
    return null;
  }
  return checkScalar(type.name, input, name, found);
}

function checkFields(
  type: GraphQLInputObjectType,
  input: InputValue,
  given: readonly InputField[],
  found: Found,
): JsonValue {
  const known = type.getFields();
  const json = new Map<string, JsonValue>();
  for (const { name, place, value } of given) {
    const field = Object.hasOwn(known, name) ? known[name] : undefined;
    if (field === undefined) {
      const hint =
        didYouMean(name, Object.keys(known)) ?? `Its fields are ${inWords(Object.keys(known), 'and')}.`;
      const message = `${type.name} has no field "${name}".`;
      found.faults.push({ code: 'unknown_field', place, message, hint, lacks: `${type.name}.${name}` });
      continue;
    }
    if (typeof field.deprecationReason === 'string')
      found.deprecated.push(`${type.name}.${name} is deprecated: ${field.deprecationReason}`);
    json.set(name, check(field.type, value, name, found));
  }
  for (const [name, field] of Object.entries(known)) {
    if (isRequiredInputField(field) && !json.has(name))
      wrong(found, input, `${type.name} needs the field ${name}.`);
  }
  return Object.fromEntries(json);
}

const scalarWords: Readonly<Record<string, string>> = {
  Int: 'a whole number',
  Int64: 'a whole number',
  Float: 'a number',
  Boolean: 'true or false',
  String: 'a text',
  DateTimeTz: 'a time such as "2024-01-31T00:00:00+01:00"',
  Date: 'a date such as "2024-01-31"',
};

function checkScalar(typeName: string, input: InputValue, name: string, found: Found): JsonValue {
  const { value } = input;
  const json = scalarJson(input);
  const isText = value.kind === 'string' || value.kind === 'text';
  const isDate = typeName === 'DateTimeTz' || typeName === 'Date';
  const isWhole = value.kind === 'number' && Number.isSafeInteger(value.number);
  if (json !== undefined) {
    if (typeName === 'Int' && isWhole && Math.abs(value.number) <= 2_147_483_648) return json;
    if (typeName === 'Int64' && (isWhole || (isText && /^-?\d+$/.test(value.text)))) return json;
    if (typeName === 'Float' && value.kind === 'number') return json;
    if (typeName === 'Boolean' && value.kind === 'boolean') return json;
    if (typeName === 'String' && isText) return json;
    if (typeName === 'ID' && (isText || isWhole)) return json;
    if (!Object.hasOwn(scalarWords, typeName) && typeName !== 'ID') return json;
  }
  if (isDate && isText) {
    // The API reads a time without an offset in the shop's own zone.
    const fault = momentFault(value.text);
    if (fault === undefined) return value.text;
    if (fault.fault !== NOT_A_TIME) return wrong(found, input, `${name}: "${value.text}" ${fault.fault}.`);
  }
  const isBare = value.kind === 'number' || value.kind === 'boolean' || value.kind === 'enum';
  const hint =
    typeName === 'String' && isBare
      ? 'Put double quotes around it.'
      : typeName === 'Boolean'
        ? `Write ${name}: false or ${name}: true.`
        : undefined;
  return wrong(
    found,
    input,
    `${name} takes ${scalarWords[typeName] ?? `a value of ${typeName}`}, and this is ${inputInWords(input)}.`,
    hint,
  );
}

function scalarJson({ value }: InputValue): JsonValue | undefined {
  if (value.kind === 'string' || value.kind === 'text') return value.text;
  if (value.kind === 'number') return value.number;
  return value.kind === 'boolean' ? value.boolean : undefined;
}

function inputInWords({ value }: InputValue): string {
  if (value.kind === 'number') return `the number ${value.number}`;
  if (value.kind === 'boolean') return `${value.boolean}`;
  if (value.kind === 'enum') return value.text;
  if (value.kind === 'string' || value.kind === 'text') return `the text "${value.text}"`;
  return value.kind === 'null' ? 'null' : value.kind === 'list' ? 'a list' : 'a map';
}

function wrong({ faults }: Found, { place }: InputValue, message: string, hint?: string): null {
  const fault = { code: 'wrong_value', place, message } as const;
  faults.push(hint === undefined ? fault : { ...fault, hint });
  return null;
}

export function inputOfYaml(node: SourceNode): InputValue {
  const { place } = node;
  if (node.kind === 'list') return { place, value: { kind: 'list', items: node.items.map(inputOfYaml) } };
  if (node.kind === 'map') {
    const fields = [...node.entries].map(([name, entry]) => ({
      name,
      place: entry.keyPlace,
      value: inputOfYaml(entry.value),
    }));
    return { place, value: { kind: 'object', fields } };
  }
  if (node.value === null) return { place, value: { kind: 'null' } };
  if (typeof node.value === 'string') return { place, value: { kind: 'text', text: node.value } };
  if (typeof node.value === 'number') return { place, value: { kind: 'number', number: node.value } };
  return { place, value: { kind: 'boolean', boolean: node.value } };
}

export interface WrittenArgument extends InputField {
  /** As it is written in a query. */
  readonly literal: string;
}

/** The arguments between the parentheses of a path; undefined when it is not GraphQL. */
export function parseArguments(
  text: string,
  node: SourceNode,
  offset: number,
): readonly WrittenArgument[] | undefined {
  const prefix = '{ f(';
  const placeOf = (start: number | undefined) =>
    placeInside(node, offset + Math.max(0, (start ?? prefix.length) - prefix.length));
  try {
    const definition = parse(`${prefix}${text}) }`).definitions[0];
    const fields = definition?.kind === 'OperationDefinition' ? definition.selectionSet.selections : [];
    const field: FieldNode | undefined =
      fields[0]?.kind === 'Field' && fields.length === 1 ? fields[0] : undefined;
    if (field?.selectionSet !== undefined || field?.directives?.length !== 0 || field.name.value !== 'f')
      return undefined;
    return field.arguments?.map((argument: ArgumentNode) => ({
      name: argument.name.value,
      place: placeOf(argument.loc?.start),
      literal: print(argument.value),
      value: inputOfLiteral(argument.value, placeOf),
    }));
  } catch {
    return undefined;
  }
}

function inputOfLiteral(node: ValueNode, placeOf: (start: number | undefined) => Place): InputValue {
  const place = placeOf(node.loc?.start);
  switch (node.kind) {
    case Kind.INT:
    case Kind.FLOAT:
      return { place, value: { kind: 'number', number: Number(node.value) } };
    case Kind.STRING:
      return { place, value: { kind: 'string', text: node.value } };
    case Kind.ENUM:
      return { place, value: { kind: 'enum', text: node.value } };
    case Kind.BOOLEAN:
      return { place, value: { kind: 'boolean', boolean: node.value } };
    case Kind.NULL:
      return { place, value: { kind: 'null' } };
    case Kind.VARIABLE:
      return { place, value: { kind: 'enum', text: `$${node.name.value}` } };
    case Kind.LIST:
      return {
        place,
        value: { kind: 'list', items: node.values.map((item) => inputOfLiteral(item, placeOf)) },
      };
    case Kind.OBJECT:
      return {
        place,
        value: {
          kind: 'object',
          fields: node.fields.map((field) => ({
            name: field.name.value,
            place: placeOf(field.loc?.start),
            value: inputOfLiteral(field.value, placeOf),
          })),
        },
      };
  }
}
