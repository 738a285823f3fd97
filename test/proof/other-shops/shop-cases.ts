import { type GraphQLSchema, getNamedType, isAbstractType, isEnumType, isInterfaceType } from 'graphql';
import type { OtherShop } from '../../../src/sandbox/graphql/other-shop.ts';
import type { BundledCatalog } from './bundled-catalogs.ts';

/** A shop that differs from the bundled schema. */
export interface ShopCase {
  readonly name: string;
  readonly group: 'missing' | 'combined';
  readonly change: OtherShop;
  /** The elements that differ; undefined: any may. */
  readonly disturbed: ReadonlySet<string> | undefined;
  /** What may differ in the columns that ask for them: nothing but that they are empty, or any value. */
  readonly columns: 'empty' | 'any';
  /** The token lacks permissions, so that a key may be out of reach. */
  readonly isRefused?: true;
}

/** What the sync asks for beside what `elementUses` lists: see src/shop/documents.ts. */
const askedByTheSync: readonly string[] = Object.freeze([
  'Query.counters',
  'Query.rateLimits',
  'Query.events',
  'Query.eventListeners',
  'Query.attributeTypes',
  'Query.orderConnection',
  'Query.purchaseOrderDeliveryConnection',
  'Query.orders(sort)',
  'Query.orders(page)',
  'Query.purchaseOrderDeliveries(sort)',
  'OrderConnection.totalCount',
  'Counters.orders',
  'ReturnFilter.returnStatus',
  'PurchaseOrderDeliveryFilter.status',
  'AssignedAttributeFilter',
]);

/** Every shop that must be read, the combined ones first. */
export function shopCases(catalogs: readonly BundledCatalog[]): readonly ShopCase[] {
  const [first] = catalogs;
  if (first === undefined) return [];
  return [...combinedCases(catalogs, first.reference), ...missingCases(catalogs, first.reference)];
}

/** The elements of which something was only inferred, and those that the sync asks for: each missing by itself. */
function missingCases(catalogs: readonly BundledCatalog[], reference: GraphQLSchema): readonly ShopCase[] {
  return [...new Set([...inferredIn(catalogs), ...askedByTheSync])].map((element) => ({
    name: `without ${element}`,
    group: 'missing',
    change: { remove: [element] },
    disturbed: new Set([element]),
    // A row whose value is taken from its enum has another.
    columns: isValue(element, reference) ? 'any' : 'empty',
  }));
}

function isValue(element: string, reference: GraphQLSchema): boolean {
  return isEnumType(reference.getType(element.split('.')[0] ?? ''));
}

function inferredIn(catalogs: readonly BundledCatalog[]): readonly string[] {
  const uses = catalogs.flatMap((catalog) => catalog.uses.filter(({ what }) => what.length > 0));
  return [...new Set(uses.map(({ element }) => element))];
}

function combinedCases(catalogs: readonly BundledCatalog[], reference: GraphQLSchema): readonly ShopCase[] {
  const combined = (
    name: string,
    change: OtherShop,
    columns: ShopCase['columns'],
    disturbed?: ReadonlySet<string>,
  ): ShopCase => ({ name, group: 'combined', change, columns, disturbed });
  const named = catalogs.flatMap(({ uses }) =>
    uses.filter(({ what }) => what.includes('NAME')).map(({ element }) => element),
  );
  const connections = Object.values(reference.getQueryType()?.getFields() ?? {}).filter(({ name }) =>
    name.endsWith('Connection'),
  );
  const dateFilters = ['PurchaseOrderDeliveryFilter.createdAt', 'ReturnFilter.createdAt'];
  return [
    combined('without all whose name was inferred', { remove: [...new Set(named)] }, 'any'),
    combined('without all that was inferred and is no list', { remove: withoutLists(catalogs) }, 'any'),
    // A column with `first`, `default` or `join` then has what it falls back to.
    combined('every nullable relation null', { nullableNull: ['all'] }, 'any'),
    { ...combined('every non-null relation refused', { refuse: ['non-null'] }, 'empty'), isRefused: true },
    ...touchedInterfaces(catalogs, reference).map((name) =>
      combined(
        `an unknown implementation of ${name}`,
        { unknown: [`implementations:${name}`] },
        'any',
        membersOf(catalogs, reference, name),
      ),
    ),
    combined('an unknown implementation of each', { unknown: ['implementations'] }, 'any'),
    ...touchedEnums(catalogs, reference).map((name) =>
      combined(
        `an unknown value of ${name}`,
        { unknown: [`enum-values:${name}`] },
        'any',
        fieldsOfType(catalogs, reference, name),
      ),
    ),
    combined('an unknown value of each enum', { unknown: ['enum-values'] }, 'any'),
    combined('no connection', { remove: connections.map(({ name }) => `Query.${name}`) }, 'empty', new Set()),
    combined(
      'lists where we expect connections',
      {
        remove: connections.map(({ name }) => `Query.${name}`),
        add: `extend type Query {\n${connections.map((field) => listOf(field.name, reference)).join('\n')}\n}`,
      },
      'empty',
      new Set(),
    ),
    combined('no date filter on deliveries', { remove: dateFilters.slice(0, 1) }, 'empty', new Set()),
    combined('no date filter on returns', { remove: dateFilters.slice(1) }, 'empty', new Set()),
    combined('no date filter on either', { remove: dateFilters }, 'empty', new Set()),
  ];
}

