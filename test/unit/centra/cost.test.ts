import { buildSchema, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { compileCost, costOf } from '../../../src/centra/cost.ts';

/** Types as the public reference has them, as far as they are asked for here. */
const schema = buildSchema(`
  type Query {
    orders(where: OrderFilter, limit: Int = 20, page: Int = 1): [Order!]!
    orderConnection(where: OrderFilter, first: Int, after: String, last: Int, before: String): OrderConnection!
    order(number: Int): Order
    products(limit: Int = 20, page: Int = 1): [Product!]!
    warehouses(limit: Int = 20, page: Int = 1): [Warehouse!]!
    counters: Counters!
    rateLimits: [RateLimit!]!
  }
  type Mutation { confirmEvents(ids: [Int!]!): Confirmed! }
  type Confirmed { userErrors: [UserError!]! }
  type UserError { message: String! path: [String!]! }
  input OrderFilter { storeType: String }
  type RateLimit { type: String! intervalSeconds: String! quota: Int! usedQuota: Int! remainingQuota: Int! }
  type Counters { orders(where: OrderFilter): Int! }
  type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
  type OrderConnection { totalCount: Int! pageInfo: PageInfo! edges: [OrderEdge!]! }
  type OrderEdge { cursor: String! node: Order! }
  interface Order { id: String! number: Int! status: String! orderDate: String! grandTotal: Money! lines(limit: Int): [OrderLine!]! shippingAddress: Address tags: [String!]! }
  type DirectToConsumerOrder implements Order { id: String! number: Int! status: String! orderDate: String! grandTotal: Money! lines(limit: Int): [OrderLine!]! shippingAddress: Address tags: [String!]! customer: Customer }
  type WholesaleOrder implements Order { id: String! number: Int! status: String! orderDate: String! grandTotal: Money! lines(limit: Int): [OrderLine!]! shippingAddress: Address tags: [String!]! buyer: Buyer }
  type Customer { id: Int! email: String }
  type Buyer { id: Int! }
  type Address { city: String country: Country }
  type Country { code: String! }
  type Money { value: Float! currency: Currency! }
  type Currency { code: String! }
  type OrderLine { id: Int! quantity: Int! lineValue: Money! }
  type Product { id: Int! variants(limit: Int): [Variant!]! }
  type Variant { id: Int! productSizes: [Size!]! unitCost: Money }
  type Size { id: Int! SKU: String }
  type Warehouse { id: Int! stock(limit: Int = 20, page: Int = 1): [Stock!]! }
  type Stock { freeToAllocateQuantity: Int! physicalQuantity: Int! demandQuantity: Int! productSize: Size! }
`);

function cost(query: string, variables: Readonly<Record<string, unknown>> = {}, name?: string): number {
  return costOf(parse(query), variables, schema, name);
}

describe('what the documentation prints', () => {
  test('rateLimits costs 10', () => {
    expect(cost('{ rateLimits { type intervalSeconds quota usedQuota remainingQuota } }')).toBe(10);
  });

  test('the last ten of a Connection, with a total and its currency, cost 50', () => {
    const query = `{
      orderConnection(last: 10, before: "bnVtYmVyOjE2Ng==", where: { storeType: "WHOLESALE" }) {
        totalCount
        pageInfo { hasPreviousPage, hasNextPage, startCursor, endCursor }
        edges { node { number status grandTotal { value currency { code } } orderDate } cursor }
      }
    }`;
    expect(cost(query)).toBe(50);
  });

  // Printed with v0.32 and v1.7, before the formula was public; it does not reach them. With it, they cost less or more.
  test('one order with a small address and its customer is printed with 229, and costs 30 by the formula', () => {
    const query = `query getOrders {
      orders(where: { number: 14 }) { number status shippingAddress { city } ...customerId }
    }
    fragment customerId on DirectToConsumerOrder { customer { id email } }`;
    expect(cost(query)).toBe(10 * (1 + 1 + 1));
  });

  test('products with variants and sizes are printed with 121, and cost 1,311 by the formula', () => {
    const query = `{
      products(limit: 10) {
        ...product
        variants { ...variant productSizes { ...size } }
      }
      counters { orders }
    }
    fragment product on Product { id }
    fragment variant on Variant { id unitCost { value currency { code } } }
    fragment size on Size { id SKU }`;
    expect(cost(query)).toBe(10 * (1 + 10 * (1 + 2 + 10 * 1)) + 1);
  });
});

test.each<[string, string, number]>([
  ['scalars cost nothing', '{ order(number: 1) { id number status } }', 1],
  ['an object costs 1 and its fields', '{ order(number: 1) { shippingAddress { country { code } } } }', 3],
  ['a list of scalars costs nothing', '{ order(number: 1) { tags } }', 1],
  ['a list costs its limit times one element', '{ orders(limit: 50) { id } }', 50],
  ['a list without a limit counts as ten, whatever its default is', '{ orders { id } }', 10],
  ['a limit of null is none', '{ orders(limit: null) { id } }', 10],
  ['lists multiply', '{ orders(limit: 50) { lines { lineValue { value } } } }', 50 * (1 + 10 * 2)],
  [
    'a limit on a nested list saves most',
    '{ orders(limit: 50) { lines(limit: 3) { lineValue { value } } } }',
    50 * (1 + 3 * 2),
  ],
  [
    'a Connection costs `first` times all below it, and its edges nothing',
    '{ orderConnection(first: 200) { pageInfo { endCursor } edges { node { id lines { id } } } } }',
    200 * (1 + 1 + (1 + 10)),
  ],
  ['a Connection that is asked for nothing of its rows', '{ orderConnection(first: 1) { totalCount } }', 1],
  ['a Connection without `first`', '{ orderConnection { edges { node { id } } } }', 10 * 2],
  [
    'of the quantities of stock, only the free one is free',
    '{ warehouses(limit: 1) { stock(limit: 200) { freeToAllocateQuantity physicalQuantity demandQuantity productSize { id } } } }',
    1 + 200 * (1 + 2 + 2 + 1),
  ],
  [
    'fragments cost what stands in them, all of them',
    '{ orders(limit: 2) { ... on DirectToConsumerOrder { customer { id } } ... on WholesaleOrder { buyer { id } } } }',
    2 * 3,
  ],
  ['a fragment without a type', '{ orders(limit: 2) { ... { shippingAddress { city } } } }', 2 * 2],
  ['aliases count each', '{ a: orders(limit: 2) { id } b: orders(limit: 3) { id } }', 5],
  ['what is left out costs nothing', '{ orders(limit: 2) @include(if: false) { id } }', 0],
  ['what is not skipped costs', '{ orders(limit: 2) @skip(if: false) { id } }', 2],
  ['a mutation follows the formula', 'mutation { confirmEvents(ids: [1]) { userErrors { message } } }', 11],
  ['a question for the schema', '{ __schema { types { name } } }', 0],
  ['a field that the schema lacks is taken for an object', '{ unheardOf { id more { id } } }', 2],
])('%s', (_, query, points) => {
  expect(cost(query)).toBe(points);
});

test('variables say how many, and their defaults where they are not given', () => {
  const text = `query ($n: Int = 7, $lines: Int, $isFirst: Boolean!) {
    orderConnection(first: $n) {
      pageInfo @include(if: $isFirst) { endCursor }
      edges { node { lines(limit: $lines) { id } } }
    }
  }`;
  const points = compileCost(parse(text), schema);
  expect(points({ n: 200, lines: 5, isFirst: true })).toBe(200 * (1 + 1 + 1 + 5));
  expect(points({ n: 200, lines: 5, isFirst: false })).toBe(200 * (1 + 1 + 5));
  expect(points({ lines: null, isFirst: false })).toBe(7 * (1 + 1 + 10));
  expect(points({ n: null, isFirst: true })).toBe(10 * (1 + 1 + 1 + 10));
});

test('of several operations the named one counts', () => {
  const text = 'query a { orders(limit: 2) { id } } query b { orders(limit: 3) { id } }';
  expect(cost(text, {}, 'b')).toBe(3);
  expect(cost(text, {}, 'a')).toBe(2);
});

test('a fragment that holds itself ends', () => {
  expect(cost('{ orders(limit: 2) { ...f } } fragment f on Order { shippingAddress { city } ...f }')).toBe(4);
});
