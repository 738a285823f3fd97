import {
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isObjectType,
} from 'graphql';
import { ConnectorError } from '../errors.ts';
import type { RootDefinition } from '../roots/definition.ts';

/** What the live schema offers of a root. */
export interface ResolvedRoot {
  readonly definition: RootDefinition;
  /** The type of the list's rows: `Order`. */
  readonly type: string;
  /** The type of the `where` argument: `OrderFilter`. */
  readonly filterType: string;
  /** The Connection's field, when it can be sorted and filtered as the list is. */
  readonly connection: string | undefined;
  /** The field that shows whether a row is final, among the names that versions of the API give it. */
  readonly statusField: string | undefined;
  /** The field on Counters that counts the rows of a filter. */
  readonly counter: string | undefined;
  /** How to find the oldest row by the time that the windows go by. */
  readonly oldestTime: { readonly field: string; readonly sort: string } | undefined;
}

/** Finds a root in the live schema; throws a ConnectorError of kind `schema` when what the sync stands on is not there. */
export function resolveRoot(schema: GraphQLSchema, definition: RootDefinition): ResolvedRoot {
  const { root, change, pageKey } = definition;
  const queries = schema.getQueryType()?.getFields() ?? {};
  const list = queries[root];
  if (list === undefined) throw unreadable(definition, `this shop's API has no list "${root}"`);
  const filterType = argumentType(list, 'where');
  const filter = filterType === undefined ? undefined : schema.getType(filterType);
  const filters = isInputObjectType(filter) ? filter.getFields() : {};
  if (filterType === undefined) throw unreadable(definition, `"${root}" cannot be filtered`);
  if (change.kind !== 'snapshot' && filters[change.filter] === undefined) {
    throw unreadable(definition, `"${root}" cannot be filtered by ${change.filter}`);
  }
  if (!canSort(schema, list, pageKey.sort))
    throw unreadable(definition, `"${root}" cannot be sorted by ${pageKey.sort}`);
  const statusField =
    change.kind === 'created'
      ? firstField(schema, getNamedType(list.type).name, change.statusFields)
      : undefined;
  if (change.kind === 'created' && statusField === undefined) {
    throw unreadable(definition, `"${root}" does not show which rows are final`);
  }
  const connection = definition.connection === undefined ? undefined : queries[definition.connection];
  const type = getNamedType(list.type).name;
  return Object.freeze({
    definition,
    type,
    filterType,
    connection:
      connection !== undefined && isUsable(schema, connection, filterType, pageKey.sort)
        ? connection.name
        : undefined,
    counter: canCount(schema, root, filterType) ? root : undefined,
    oldestTime: change.kind === 'snapshot' ? undefined : oldestTimeOf(schema, list, change.field),
    statusField,
  });
}

function canCount(schema: GraphQLSchema, root: string, filterType: string): boolean {
  const counters = schema.getType('Counters');
  const counter = isObjectType(counters) ? counters.getFields()[root] : undefined;
  return (
    counter !== undefined &&
    schema.getQueryType()?.getFields().counters !== undefined &&
    argumentType(counter, 'where') === filterType
  );
}

function oldestTimeOf(schema: GraphQLSchema, list: GraphQLField<unknown, unknown>, field: string) {
  const sort = `${field}_ASC`;
  return canSort(schema, list, sort) ? { field, sort } : undefined;
}

function isUsable(
  schema: GraphQLSchema,
  connection: GraphQLField<unknown, unknown>,
  filterType: string,
  sort: string,
): boolean {
  const names = new Set(connection.args.map(({ name }) => name));
  return (
    names.has('first') &&
    names.has('after') &&
    argumentType(connection, 'where') === filterType &&
    canSort(schema, connection, sort)
  );
}

function argumentType(field: GraphQLField<unknown, unknown>, name: string): string | undefined {
  const argument = field.args.find((candidate) => candidate.name === name);
  return argument === undefined ? undefined : getNamedType(argument.type).name;
}

function canSort(schema: GraphQLSchema, field: GraphQLField<unknown, unknown>, sort: string): boolean {
  const type = schema.getType(argumentType(field, 'sort') ?? '');
  return isEnumType(type) && type.getValue(sort) !== undefined && type.getValue(sort) !== null;
}

function firstField(schema: GraphQLSchema, typeName: string, names: readonly string[]): string | undefined {
  const type = schema.getType(typeName);
  const fields = type !== undefined && 'getFields' in type ? type.getFields() : {};
  return names.find((name) => fields[name] !== undefined);
}

function unreadable({ label }: RootDefinition, reason: string): ConnectorError {
  return new ConnectorError({
    kind: 'schema',
    code: 'sync/root_not_readable',
    message: `The ${label} cannot be read: ${reason}.`,
    hint: 'Leave their streams out of the connection, or ask Centra whether a newer version of the API has it.',
  });
}
