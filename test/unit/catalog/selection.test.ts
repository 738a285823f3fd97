import { expect, test } from 'vitest';
import { attributesKey, responseKey } from '../../../src/catalog/path/response-key.ts';
import {
  mergeSelections,
  renderSelection,
  type Selection,
  selectionOfPaths,
} from '../../../src/catalog/query/selection.ts';
import { rootDefinition, rootNames } from '../../../src/roots/derive.ts';
import { knownRoots } from '../../../src/roots/roots.ts';
import { reference } from './compile-yaml.ts';

function field(
  name: string,
  selection?: Selection,
  args: readonly { name: string; literal: string }[] = [],
): Selection {
  return { fields: [{ responseKey: responseKey(name, args), name, args, selection }], fragments: [] };
}

test('selections of several streams are merged field by field and fragment by fragment', () => {
  const customer = (inner: string): Selection => ({
    fields: [],
    fragments: [{ on: 'DirectToConsumerOrder', selection: field('customer', field(inner)) }],
  });
  const merged = mergeSelections([
    field('market', field('id')),
    customer('id'),
    field('market', field('name')),
    customer('email'),
    field('id'),
  ]);
  expect(renderSelection(merged)).toBe(
    '{ market { id name } id ... on DirectToConsumerOrder { customer { id email } } }',
  );
});

test('an object of which nothing is asked still has its existence', () => {
  expect(renderSelection(field('lines', { fields: [], fragments: [] }))).toBe('{ lines { __typename } }');
});

test('one key for two questions is a bug, and is found', () => {
  const other: Selection = {
    fields: [
      { responseKey: 'lines', name: 'lines', args: [{ name: 'a', literal: '1' }], selection: undefined },
    ],
    fragments: [],
  };
  expect(() => mergeSelections([field('lines', field('id')), other])).toThrow(
    'One response key stands for both lines and lines(a: 1).',
  );
});

test('different arguments never share a key', () => {
  const calls = [
    [],
    [
      { name: 'a', literal: '1' },
      { name: 'b', literal: '2' },
    ],
    [{ name: 'a', literal: '"1_b_2"' }],
    [{ name: 'a', literal: '"1 b 2"' }],
    [
      { name: 'a', literal: '"1"' },
      { name: 'b', literal: '2' },
    ],
    [{ name: 'a', literal: '-1' }],
    [{ name: 'a', literal: '1' }],
    [{ name: 'a', literal: '1.0' }],
    [{ name: 'a', literal: '{b: 1}' }],
  ];
  const keys = calls.map((args) => responseKey('f', args));
  // A text and a number of the same letters cannot both be right for one argument.
  expect(new Set(keys).size).toBe(calls.length - 1);
  for (const key of [...keys, attributesKey('färg'), attributesKey('a-b'), attributesKey('a_b')])
    expect(key).toMatch(/^[A-Za-z_]\w*$/);
  expect(attributesKey('a-b')).not.toBe(attributesKey('a_b'));
});

test('the fields that a sync needs, on one kind where only that has them', () => {
  const selection = selectionOfPaths(reference, 'Order', ['id', 'number', 'customer.id', 'store.type']);
  expect(renderSelection(selection)).toBe(
    '{ id number store { type } ... on DirectToConsumerOrder { customer { id } } }',
  );
  expect(() => selectionOfPaths(reference, 'Order', ['orderNo'])).toThrow('has no field Order.orderNo');
});

test('any root list that can be paged by an id can be a stream', () => {
  expect(rootNames(reference)).toEqual([
    'orders',
    'shipments',
    'orderPaymentHistory',
    'invoices',
    'customers',
    'accounts',
    'returns',
    'purchaseOrders',
    'purchaseOrderDeliveries',
    'suppliers',
    'warehouses',
    'stockChanges',
    'stockChangeLines',
    'affiliates',
    'brands',
    'campaigns',
    'collections',
    'markets',
    'pricelists',
    'products',
    'productSizes',
    'productVariants',
    'stores',
    'storePlugins',
  ]);
  for (const root of knownRoots) expect(rootDefinition(root.root, reference)).toBe(root);
  expect(rootDefinition('purchaseOrders', reference)).toEqual({
    root: 'purchaseOrders',
    connection: 'purchaseOrderConnection',
    label: 'purchase orders',
    id: 'id',
    pageKey: { field: 'id', sort: 'id_ASC', descending: 'id_DESC' },
    change: { kind: 'updated', field: 'updatedAt', filter: 'updatedAt' },
  });
  expect(rootDefinition('stockChanges', reference)).toMatchObject({
    connection: 'stockChangeConnection',
    change: { kind: 'snapshot' },
  });
  expect(rootDefinition('rateLimits', reference)).toBeUndefined();
  expect(rootDefinition('events', reference)).toBeUndefined();
});
