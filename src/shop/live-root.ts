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
import type { JsonObject } from '../json.ts';
import type { RootDefinition } from '../roots/definition.ts';
import { type Filter, liveFilter } from './filter.ts';

/** What the live schema offers of a root. */
export interface LiveRoot {
  readonly definition: RootDefinition;
  readonly schema: GraphQLSchema;
  /** The type of the list's rows: `Order`. */
  readonly type: string;
  readonly filter: Filter;
  /** By what its pages are turned, of the sorts of the definition; undefined: in an order of its own. */
  readonly sort: string | undefined;
  /** The field by which windows are told apart here, where this API cannot filter by it; `filter` is what they name it. */
  readonly localTime: { readonly field: string; readonly filter: string } | undefined;
  /** Filters that together name every row once, where the list leaves rows out that no filter names. */
  readonly parts: readonly JsonObject[];
  readonly list: LiveField;
  /** The Connection, when it can be sorted and filtered as the list is. */
  readonly connection: LiveField | undefined;
  /** What counts the rows of a filter, on Counters. */
  readonly counter: LiveField | undefined;
  /** The field that shows whether a row is final, among the names that versions of the API give it; undefined where it has none. */
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
  const isUndated = change.kind !== 'snapshot' && !filter.has(change.filter);
  if (change.kind === 'updated' && isUndated)
    throw unreadable(definition, `"${root}" cannot be filtered by ${change.filter}`);
  const rows = getNamedType(list.type);
  const statusField =
    change.kind === 'created'
      ? change.statusFields.find((name) => fieldOf(rows, name) !== undefined)
      : undefined;
  const filterType = getNamedType(where.type).name;
  const connection = definition.connection === undefined ? undefined : fieldOf(query, definition.connection);
  const counter = fieldOf(query, 'counters') && fieldOf(schema.getType('Counters'), root);
  const isFilteredAlike = (field: GraphQLField<unknown, unknown> | undefined) =>
    getNamedType(field && argumentOf(field, 'where')?.type)?.name === filterType;
  const sort = pageSort(list, pageKey);
  const oldestSort = change.kind === 'snapshot' ? '' : `${change.field}_ASC`;
  return Object.freeze({
    definition,
    schema,
    type: rows.name,
    filter,
    sort,
    localTime: isUndated ? { field: change.field, filter: change.filter } : undefined,
    parts: partsBy(definition.named ?? [], filter),
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

/** One filter for each combination of what the fields can be, as far as one filter cannot name several values. */
export function partsBy(fields: readonly string[], filter: Filter): readonly JsonObject[] {
  return fields
    .filter((field) => filter.has(field))
    .reduce<readonly JsonObject[]>(
      (parts, field) => {
        const words = filter.words(field) ?? [true, false];
        const values = filter.takesSeveral(field) ? [words] : words;
        return parts.flatMap((part) => values.map((value): JsonObject => ({ ...part, [field]: value })));
      },
      [{}],
    );
}

/** Where a read goes another way than is documented: a sentence each. */
export function differencesOf({ definition, localTime, statusField, sort }: LiveRoot): readonly string[] {
  const { label, change } = definition;
  return [
    ...(localTime === undefined
      ? []
      : [
          `This shop's API cannot filter ${label} by ${localTime.filter}: each read goes through the whole list, and takes those of its range.`,
        ]),
    ...(change.kind === 'created' && statusField === undefined
      ? [
          `This shop's API does not show which ${label} are final: what changes after a row was read is found only in a full refresh.`,
        ]
      : []),
    ...(sort === definition.pageKey.sort
      ? []
      : [
          `This shop's API cannot sort ${label} by ${definition.pageKey.sort}: they are read ${sort === undefined ? 'in its own order' : `by ${sort}`}.`,
        ]),
  ];
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
): string | undefined {
  return [sort, descending].find((name) => name !== undefined && sortIn(list, name) !== undefined);
}

/** Whether it has all that a page of it is asked by; where it has not, the list serves. */
function isPaged(connection: GraphQLField<unknown, unknown>, sort: string | undefined): boolean {
  const type = getNamedType(connection.type);
  const edges = getNamedType(fieldOf(type, 'edges')?.type);
  const pageInfo = getNamedType(fieldOf(type, 'pageInfo')?.type);
  return (
    argumentOf(connection, 'first') !== undefined &&
    argumentOf(connection, 'after') !== undefined &&
    sort !== undefined &&
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

/** A sort as an argument of the field takes it; undefined where it is not offered. */
export function sortIn(field: GraphQLField<unknown, unknown>, sort: string): string | undefined {
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
