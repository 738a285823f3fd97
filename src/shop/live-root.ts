import {
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isEnumType,
  isListType,
} from 'graphql';
import { fieldOf } from '../catalog/query/selection-walk.ts';
import { ConnectorError } from '../errors.ts';
import type { RootDefinition } from '../roots/definition.ts';
import { type Filter, liveFilter } from './filter.ts';

/** What the live schema offers of a root. */
export interface LiveRoot {
  readonly definition: RootDefinition;
  readonly schema: GraphQLSchema;
  /** The type of the list's rows: `Order`. */
  readonly type: string;
  readonly filter: Filter;
  readonly list: LiveField;
  /** The Connection, when it can be sorted and filtered as the list is. */
  readonly connection: LiveField | undefined;
  /** What counts the rows of a filter, on Counters. */
  readonly counter: LiveField | undefined;
  /** The field that shows whether a row is final, among the names that versions of the API give it. */
  readonly statusField: string | undefined;
  /** How to find the oldest row by the time that the windows go by. */
  readonly oldestTime: { readonly field: string; readonly sort: string } | undefined;
}

/** A field that rows are asked of, with the types of its arguments as this schema writes them. */
export interface LiveField {
  readonly name: string;
  readonly whereType: string;
  /** A sort as the argument takes it, `[number_ASC]`; undefined where it is not offered. */
  readonly sortBy: (sort: string) => string | undefined;
}

/** Finds a root in the live schema; throws a ConnectorError of kind `schema` when what the sync stands on is not there. */
export function findRoot(schema: GraphQLSchema, definition: RootDefinition): LiveRoot {
  const { root, change, pageKey, label } = definition;
  const query = schema.getQueryType() ?? undefined;
  const list = fieldOf(query, root);
  if (list === undefined) throw unreadable(definition, `this shop's API has no list "${root}"`);
  const where = argumentOf(list, 'where');
  if (where === undefined) throw unreadable(definition, `"${root}" cannot be filtered`);
  const filter = liveFilter(where.type, label);
  if (change.kind !== 'snapshot' && !filter.has(change.filter)) {
    throw unreadable(definition, `"${root}" cannot be filtered by ${change.filter}`);
  }
  const rows = getNamedType(list.type);
  const statusField =
    change.kind === 'created'
      ? change.statusFields.find((name) => fieldOf(rows, name) !== undefined)
      : undefined;
  if (change.kind === 'created' && statusField === undefined) {
    throw unreadable(definition, `"${root}" does not show which rows are final`);
  }
  const filterType = getNamedType(where.type).name;
  const connection = definition.connection === undefined ? undefined : fieldOf(query, definition.connection);
  const counter = fieldOf(query, 'counters') && fieldOf(schema.getType('Counters'), root);
  const isFilteredAlike = (field: GraphQLField<unknown, unknown> | undefined) =>
    getNamedType(field && argumentOf(field, 'where')?.type)?.name === filterType;
  const sort = pageSort(list, pageKey);
  const oldestSort = change.kind === 'snapshot' ? '' : `${change.field}_ASC`;
  return Object.freeze({
    definition: sort === pageKey.sort ? definition : { ...definition, pageKey: { ...pageKey, sort } },
    schema,
    type: rows.name,
    filter,
    list: liveField(list),
    connection:
      connection !== undefined && isPaged(connection, sort) && isFilteredAlike(connection)
        ? liveField(connection)
        : undefined,
    counter: counter !== undefined && isFilteredAlike(counter) ? liveField(counter) : undefined,
    statusField,
    oldestTime:
      change.kind === 'snapshot' || sortIn(list, oldestSort) === undefined
        ? undefined
        : { field: change.field, sort: oldestSort },
  });
}

function liveField(field: GraphQLField<unknown, unknown>): LiveField {
  return Object.freeze({
    name: field.name,
    whereType: String(argumentOf(field, 'where')?.type),
    sortBy: (sort: string) => sortIn(field, sort),
  });
}

/**
 * Pages of a fixed window can be turned either way. A list that offers neither way has an order of its own, by a date or an id
 * that does not change, and is paged by that.
 */
function pageSort(
  list: GraphQLField<unknown, unknown>,
  { sort, descending }: RootDefinition['pageKey'],
): string {
  if (sortIn(list, sort) !== undefined || descending === undefined) return sort;
  return sortIn(list, descending) === undefined ? sort : descending;
}

/** Whether it has all that a page of it is asked by; where it has not, the list serves. */
function isPaged(connection: GraphQLField<unknown, unknown>, sort: string): boolean {
  const type = getNamedType(connection.type);
  const edges = getNamedType(fieldOf(type, 'edges')?.type);
  const pageInfo = getNamedType(fieldOf(type, 'pageInfo')?.type);
  return (
    argumentOf(connection, 'first') !== undefined &&
    argumentOf(connection, 'after') !== undefined &&
    sortIn(connection, sort) !== undefined &&
    fieldOf(type, 'totalCount') !== undefined &&
    fieldOf(edges, 'node') !== undefined &&
    fieldOf(pageInfo, 'hasNextPage') !== undefined &&
    fieldOf(pageInfo, 'endCursor') !== undefined
  );
}

function argumentOf(field: GraphQLField<unknown, unknown>, name: string) {
  return field.args.find((candidate) => candidate.name === name);
}

function sortIn(field: GraphQLField<unknown, unknown>, sort: string): string | undefined {
  const argument = argumentOf(field, 'sort');
  const type = getNamedType(argument?.type);
  if (argument === undefined || !isEnumType(type) || !type.getValue(sort)) return undefined;
  return isListType(getNullableType(argument.type)) ? `[${sort}]` : sort;
}

function unreadable({ label }: RootDefinition, reason: string): ConnectorError {
  return new ConnectorError({
    kind: 'schema',
    code: 'sync/root_not_readable',
    message: `The ${label} cannot be read: ${reason}.`,
    hint: 'Leave their streams out of the connection, or ask Centra whether a newer version of the API has it.',
  });
}
