import {
  buildASTSchema,
  type ConstValueNode,
  type DocumentNode,
  type GraphQLAbstractType,
  GraphQLError,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLScalarType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  Kind,
} from 'graphql';
import { parseDateTime } from '../date-time.ts';
import { salted } from '../dice.ts';
import { fieldsOfAttributes } from './attribute-fields.ts';
import { fieldsOfDeliveries } from './delivery-fields.ts';
import { emptyValue } from './empty-value.ts';
import { fieldsOfEvents } from './event-fields.ts';
import { fieldsOfLinks } from './link-fields.ts';
import { fieldsOfOrders } from './order-fields.ts';
import { type OtherShop, unheardType, unheardValue } from './other-shop.ts';
import { guardOf } from './permissions.ts';
import { fieldsOfProducts } from './product-fields.ts';
import { fieldsOfQueries } from './query-fields.ts';
import type { Arguments, RequestContext, TypeFields } from './request-context.ts';
import { authorizationError } from './request-error.ts';
import { fieldsOfReturns } from './return-fields.ts';
import { fieldsOfShipments } from './shipment-fields.ts';
import { fieldsOfShop } from './shop-fields.ts';

type Read = (source: Arguments, args: Arguments, context: RequestContext) => unknown;

/** How every field is read that is more than a property of its source. Those of an interface are its types' as well. */
const fields: Readonly<Record<string, TypeFields<never>>> = mergeFields([
  fieldsOfOrders,
  fieldsOfReturns,
  fieldsOfShipments,
  fieldsOfLinks,
  fieldsOfDeliveries,
  fieldsOfProducts,
  fieldsOfAttributes,
  fieldsOfShop,
  fieldsOfQueries,
  fieldsOfEvents,
]);

/** Makes the schema that the sandbox serves; throws a GraphQLError when the document does not make one. */
export function executableSchema(document: DocumentNode, other: OtherShop = {}): GraphQLSchema {
  const schema = buildASTSchema(document);
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    if (isScalarType(type)) attachScalar(type);
    else if (isAbstractType(type)) type.resolveType = (value: Arguments) => typeNameOf(schema, type, value);
    else if (isObjectType(type)) {
      const isRoot = type === schema.getQueryType() || type === schema.getMutationType();
      for (const field of Object.values(type.getFields())) {
        field.resolve = guarded(
          type,
          field,
          changed(type, field, isRoot, other, reader(schema, type, field)),
        );
      }
    }
  }
  return schema;
}

function reader(schema: GraphQLSchema, type: GraphQLObjectType, field: GraphQLField<unknown, unknown>): Read {
  const names = [type, ...type.getInterfaces()].map(({ name }) => name);
  const read = names
    .map((name) => fields[name]?.[field.name] as Read | undefined)
    .find((one) => one !== undefined);
  const named = getNamedType(field.type);
  // A shop whose enum lacks a value has rows that say something else.
  const asServed = (value: unknown) =>
    isEnumType(named) && typeof value === 'string' && named.getValue(value) === undefined
      ? named.getValues()[0]?.name
      : value;
  return (source, args, context) => {
    const own = read === undefined ? source[field.name] : read(source, args, context);
    const value = typeof own === 'function' ? own() : own;
    if (value === undefined) return emptyValue(schema, field.type, args, context);
    if (!isEnumType(named)) return value;
    return Array.isArray(value) ? value.map(asServed) : asServed(value);
  };
}

/** The field as another shop has it: refused, always null, or now and then of a value that nobody has heard of. */
function changed(
  type: GraphQLObjectType,
  field: GraphQLField<unknown, unknown>,
  isRoot: boolean,
  { refuse = [], nullableNull = [] }: OtherShop,
  read: Read,
): Read {
  const names = [type, ...type.getInterfaces()].map(({ name }) => `${name}.${field.name}`);
  const isNamed = (list: readonly string[]) => names.some((name) => list.includes(name));
  const named = getNamedType(field.type);
  const isRelation = !isRoot && isCompositeType(named);
  const isGuarded = guardOf(type, field.name) !== undefined;
  if (
    isNamed(refuse) ||
    (refuse.includes('non-null') && isRelation && isGuarded && isNonNullType(field.type))
  ) {
    return () => {
      throw authorizationError(`${type.name}.${field.name}:read`, field.name);
    };
  }
  const isNullable = isRelation && !isNonNullType(field.type) && !isListType(field.type);
  if (isNamed(nullableNull) || (nullableNull.includes('all') && isNullable)) return () => null;
  if (!isEnumType(named) || named.getValue(unheardValue) === undefined || isListType(field.type)) return read;
  return (source, args, context) => {
    const value = read(source, args, context);
    return value !== null && isOneIn(5, source, field.name) ? unheardValue : value;
  };
}

function guarded(type: GraphQLObjectType, field: GraphQLField<unknown, unknown>, read: Read): Read {
  const guard = guardOf(type, field.name);
  if (guard === undefined) return (source, args, context) => read(source ?? {}, args, context);
  const { permission } = guard;
  return (source, args, context) => {
    if (!context.may(permission)) throw authorizationError(permission, field.name);
    return read(source ?? {}, args, context);
  };
}

/** The type of a row; where the schema lacks it, any that there is. */
function typeNameOf(schema: GraphQLSchema, abstract: GraphQLAbstractType, value: Arguments): string {
  const possible = schema.getPossibleTypes(abstract).map(({ name }) => name);
  const unheard = unheardType(abstract.name);
  if (possible.includes(unheard) && isOneIn(5, value, abstract.name)) return unheard;
  const own = String(value.__typename);
  return possible.includes(own) ? own : (possible.find((name) => name !== unheard) ?? own);
}

/** True for about one object in so many, and always for the same ones. */
function isOneIn(count: number, object: Arguments, place: string): boolean {
  const key = Object.entries(object).filter(
    ([, value]) => typeof value === 'number' || typeof value === 'string',
  );
  return salted(`${place}:${JSON.stringify(key)}`) % count === 0;
}

function mergeFields(
  groups: readonly Readonly<Record<string, TypeFields<never>>>[],
): Readonly<Record<string, TypeFields<never>>> {
  const merged: Record<string, TypeFields<never>> = {};
  for (const group of groups) {
    for (const [type, own] of Object.entries(group)) merged[type] = { ...merged[type], ...own };
  }
  return Object.freeze(merged);
}

function attachScalar(type: GraphQLScalarType): void {
  if (type.name === 'DateTimeTz' || type.name === 'Date') {
    type.parseValue = (value) => dateInput(type.name, value);
    type.parseLiteral = (node) => dateInput(type.name, literal(node as ConstValueNode));
  } else if (type.name === 'Int64') {
    type.parseValue = integerInput;
    type.parseLiteral = (node) => integerInput(literal(node as ConstValueNode));
  }
}

function literal(node: ConstValueNode): unknown {
  if (node.kind === Kind.STRING) return node.value;
  return node.kind === Kind.INT ? Number(node.value) : undefined;
}

function dateInput(typeName: string, value: unknown): number {
  const at = typeof value === 'string' ? parseDateTime(value) : undefined;
  if (at === undefined) throw new GraphQLError(`${typeName} cannot represent ${JSON.stringify(value)}.`);
  return at;
}

function integerInput(value: unknown): number {
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
  if (!Number.isSafeInteger(number))
    throw new GraphQLError(`Int64 cannot represent ${JSON.stringify(value)}.`);
  return number as number;
}
