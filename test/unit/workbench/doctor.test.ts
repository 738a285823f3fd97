import { buildSchema } from 'graphql';
import { describe, expect, test } from 'vitest';
import type { OrderFacts } from '../../../src/shop/order-facts.ts';
import {
  behaviourFacts,
  behaviours,
  eventsConclusion,
  type Observed,
} from '../../../src/workbench/doctor/behaviour.ts';
import { schemaDifferences, touchesUses } from '../../../src/workbench/doctor/schema-difference.ts';

const schemaText = `
  type Query { orders(where: OrderFilter, limit: Int = 20): [Order!]! }
  interface Order { id: String! note: String market: Market lines: [Line!]! }
  type WebOrder implements Order { id: String! note: String market: Market lines: [Line!]! }
  type Line { id: Int! }
  type Market { id: Int! name: String! }
  input OrderFilter { id: [String!] status: [Status!] }
  enum Status { OPEN DONE }
`;
const bundled = buildSchema(schemaText);

/** The bundled schema with texts replaced. */
function live(...changes: readonly (readonly [string, string])[]) {
  let text = schemaText;
  for (const [from, to] of changes) {
    expect(text).toContain(from);
    text = text.replaceAll(from, to);
  }
  return buildSchema(text);
}

describe('how a live schema differs', () => {
  test('not at all', () => expect(schemaDifferences(bundled, live())).toEqual([]));

  test.each([
    ['a field is missing', ['name: String!', ''], [{ kind: 'missing', element: 'Market.name' }]],
    [
      'a field has another name and the same type',
      ['name: String!', 'names: String'],
      [
        { kind: 'renamed', element: 'Market.name', live: 'names' },
        { kind: 'new', element: 'Market.names', live: 'String' },
      ],
    ],
    [
      'a field with a name like it is of another type',
      ['name: String!', 'names: [String!]!'],
      [
        { kind: 'missing', element: 'Market.name' },
        { kind: 'new', element: 'Market.names', live: '[String!]!' },
      ],
    ],
    [
      'it may be null',
      ['name: String!', 'name: String'],
      [{ kind: 'nullable', element: 'Market.name', bundled: 'String!', live: 'String' }],
    ],
    [
      'it may not be null',
      ['id: [String!] status', 'id: [String!]! status'],
      [{ kind: 'not null', element: 'OrderFilter.id', bundled: '[String!]', live: '[String!]!' }],
    ],
    [
      'a filter takes one value',
      ['status: [Status!]', 'status: Status'],
      [{ kind: 'other type', element: 'OrderFilter.status', bundled: '[Status!]', live: 'Status' }],
    ],
    [
      'an argument is missing and another must be given',
      ['limit: Int = 20', 'first: Int!'],
      [
        { kind: 'missing', element: 'Query.orders(limit)' },
        { kind: 'new required argument', element: 'Query.orders(first)', live: 'Int!' },
      ],
    ],
    [
      'an argument that may be left out is new',
      ['limit: Int = 20', 'limit: Int = 20, page: Int'],
      [{ kind: 'new', element: 'Query.orders(page)', live: 'Int' }],
    ],
    [
      'an enum has other values',
      ['OPEN DONE', 'OPEN HELD'],
      [
        { kind: 'missing', element: 'Status.DONE' },
        { kind: 'new value', element: 'Status.HELD' },
      ],
    ],
    [
      'a type is another kind of thing',
      ['type Line {', 'interface Line {'],
      [{ kind: 'other type', element: 'Line', bundled: 'an object', live: 'an interface' }],
    ],
  ] as const)('%s', (_, change, expected) => {
    expect(schemaDifferences(bundled, live(change))).toEqual(expected);
  });

  test('an interface has another implementation, which is a new type as well', () => {
    const shop = live([
      'type Line',
      'type ShopOrder implements Order { id: String! note: String market: Market lines: [Line!]! }\n  type Line',
    ]);
    expect(schemaDifferences(bundled, shop)).toEqual([
      { kind: 'new implementation', element: 'Order', live: 'ShopOrder' },
      { kind: 'new', element: 'ShopOrder' },
    ]);
  });

  test.each([
    ['Market.name', 'missing', true],
    ['Market.id', 'missing', false],
    ['Market', 'missing', true],
    ['Query.orders(first)', 'new required argument', true],
    ['Query.orders(page)', 'new', false],
    ['Status.HELD', 'new value', true],
    ['Order', 'new implementation', true],
    ['Line', 'missing', false],
  ] as const)('%s (%s) is about what is asked for: %s', (element, kind, isTouched) => {
    const uses = new Set(['Query.orders', 'Market.name', 'OrderFilter.status']);
    expect(touchesUses({ element, kind }, uses, bundled)).toBe(isTouched);
  });
});

const nothing: Observed = {
  orders: { failure: 'This API does not count orders.' },
  facts: { found: [] },
  changedAtOnce: { found: undefined },
  costs: [],
  event: { found: undefined },
  ordersOfEvent: undefined,
  deliveryStatuses: undefined,
};

