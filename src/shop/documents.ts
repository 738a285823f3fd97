/**
 * Every text that is sent to a shop, but for the two that the client itself needs (its schema and its rate limits).
 * Each is a function of what the live schema offers and of what is selected; test/golden/shop/documents.txt shows them all.
 */
import { renderSelection, type Selection } from '../catalog/query/selection.ts';
import type { LiveField, LiveRoot } from './live-root.ts';
import { PAGE_SIZE } from './objects.ts';

export interface Document {
  readonly operationName: string;
  readonly query: string;
}

/**
 * A page of a list by offset, with the row just before it as it is at that same moment: it shows whether rows moved.
 * Variables: `where`, `limit`, `page`, `probePage`, `isProbed`.
 */
export function listPage(
  { list, definition, sort: ownSort }: LiveRoot,
  selection: Selection,
  sort = ownSort,
): Document {
  const { id } = definition;
  const where = `where: $where${sorted(list, sort)}`;
  return document(
    list.name,
    `$where: ${list.whereType}, ${PAGE_VARIABLES}`,
    `{
  before: ${list.name}(${where}, limit: 1, page: $probePage) @include(if: $isProbed) { ${id} }
  ${list.name}(${where}, limit: $limit, page: $page) ${renderSelection(selection)}
}`,
  );
}

/** A page of a Connection after a cursor. Variables: `where`, `first`, `after`, `isFirst`. */
export function connectionPage(connection: LiveField, { sort }: LiveRoot, selection: Selection): Document {
  const { name, whereType } = connection;
  return document(
    name,
    `$where: ${whereType}, $first: Int, $after: String, $isFirst: Boolean!`,
    `{
  ${name}(where: $where${sorted(connection, sort)}, first: $first, after: $after) {
    totalCount @include(if: $isFirst)
    pageInfo { hasNextPage endCursor }
    edges { node ${renderSelection(selection)} }
  }
}`,
  );
}

/**
 * A page of a list inside one parent, with the row just before it. `identity` is the path that tells its rows apart,
 * `beforeArguments` what the list is asked by beside its page.
 * Variables: those of `listPage`; the selection holds the list itself, with `$limit` and `$page`.
 */
export function nestedPage(
  { list, type }: LiveRoot,
  nestedList: string,
  {
    identity,
    beforeArguments = '',
  }: { readonly identity: readonly string[]; readonly beforeArguments?: string },
  selection: Selection,
): Document {
  const braces = identity.reduceRight((inner, name) => `{ ${name} ${inner} }`, '');
  return document(
    `${list.name}_${nestedList}`,
    `$where: ${list.whereType}, ${PAGE_VARIABLES}`,
    `{
  ${list.name}(where: $where, limit: 1) {
    before: ${nestedList}(limit: 1, page: $probePage${beforeArguments}) @include(if: $isProbed) ${braces}
    ... on ${type} ${renderSelection(selection)}
  }
}`,
  );
}

const PAGE_VARIABLES = '$limit: Int, $page: Int, $probePage: Int, $isProbed: Boolean!';

/** Some rows in the API's own order. Variables: `where`, and those that the selection names. */
export function firstRows({ list }: LiveRoot, rows: number, selection: Selection): Document {
  return document(
    list.name,
    `$where: ${list.whereType}${declared(selection)}`,
    `{\n  ${list.name}(where: $where, limit: ${rows}) ${renderSelection(selection)}\n}`,
  );
}

/** One row of several roots, as `r0`, `r1`, …, and of lists that a permission guards, as `t0`, `t1`, … Variables: `w0`, `w1`, …, and those that the selections name. */
export function oneRowOfEach(
  roots: readonly { readonly root: LiveRoot; readonly selection: Selection }[],
  lists: readonly string[],
): Document {
  const rows = roots.map(
    ({ root, selection }, at) =>
      `r${at}: ${root.list.name}(where: $w${at}, limit: 1) ${renderSelection(selection)}`,
  );
  const guarded = lists.map((name, at) => `t${at}: ${name}(limit: 1) { __typename }`);
  const wheres = roots.map(({ root }, at) => `$w${at}: ${root.list.whereType}`).join(', ');
  const names = new Set(roots.flatMap(({ selection }) => variablesIn(selection)));
  const others = [...names].map((name) => `, $${name}: Int`).join('');
  return document(
    'permissions',
    wheres === '' ? '' : `${wheres}${others}`,
    `{\n  ${[...rows, ...guarded].join('\n  ')}\n}`,
  );
}

