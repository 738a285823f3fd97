import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import { pageCost } from '../../../src/workbench/explain/page-cost.ts';

const schema = buildSchema(`
  type Query { warehouses(limit: Int): [Warehouse!]! orders(limit: Int): [Order!]! }
  type Warehouse { id: Int! stock(limit: Int, page: Int): [Stock!]! }
  type Stock { freeToAllocateQuantity: Int! physicalQuantity: Int! }
  type Order { id: Int! customer: Customer }
  type Customer { id: Int! }
`);
const query = { what: 'rows', operationName: 'q' };

test('a list costs by its rows', () => {
  const text = 'query q($limit: Int) { orders(limit: $limit) { id customer { id } } }';
  const page = { ...query, query: text, variables: { limit: 200 }, rows: 200 };
  expect(pageCost([page], schema)).toEqual({ perRequest: 0, perRow: 2 });
});

test('rows inside one parent: the parent costs once per request; of its quantities, the free one nothing', () => {
  const text = `query q($limit: Int) {
    warehouses(limit: 1) { id stock(limit: $limit, page: 1) { freeToAllocateQuantity physicalQuantity } } }`;
  const parents = { ...query, query: '{ warehouses(limit: 50) { id } }', variables: {}, rows: 50 };
  const page = { ...query, query: text, variables: { limit: 200, where: {} }, rows: 200 };
  expect(pageCost([parents, page], schema)).toEqual({ perRequest: 1, perRow: 3 });
});

test('a query that does not say how many rows it asks for costs once', () => {
  const page = { ...query, query: 'query q { orders { id } }', variables: {} };
  expect(pageCost([page], schema)).toEqual({ perRequest: 10, perRow: 0 });
  expect(pageCost([], schema)).toEqual({ perRequest: 0, perRow: 0 });
});
