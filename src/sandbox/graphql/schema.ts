import {
  buildASTSchema,
  type ConstValueNode,
  type DefinitionNode,
  type DocumentNode,
  GraphQLError,
  type GraphQLScalarType,
  type GraphQLSchema,
  isInterfaceType,
  isObjectType,
  isScalarType,
  isUnionType,
  Kind,
} from 'graphql';
import { parseDateTime } from '../date-time.ts';
import { fieldsOfDeliveries } from './delivery-fields.ts';
import { fieldsOfEvents } from './event-fields.ts';
import { fieldsOfOrders } from './order-fields.ts';
import { guardOf } from './permissions.ts';
import { fieldsOfProducts } from './product-fields.ts';
import { fieldsOfQueries } from './query-fields.ts';
import type { Arguments, RequestContext, TypeFields } from './request-context.ts';
import { authorizationError } from './request-error.ts';
import { fieldsOfReturns } from './return-fields.ts';

/** How every field is read that is more than a property of its source. */
const fields: Readonly<Record<string, TypeFields<never>>> = mergeFields([
  fieldsOfOrders,
  fieldsOfReturns,
  fieldsOfDeliveries,
  fieldsOfProducts,
  fieldsOfQueries,
  fieldsOfEvents,
]);

/** Makes the schema that the sandbox serves; throws a GraphQLError when the document does not make one. */
export function executableSchema(document: DocumentNode): GraphQLSchema {
  const schema = buildASTSchema(document);
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    if (isScalarType(type)) attachScalar(type);
    else if (isInterfaceType(type) || isUnionType(type)) type.resolveType = typeNameOf;
    else if (isObjectType(type)) {
      for (const field of Object.values(type.getFields())) {
        const read = fields[type.name]?.[field.name];
        const guard = guardOf(type, field.name);
        if (guard === undefined) {
          if (read !== undefined)
            field.resolve = (source, args, context) => read(source as never, args, context);
          continue;
        }
        const { permission } = guard;
        field.resolve = (source: Arguments, args: Arguments, context: RequestContext) => {
          if (!context.may(permission)) throw authorizationError(permission, field.name);
          return read === undefined ? source[field.name] : read(source as never, args, context);
        };
      }
    }
  }
  return schema;
}

/** The document without some of its definitions: "Type", "Type.field", or "Enum.VALUE". */
export function withoutDefinitions(document: DocumentNode, names: readonly string[]): DocumentNode {
  const gone = new Set(names);
  for (const definition of document.definitions) {
    // What goes from an interface goes from the types that implement it.
    for (const one of 'interfaces' in definition ? (definition.interfaces ?? []) : []) {
      const prefix = `${one.name.value}.`;
      const own = 'name' in definition ? definition.name?.value : undefined;
      for (const name of names) if (name.startsWith(prefix)) gone.add(`${own}.${name.slice(prefix.length)}`);
    }
  }
  return { ...document, definitions: document.definitions.flatMap((definition) => kept(definition, gone)) };
}

/** The names that a document does not define, and that therefore cannot be taken out of it. */
export function undefinedNames(document: DocumentNode, names: readonly string[]): readonly string[] {
  const defined = new Set<string>();
  for (const definition of document.definitions) {
    if (!('name' in definition) || definition.name === undefined) continue;
    defined.add(definition.name.value);
    for (const member of membersOf(definition)) defined.add(`${definition.name.value}.${member}`);
  }
  return names.filter((name) => !defined.has(name));
}

function membersOf(definition: DefinitionNode): readonly string[] {
  if ('fields' in definition) return (definition.fields ?? []).map((field) => field.name.value);
  if ('values' in definition) return (definition.values ?? []).map((value) => value.name.value);
  return [];
}

function kept(definition: DefinitionNode, gone: ReadonlySet<string>): readonly DefinitionNode[] {
  if (!('name' in definition) || definition.name === undefined) return [definition];
  const typeName = definition.name.value;
  if (gone.has(typeName)) return [];
  const stays = (member: { readonly name: { readonly value: string } }) =>
    !gone.has(`${typeName}.${member.name.value}`);
  if (definition.kind === Kind.ENUM_TYPE_DEFINITION) {
    return [{ ...definition, values: (definition.values ?? []).filter(stays) }];
  }
  if (definition.kind === Kind.UNION_TYPE_DEFINITION) {
    return [{ ...definition, types: (definition.types ?? []).filter((type) => !gone.has(type.name.value)) }];
  }
  if (definition.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION) {
    const left = (definition.fields ?? []).filter(
      (field) => stays(field) && !gone.has(namedType(field.type)),
    );
    return [{ ...definition, fields: left }];
  }
  if (definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.INTERFACE_TYPE_DEFINITION) {
    const left = (definition.fields ?? [])
      .filter((field) => stays(field) && !gone.has(namedType(field.type)))
      .map((field) => ({
        ...field,
        arguments: (field.arguments ?? []).filter((argument) => !gone.has(namedType(argument.type))),
      }));
    const interfaces = (definition.interfaces ?? []).filter((one) => !gone.has(one.name.value));
    return [{ ...definition, fields: left, interfaces }];
  }
  return [definition];
}

type TypeReference = {
  readonly kind: Kind;
  readonly name?: { readonly value: string };
  readonly type?: TypeReference;
};

function namedType(type: TypeReference): string {
  return type.type === undefined ? (type.name?.value ?? '') : namedType(type.type);
}

function typeNameOf(value: unknown): string {
  return String((value as { readonly __typename: string }).__typename);
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