/**
 * A page of the newest rows as `newest`; as `oldest`, some of the oldest in the same request, where they are wanted.
 * Variables: `where`, `rows` and `oldestRows` for how many of each, and those that the selection names.
 */
export function samplePage(
  { list, definition }: LiveRoot,
  selection: Selection,
  { page, hasOldest }: { readonly page: number; readonly hasOldest: boolean },
): Document {
  const oldest = sorted(list, definition.pageKey.sort);
  const newest = sorted(list, definition.pageKey.sort.replace(/_ASC$/, '_DESC'));
  const part = (alias: string, sort: string, limit: string, at: number) =>
    `${alias}: ${list.name}(where: $where${sort}, limit: ${limit}, page: ${at}) ${renderSelection(selection)}`;
  const parts = [part('newest', newest, '$rows', page)];
  if (hasOldest) parts.push(part('oldest', oldest, '$oldestRows', 1));
  const limits = hasOldest ? ', $rows: Int, $oldestRows: Int' : ', $rows: Int';
  return document(
    list.name,
    `$where: ${list.whereType}${limits}${declared(selection)}`,
    `{\n  ${parts.join('\n  ')}\n}`,
  );
}

/** The time of the oldest row. Variables: `where`. */
export function oldestRow(
  { list }: LiveRoot,
  { field, sort }: { readonly field: string; readonly sort: string },
): Document {
  return document(
    `oldest_${list.name}`,
    `$where: ${list.whereType}`,
    `{ ${list.name}(where: $where${sorted(list, sort)}, limit: 1) { ${field} } }`,
  );
}

/** The number of rows of one filter. Variables: `where`. */
export function countBy({ name, whereType }: LiveField): Document {
  return document(`count_${name}`, `$where: ${whereType}`, `{ counters { ${name}(where: $where) } }`);
}

/** The numbers of rows of so many filters, each under `n` and its place. Variables: `n0`, `n1`, … */
export function countsBy(counter: LiveField, filters: number): Document {
  const parts = places(filters).map((at) => `n${at}: ${counter.name}(where: $n${at})`);
  return document('counts', countVariables(counter, filters), `{ counters { ${parts.join(' ')} } }`);
}

/** The same by a Connection, which costs as much as a list. */
export function countsByConnection(connection: LiveField, filters: number): Document {
  const parts = places(filters).map(
    (at) => `n${at}: ${connection.name}(where: $n${at}, first: 1) { totalCount }`,
  );
  return document('counts', countVariables(connection, filters), `{ ${parts.join(' ')} }`);
}

function countVariables({ whereType }: LiveField, filters: number): string {
  return places(filters)
    .map((at) => `$n${at}: ${whereType}`)
    .join(', ');
}

/** Whether a nested list has a row at these places, as `p0`, `p1`, …, in each of so many parents. Variables: `where`. */
export function nestedEnds(
  { list, definition }: LiveRoot,
  nestedList: string,
  parents: number,
  probed: readonly number[],
): Document {
  return document(
    `ends_${list.name}`,
    `$where: ${list.whereType}`,
    `{ ${list.name}(where: $where, limit: ${parents}) { ${definition.id} ${probes(nestedList, probed)} } }`,
  );
}

/** The same for single parents, each with places of its own. Variables: `w` and the parent's name for each. */
export function nestedEndsOf(
  { list }: LiveRoot,
  nestedList: string,
  parents: readonly { readonly name: number; readonly probed: readonly number[] }[],
): Document {
  const parts = parents.map(
    ({ name, probed }) =>
      `l${name}: ${list.name}(where: $w${name}, limit: 1) { ${probes(nestedList, probed)} }`,
  );
  return document(
    `ends_${list.name}`,
    parents.map(({ name }) => `$w${name}: ${list.whereType}`).join(', '),
    `{ ${parts.join(' ')} }`,
  );
}

function probes(nestedList: string, probed: readonly number[]): string {
  return probed
    .map((place, at) => `p${at}: ${nestedList}(limit: 1, page: ${place}) { __typename }`)
    .join(' ');
}

