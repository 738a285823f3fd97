import {
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isObjectType,
} from 'graphql';
import type { Change, RootDefinition } from './definition.ts';
import { knownRoots } from './roots.ts';

/**
 * How to read the rows of a root list: as it is written down, or for any other list of the schema, derived from its
 * filter and its type. Undefined when the schema has no such list, or none that can be paged by an id.
 */
export function rootDefinition(root: string, schema: GraphQLSchema): RootDefinition | undefined {
  const field = queryField(root, schema);
  if (field === undefined || !isReadable(field)) return undefined;
  return knownRootOf(root) ?? derived(root, field, schema);
}

/** The root lists that rows can be read from. */
export function rootNames(schema: GraphQLSchema): readonly string[] {
  return Object.values(schema.getQueryType()?.getFields() ?? {})
    .filter(isReadable)
    .map(({ name }) => name);
}

function knownRootOf(root: string): RootDefinition | undefined {
  return knownRoots.find((known) => known.root === root);
}

/** Of a root that is written down, any list of objects with ids will do: how it is paged there is the sync's to find out. */
function isReadable(field: QueryField): boolean {
  return knownRootOf(field.name) === undefined ? isPageableList(field) : isListWithIds(field);
}

/** The type of a root list's rows. */
export function rootType(root: string, schema: GraphQLSchema): GraphQLNamedType | undefined {
  const field = queryField(root, schema);
  return field === undefined ? undefined : getNamedType(field.type);
}

type QueryField = GraphQLField<unknown, unknown>;

function queryField(root: string, schema: GraphQLSchema): QueryField | undefined {
  const fields = schema.getQueryType()?.getFields() ?? {};
  return Object.hasOwn(fields, root) ? fields[root] : undefined;
}

const ID_ASCENDING = 'id_ASC';
const ID_DESCENDING = 'id_DESC';

function isListWithIds({ type }: QueryField): boolean {
  return isListType(getNullableType(type)) && hasField(getNamedType(type), 'id');
}

function isPageableList(field: QueryField): boolean {
  if (!isListWithIds(field)) return false;
  const sort = argumentType(field, 'sort');
  const sorts = isEnumType(sort) ? sort.getValues().map(({ name }) => name) : [];
  return (
    (sorts.includes(ID_ASCENDING) || sorts.includes(ID_DESCENDING)) &&
    argumentType(field, 'limit') !== undefined &&
    argumentType(field, 'page') !== undefined
  );
}

function argumentType(field: QueryField, name: string): GraphQLNamedType | undefined {
  const argument = field.args.find((candidate) => candidate.name === name);
  return argument === undefined ? undefined : getNamedType(argument.type);
}

function hasField(type: GraphQLNamedType, name: string): boolean {
  return (isObjectType(type) || isInterfaceType(type)) && Object.hasOwn(type.getFields(), name);
}

function derived(root: string, field: QueryField, schema: GraphQLSchema): RootDefinition {
  const type = getNamedType(field.type);
  const filter = argumentType(field, 'where');
  const updated = isInputObjectType(filter) ? filter.getFields().updatedAt : undefined;
  const isUpdated =
    updated !== undefined && getNamedType(updated.type).name === 'DateRange' && hasField(type, 'updatedAt');
  const change: Change = isUpdated
    ? { kind: 'updated', field: 'updatedAt', filter: 'updatedAt' }
    : { kind: 'snapshot' };
  const connection = connectionOf(type, schema);
  return Object.freeze({
    root,
    ...(connection === undefined ? {} : { connection }),
    label: root.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase(),
    id: 'id',
    pageKey: { field: 'id', sort: ID_ASCENDING, descending: ID_DESCENDING },
    change,
  });
}

/** The Connection whose edges hold the same rows. */
function connectionOf(type: GraphQLNamedType, schema: GraphQLSchema): string | undefined {
  const connections = Object.values(schema.getQueryType()?.getFields() ?? {}).filter(({ name }) =>
    name.endsWith('Connection'),
  );
  return connections.find((field) => {
    const edge = fieldType(getNamedType(field.type), 'edges');
    return edge !== undefined && fieldType(edge, 'node')?.name === type.name;
  })?.name;
}

function fieldType(type: GraphQLNamedType, name: string): GraphQLNamedType | undefined {
  if (!isObjectType(type) && !isInterfaceType(type)) return undefined;
  const field = type.getFields()[name];
  return field === undefined ? undefined : getNamedType(field.type);
}
