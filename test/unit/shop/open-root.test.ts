import { type GraphQLSchema, getNamedType, getVariableValues, isListType, parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import type { CentraClient, Query } from '../../../src/centra/client.ts';
import { isObject } from '../../../src/json.ts';
import { indeliveries } from '../../../src/roots/indeliveries.ts';
import { inventory } from '../../../src/roots/inventory.ts';
import { orders } from '../../../src/roots/orders.ts';
import { openRoot } from '../../../src/shop/open-root.ts';
import { groupMembers } from '../../../src/verify/group.ts';
import { shopRows } from '../../../src/verify/shop-rows.ts';
import { liveSchema, reference } from '../catalog/compile-yaml.ts';
import { plainStream } from '../sync/compiled-stream.ts';

const { signal } = new AbortController();

/** The public reference names one status of a delivery. A live shop has more. */
const withStatuses: GraphQLSchema = liveSchema([
  'enum PurchaseOrderDeliveryStatus {',
  'enum PurchaseOrderDeliveryStatus {\n  PENDING',
]);

/** A shop that refuses what its schema does not allow, variables too, as the API does; it has no rows and counts ten of everything. */
function strictShop(schema: GraphQLSchema) {
  const asked: Query[] = [];
  const ask = async (query: Query) => {
    const document = parse(query.query);
    expect(validate(schema, document)).toEqual([]);
    const [operation] = document.definitions;
    if (operation?.kind !== 'OperationDefinition') throw new Error('One operation is sent.');
    const { errors } = getVariableValues(schema, operation.variableDefinitions ?? [], query.variables);
    expect(errors).toBeUndefined();
    // GraphQL takes one value for a list of one; we send what the type says.
    for (const [name, value] of Object.entries(query.variables)) {
      const definition = operation.variableDefinitions?.find(({ variable }) => variable.name.value === name);
      const type =
        definition && schema.getType(String((definition.type as { name?: { value: string } }).name?.value));
      if (type === undefined || !isObject(value) || !('getFields' in type)) continue;
      for (const [key, field] of Object.entries(type.getFields())) {
        if (value[key] !== undefined)
          expect([key, Array.isArray(value[key])]).toEqual([key, isListType(field.type)]);
      }
    }
    asked.push(query);
    const counts = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`n${at}`, 10]));
    const counters = { ...counts, orders: 10, purchaseOrderDeliveries: 10 };
    const connection = { pageInfo: { hasNextPage: false, endCursor: null }, edges: [] };
    const lists = Object.values(schema.getQueryType()?.getFields() ?? {}).map(({ name, type }) => [
      name,
      getNamedType(type).name.endsWith('Connection') ? connection : [],
    ]);
    return {
      data: { ...Object.fromEntries(lists), counters },
      refusals: [],
      deprecations: [],
    } as never;
  };
  const client = { ask, comfortableRows: (_: string, most: number) => most } as unknown as CentraClient;
  return { client, asked };
}