function verdicts(observed: Partial<Observed>): Readonly<Record<string, string>> {
  const facts = behaviourFacts({ ...nothing, ...observed });
  return Object.fromEntries(facts.map(({ fact, verdict }) => [fact, verdict]));
}

const order: OrderFacts = {
  createdAt: '2026-01-01T10:00:00+01:00',
  updatedAt: '2026-01-01T10:00:00+0100',
  currencyBaseRate: 1.5,
  conversionRate: 1.5,
  originalQuantity: 5,
  lines: [{ quantity: 3, cancelledQuantity: 2, isOfBundle: false }],
};
const event = { objectType: 'Order', changeType: 'UPDATED', referenceForm: 'number', reference: 7 };
const counts = { all: 10, by_status: 10, by_hold: 10, by_waiting_for_payment: 10, statuses: {} };

describe('what a shop shows of each behaviour', () => {
  test('of a shop that shows nothing, nothing is known', () => {
    expect(verdicts({})).toEqual(
      Object.fromEntries(Object.keys(behaviours).map((fact) => [fact, 'unknown'])),
    );
  });

  test.each<[string, Partial<Observed>, string, string]>([
    ['no part exceeds the whole', { orders: { found: counts } }, 'orders-all-come', 'confirmed'],
    ['a part does', { orders: { found: { ...counts, by_hold: 11 } } }, 'orders-all-come', 'refuted'],
    [
      'a part is not counted',
      { orders: { found: { ...counts, by_hold: null } } },
      'orders-all-come',
      'unknown',
    ],
    ['none at the very moment', { changedAtOnce: { found: 0 } }, 'filter-ends-included', 'refuted'],
    ['one at the very moment', { changedAtOnce: { found: 1 } }, 'filter-ends-included', 'confirmed'],
    ['times with offsets', { facts: { found: [order] } }, 'times-whole-seconds', 'confirmed'],
    [
      'a time with a fraction',
      { facts: { found: [{ ...order, createdAt: '2026-01-01T10:00:00.5Z' }] } },
      'times-whole-seconds',
      'refuted',
    ],
    [
      'a time that is none',
      { facts: { found: [{ ...order, createdAt: 12 }] } },
      'times-whole-seconds',
      'refuted',
    ],
    ['no line is fully cancelled', { facts: { found: [order] } }, 'cancelled-line-is-zero', 'unknown'],
    [
      'one is',
      { facts: { found: [{ ...order, lines: [{ quantity: 0, cancelledQuantity: 2, isOfBundle: false }] }] } },
      'cancelled-line-is-zero',
      'confirmed',
    ],
    ['3 and 2 of 5', { facts: { found: [order] } }, 'quantity-without-cancelled', 'confirmed'],
    [
      '3 and 2 of 3',
      { facts: { found: [{ ...order, originalQuantity: 3 }] } },
      'quantity-without-cancelled',
      'refuted',
    ],
    [
      'a bundle',
      { facts: { found: [{ ...order, lines: [{ quantity: 3, cancelledQuantity: 2, isOfBundle: true }] }] } },
      'quantity-without-cancelled',
      'unknown',
    ],
    ['two rates', { facts: { found: [{ ...order, conversionRate: 2 }] } }, 'rate-of-the-order', 'refuted'],
    ['another cost', { costs: [{ what: 'orders', computed: 10, told: 12 }] }, 'cost-formula', 'refuted'],
    ['no INSERTED', { deliveryStatuses: ['OPEN'] }, 'delivery-final-status', 'refuted'],
    ['a number of one order', { event: { found: event }, ordersOfEvent: 1 }, 'event-reference', 'confirmed'],
    ['a number of none', { event: { found: event }, ordersOfEvent: 0 }, 'event-reference', 'refuted'],
    [
      'text',
      { event: { found: { ...event, referenceForm: 'string' } }, ordersOfEvent: 1 },
      'event-reference',
      'refuted',
    ],
    [
      'a number of another object',
      { event: { found: { ...event, objectType: 'Return' } } },
      'event-reference',
      'unknown',
    ],
  ])('%s', (_, observed, fact, verdict) => {
    expect(verdicts(observed)[fact]).toBe(verdict);
  });
});

test.each([
  [{ failure: 'No.' }, { failure: 'No.' }, 'Whether events are on could not be asked.'],
  [{ found: [] }, { found: null }, 'Nothing is listened to, so no event can wait'],
  [{ found: ['Order'] }, { found: null }, 'or Centra has not switched events on'],
  [{ found: ['Order'] }, { found: { object_type: 'Order', change_type: 'UPDATED' } }, 'Events are on'],
])('events: %j and %j', (listeners, waiting, sentence) => {
  expect(eventsConclusion({ listeners, waiting } as Parameters<typeof eventsConclusion>[0])).toContain(
    sentence,
  );
});
