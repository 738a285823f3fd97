import type { JsonObject, JsonValue } from '../../json.ts';

/** What a column holds at one point of its steps. */
export type ValueType = ScalarType | ListType | ObjectType;

export type ScalarKind =
  | 'string'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'timestamp'
  | 'date'
  | 'decimal'
  | 'json';

export interface ScalarType {
  readonly kind: ScalarKind;
  readonly nullable: boolean;
  /** The values of an enum of the API, as far as they are known. */
  readonly values?: readonly string[];
  /** Of a decimal: all digits, and those after the point. */
  readonly digits?: { readonly precision: number; readonly scale: number };
}

interface ListType {
  readonly kind: 'list';
  readonly nullable: boolean;
  readonly items: ValueType;
}

export interface ObjectType {
  readonly kind: 'object';
  readonly nullable: boolean;
  readonly properties: readonly ObjectProperty[];
}

export interface ObjectProperty {
  readonly name: string;
  readonly type: ValueType;
  readonly description: string | undefined;
}

const formats: Readonly<Record<ScalarKind, JsonObject>> = {
  string: { type: 'string' },
  integer: { type: 'integer' },
  number: { type: 'number' },
  boolean: { type: 'boolean' },
  timestamp: { type: 'string', format: 'date-time', airbyte_type: 'timestamp_with_timezone' },
  date: { type: 'string', format: 'date' },
  decimal: { type: 'string' },
  json: { type: ['object', 'array'] },
};

const DECIMAL_FORMAT = 'x-singer.decimal';

/** In the subset that Airbyte's and Singer's destinations read: no $ref, no allOf, and no enum, because the API gains values. */
export function jsonSchemaOf(type: ValueType, description?: string): JsonObject {
  const base = shapeOf(type);
  const names = typeof base.type === 'string' ? [base.type] : (base.type as readonly JsonValue[]);
  const typed = {
    ...base,
    type: type.nullable ? ['null', ...names] : names.length === 1 ? (names[0] ?? 'string') : names,
  };
  return description === undefined ? typed : { ...typed, description };
}

function shapeOf(type: ValueType): JsonObject {
  if (type.kind === 'list') return { type: 'array', items: jsonSchemaOf(type.items) };
  if (type.kind === 'object') {
    const properties = type.properties.map(({ name, type: inner, description }): [string, JsonObject] => [
      name,
      jsonSchemaOf(inner, description),
    ]);
    return { type: 'object', properties: Object.fromEntries(properties) };
  }
  // In the words of Singer's SDK, whose targets make numeric(12,2) of it. The protocol that has no word for it leaves it out.
  if (type.kind === 'decimal' && type.digits !== undefined)
    return { ...formats.decimal, format: DECIMAL_FORMAT, ...type.digits };
  return formats[type.kind];
}

export function withNullable<Type extends ValueType>(type: Type, nullable: boolean): Type {
  return type.nullable === nullable ? type : { ...type, nullable };
}

export function isScalarType(type: ValueType): type is ScalarType {
  return type.kind !== 'list' && type.kind !== 'object';
}

export function isTextType(type: ValueType): boolean {
  return type.kind === 'string' || type.kind === 'decimal';
}

/** A type in words for people: "a list of whole numbers". */
export function typeInWords(type: ValueType): string {
  if (type.kind === 'list')
    return `a list of ${isScalarType(type.items) ? pluralWords[type.items.kind] : `${typeInWords(type.items).replace(/^an? /, '')}s`}`;
  return type.kind === 'object' ? 'an object' : singularWords[type.kind];
}

const singularWords: Readonly<Record<ScalarKind, string>> = {
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  timestamp: 'a time',
  date: 'a date',
  decimal: 'a decimal',
  json: 'JSON',
};

const pluralWords: Readonly<Record<ScalarKind, string>> = {
  string: 'texts',
  integer: 'whole numbers',
  number: 'numbers',
  boolean: 'booleans',
  timestamp: 'times',
  date: 'dates',
  decimal: 'decimals',
  json: 'JSON',
};

/** The one type that holds the values of all of them; undefined where there is none but text. */
export function commonType(types: readonly ScalarType[]): ScalarType | undefined {
  const first = types[0];
  if (first === undefined) return undefined;
  if (types.every(({ kind }) => kind === first.kind)) {
    const values = types.flatMap((type) => type.values ?? []);
    const isEnum = types.every((type) => type.values !== undefined);
    const { values: _, ...plain } = first;
    return isEnum ? { ...plain, values: [...new Set(values)] } : plain;
  }
  if (types.every(({ kind }) => kind === 'integer' || kind === 'number'))
    return { kind: 'number', nullable: first.nullable };
  return undefined;
}