describe('where a filter takes one value', () => {
  const several = { status: ['INSERTED', 'PENDING'] };

  test('several are counted one by one in the same request, and summed', async () => {
    const { client, asked } = strictShop(withStatuses);
    const root = openRoot(client, withStatuses, indeliveries);
    expect(await root.counts([several, { status: ['INSERTED'] }, { id: [] }], signal)).toEqual([20, 10, 0]);
    expect(asked.map(({ variables }) => variables)).toEqual([
      { n0: { status: 'INSERTED' }, n1: { status: 'PENDING' }, n2: { status: 'INSERTED' } },
    ]);
  });

  test('several are listed by a request each', async () => {
    const { client, asked } = strictShop(withStatuses);
    const root = openRoot(client, withStatuses, indeliveries, { warehouseId: [1] });
    for await (const { objects } of root.rows(root.fields(['id'])).all(several, signal))
      expect(objects).toEqual([]);
    expect(asked.map(({ variables }) => variables.where)).toEqual([
      { warehouseId: [1], status: 'INSERTED' },
      { warehouseId: [1], status: 'PENDING' },
    ]);
  });

  test('pages with a position that a state holds cannot be split, and that is said', () => {
    const { client } = strictShop(withStatuses);
    const root = openRoot(client, withStatuses, indeliveries);
    expect(() => root.rows(root.fields(['id'])).pages(several)).toThrow(
      'The deliveries can be filtered by one status at a time, and several are asked for.',
    );
  });

  test('rows are found by one id at a time', async () => {
    const schema = liveSchema([
      'input PurchaseOrderDeliveryFilter {\n  id: [Int!]',
      'input PurchaseOrderDeliveryFilter {\n  id: Int',
    ]);
    const { client, asked } = strictShop(schema);
    const root = openRoot(client, schema, indeliveries);
    for await (const { ids } of root.rows(root.fields(['id'])).byIds(['7', '8'], signal))
      expect(ids).toEqual(['7', '8']);
    expect(asked.map(({ variables }) => variables.where)).toEqual([{ id: 7 }, { id: 8 }]);
  });

  test('verify counts and lists the deliveries of a status', async () => {
    const { client, asked } = strictShop(reference);
    const stream = plainStream('indeliveries', indeliveries, { key: ['id'], cursor: 'createdAt' });
    const view = {
      stream,
      root: { column: 'id', filter: 'id' },
      statusColumn: 'status',
      amountColumns: [],
      isKeyShowable: true,
    };
    const fold = { view, roots: new Map() } as never;
    const coverage = { covered: [{}], owed: [], open: new Set<string>() } as never;
    const [group] = groupMembers([{ fold, coverage }], { client, schema: reference });
    if (group === undefined) throw new Error('There is a group.');
    expect(group.status).toMatchObject({ field: 'status', filter: 'status' });
    const shop = shopRows(group, signal);
    const range = { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' };
    expect(await shop.count([{ range, status: 'INSERTED' }])).toEqual([10]);
    await shop.list([{ range, status: 'INSERTED' }]);
    await shop.find(['7']);
    const createdAt = { from: '2026-01-01T00:00:00+00:00', to: '2026-01-02T00:00:00+00:00' };
    expect(asked.map(({ variables }) => variables.n0 ?? variables.where)).toEqual([
      { createdAt, status: 'INSERTED' },
      { createdAt, status: 'INSERTED' },
      { id: [7] },
    ]);
  });
});

test.each([orders, indeliveries, inventory])(
  'whatever is asked of $root fits its schema',
  async (definition) => {
    const { client, asked } = strictShop(reference);
    const root = openRoot(client, reference, definition);
    const rows = root.wholeRows(root.fields([definition.id, definition.pageKey.field]));
    await rows.pages({ id: [root.filter.id('id', 1)] })(undefined, signal);
    for await (const _ of rows.byIds([1, 2], signal));
    expect(await root.ids(signal)).toEqual([]);
    expect(await root.oldest(signal)).toBeUndefined();
    await root.first(root.fields(['id']), { rows: 3 }, signal);
    await root.sample({ parts: [], rows: 3, oldestRows: 2 }, signal).catch(() => undefined);
    if (definition === inventory) await root.countNested('stock', signal);
    expect(asked.length).toBeGreaterThan(4);
  },
);

test('types are read from the live arguments, whatever they are called and whether or not they must be there', async () => {
  const schema = liveSchema(
    ['OrderFilter', 'OrderSelectionInput'],
    ['where: OrderSelectionInput', 'where: OrderSelectionInput!'],
    ['sort: [OrderSort!] = [orderDate_DESC]', 'sort: OrderSort'],
  );
  const { client, asked } = strictShop(schema);
  const root = openRoot(client, schema, orders);
  await root.rows(root.fields(['id'])).pages({})(undefined, signal);
  for await (const _ of root.rows(root.fields(['id'])).byIds([1001], signal, 'number'));
  expect(await root.counts([{}], signal)).toEqual([10]);
  for (const { query } of asked) expect(query).toContain(': OrderSelectionInput!');
  expect(asked[0]?.query).toContain('sort: number_ASC,');
});

test('what no row can match is not asked for', async () => {
  const { client, asked } = strictShop(reference);
  const root = openRoot(client, reference, orders, { number: [1] });
  const rows = root.rows(root.fields(['id']));
  expect(await rows.pages({ number: [2] })(undefined, signal)).toMatchObject({
    objects: [],
    next: undefined,
  });
  for await (const { objects } of rows.byIds([2], signal, 'number')) expect(objects).toEqual([]);
  expect(await root.counts([{ number: [2] }], signal)).toEqual([0]);
  expect(
    (await root.first(root.fields(['id']), { rows: 1, condition: { number: [2] } }, signal)).objects,
  ).toEqual([]);
  expect(asked).toEqual([]);
});