/** The number of the newest order. */
export const latestOrder: Document = document(
  'latestOrder',
  '',
  '{ orders(sort: [number_DESC], limit: 1) { number } }',
);

/** What is listened to, and the oldest event that waits, if any: neither takes anything away. */
export const listenedTo: Document = document('listenedTo', '', '{ eventListeners { objectType } }');

export const oldestEvent: Document = document(
  'oldestEvent',
  '',
  '{ events(limit: 1) { objectType changeType objectReference } }',
);

/** All types of custom attributes, with the fields that this API has. */
export function attributeTypes(
  fields: readonly string[],
  elementFields: readonly string[],
  hasLimit: boolean,
): Document {
  const limit = hasLimit ? `(limit: ${PAGE_SIZE})` : '';
  return document(
    'attributeTypes',
    '',
    `{ attributeTypes${limit} { ${fields.join(' ')} elements { ${elementFields.join(' ')} } } }`,
  );
}

// The events system is asked with literals: the names of its input types differ between what is public of it.

/** The oldest events that wait, as `q0`, `q1`, …: of each kind of object and change that is to be asked for by itself. */
export function waitingEvents(
  queues: readonly {
    readonly objectType: string | undefined;
    readonly changeTypes: readonly string[] | undefined;
  }[],
  hasLimit: boolean,
): Document {
  const limit = hasLimit ? `limit: ${PAGE_SIZE}` : '';
  const parts = queues.map(({ objectType, changeTypes }, at) => {
    const object = objectType === undefined ? '' : `objectType: [${objectType}]`;
    const change = changeTypes === undefined ? '' : `changeType: [${changeTypes.join(', ')}]`;
    const where = listed([object, change]);
    const args = listed([where === '' ? '' : `where: { ${where} }`, limit]);
    return `q${at}: events${args === '' ? '' : `(${args})`} { id objectType changeType objectReference }`;
  });
  return document('waitingEvents', '', `{\n  ${parts.join('\n  ')}\n}`);
}

function listed(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(', ');
}

/** The kinds of objects whose events are queued. */
export function eventListeners(hasChangeTypes: boolean): Document {
  return document(
    'listeners',
    '',
    `{ eventListeners { objectType${hasChangeTypes ? ' changeTypes' : ''} } }`,
  );
}

export function listenTo(
  objectTypes: readonly string[],
  changeTypes: readonly string[] | undefined,
): Document {
  const types = changeTypes === undefined ? '' : `, changeTypes: [${changeTypes.join(', ')}]`;
  const input = objectTypes.map((objectType) => `{ objectType: ${objectType}${types} }`).join(', ');
  return mutation('listen', `{ setEventListeners(input: [${input}]) { userErrors { message } } }`);
}

export function confirmEvents(ids: readonly number[], idsField: string): Document {
  return mutation(
    'confirm',
    `{ confirmEvents(input: { ${idsField}: [${ids.join(', ')}] }) { userErrors { message } } }`,
  );
}

function document(operationName: string, variables: string, body: string): Document {
  const declaration = variables === '' ? '' : `(${variables})`;
  return Object.freeze({ operationName, query: `query ${operationName}${declaration} ${body}` });
}

function mutation(operationName: string, body: string): Document {
  return Object.freeze({ operationName, query: `mutation ${operationName} ${body}` });
}

function places(count: number): readonly number[] {
  return Array.from({ length: count }, (_, at) => at);
}

function sorted(field: LiveField, sort: string | undefined): string {
  const value = sort === undefined ? undefined : field.sortBy(sort);
  return value === undefined ? '' : `, sort: ${value}`;
}

/** The variables that a selection names, in their order: pages and limits of nested lists. */
export function variablesIn(selection: Selection): readonly string[] {
  return [...new Set(namedIn(selection))];
}

/** A string that a catalog writes may hold a dollar too: only a whole argument is a variable. */
function* namedIn({ fields, fragments }: Selection): Generator<string> {
  for (const { args, selection } of fields) {
    for (const { literal } of args) if (literal.startsWith('$')) yield literal.slice(1);
    if (selection !== undefined) yield* namedIn(selection);
  }
  for (const { selection } of fragments) yield* namedIn(selection);
}

function declared(selection: Selection): string {
  return variablesIn(selection)
    .map((name) => `, $${name}: Int`)
    .join('');
}