/** All inferred elements but the root lists: a shop without those has no row at all. */
function withoutLists(catalogs: readonly BundledCatalog[]): readonly string[] {
  const needed = new Set(catalogs.flatMap(({ streams }) => streams.flatMap(({ needs }) => [...needs])));
  return inferredIn(catalogs).filter((element) => !needed.has(element));
}

function listOf(connection: string, reference: GraphQLSchema): string {
  const field = reference.getQueryType()?.getFields()[connection];
  const edges = field && fieldType(reference, getNamedType(field.type).name, 'edges');
  const node = edges && fieldType(reference, edges, 'node');
  return `  ${connection}(limit: Int = 20, page: Int = 1): [${node}!]!`;
}

function fieldType(reference: GraphQLSchema, owner: string, name: string): string | undefined {
  const type = reference.getType(owner);
  if (type === undefined || !('getFields' in type)) return undefined;
  const field = type.getFields()[name];
  return field === undefined ? undefined : getNamedType(field.type).name;
}

/** The types of the fields that the catalogs ask for. */
function typesTouched(catalogs: readonly BundledCatalog[], reference: GraphQLSchema): readonly string[] {
  const elements = catalogs.flatMap(({ uses }) => uses.map(({ element }) => element));
  const types = elements.flatMap((element) => {
    const [owner = '', member = ''] = element.split('.');
    return [owner, fieldType(reference, owner, member) ?? ''];
  });
  return [...new Set(types)].filter((name) => reference.getType(name) !== undefined).sort();
}

function touchedInterfaces(catalogs: readonly BundledCatalog[], reference: GraphQLSchema) {
  return typesTouched(catalogs, reference).filter((name) => isInterfaceType(reference.getType(name)));
}

function touchedEnums(catalogs: readonly BundledCatalog[], reference: GraphQLSchema): readonly string[] {
  return typesTouched(catalogs, reference).filter(
    (name) => isEnumType(reference.getType(name)) && !/Sort$|^Event/.test(name),
  );
}

/** The fields that the catalogs ask for whose values are of this type. */
function fieldsOfType(catalogs: readonly BundledCatalog[], reference: GraphQLSchema, type: string) {
  const elements = catalogs.flatMap(({ uses }) => uses.map(({ element }) => element));
  const own = elements.filter((element) => {
    const [owner = '', member = ''] = element.split('.');
    return fieldType(reference, owner, member) === type || element.startsWith(`${type}.`);
  });
  return new Set(own);
}

/** The fields of an interface, of what implements it, and those that lead to it. */
function membersOf(catalogs: readonly BundledCatalog[], reference: GraphQLSchema, name: string) {
  const type = reference.getType(name);
  const kinds = isAbstractType(type) ? reference.getPossibleTypes(type).map((kind) => kind.name) : [];
  const elements = catalogs.flatMap(({ uses }) => uses.map(({ element }) => element));
  return new Set([
    ...elements.filter((element) => [name, ...kinds].includes(element.split('.')[0] ?? '')),
    ...fieldsOfType(catalogs, reference, name),
  ]);
}

/** How to serve the same shop by hand. */
export function sandboxArguments({ change }: ShopCase): string {
  const { remove = [], add, unknown = [], nullableNull = [], refuse = [] } = change;
  if (add !== undefined) return `POST /control/schema ${JSON.stringify(change)}`;
  const option = (name: string, values: readonly string[]) =>
    values.length === 0 ? [] : [`--${name} '${values.join(',')}'`];
  return [
    ...option('without', remove),
    ...option('with-unknown', unknown),
    ...option('nullable-null', nullableNull),
    ...option('refuse', refuse),
  ].join(' ');
}
