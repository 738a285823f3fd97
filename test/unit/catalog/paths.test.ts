import { parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { renderSelection } from '../../../src/catalog/query/selection.ts';
import {
  compileYaml,
  dataOf,
  goodStream,
  liveSchema,
  orderColumn,
  problemTexts,
  reference,
} from './compile-yaml.ts';

interface PathCase {
  readonly column: string;
  /** On top of `id` and `updatedAt`. */
  readonly selects: string;
  readonly answer: Readonly<Record<string, unknown>>;
  readonly gives: unknown;
  readonly type: unknown;
}

const attribute = (...elements: readonly unknown[]) => ({ elements });

const cases: Readonly<Record<string, PathCase>> = {
  'a field': { column: 'number', selects: 'number', answer: { number: 7 }, gives: 7, type: 'integer' },
  'a field of an object that may be missing': {
    column: 'market.name',
    selects: 'market { name }',
    answer: { market: null },
    gives: null,
    type: ['null', 'string'],
  },
  'four levels': {
    column: 'shippingPriceGroup.shippingOption.name',
    selects: 'shippingPriceGroup { shippingOption { name } }',
    answer: { shippingPriceGroup: { shippingOption: { name: 'DHL' } } },
    gives: 'DHL',
    type: ['null', 'string'],
  },
  arguments: {
    column: 'grandTotal(includingTax: false).value',
    selects: 'grandTotal_includingTax_false: grandTotal(includingTax: false) { value }',
    answer: { grandTotal_includingTax_false: { value: 1.5 } },
    gives: 1.5,
    type: 'number',
  },
  'a time in a format of its own is a text': {
    column: 'createdAt(format: "Y-m")',
    selects: 'createdAt_format_Y_m_72bdf4e8: createdAt(format: "Y-m")',
    answer: { createdAt_format_Y_m_72bdf4e8: '2024-05' },
    gives: '2024-05',
    type: 'string',
  },
  'one element of a list': {
    column: 'lines[1].productSize.SKU',
    selects: 'lines { productSize { SKU } }',
    answer: { lines: [{ productSize: { SKU: 'a' } }, { productSize: { SKU: 'b' } }] },
    gives: 'b',
    type: ['null', 'string'],
  },
  'an element that is not there': {
    column: 'lines[0].quantity',
    selects: 'lines { quantity }',
    answer: { lines: [] },
    gives: null,
    type: ['null', 'integer'],
  },
  'every element': {
    column: 'lines(includeFullyCancelled: true)[].quantity',
    selects: 'lines_includeFullyCancelled_true: lines(includeFullyCancelled: true) { quantity }',
    answer: { lines_includeFullyCancelled_true: [{ quantity: 1 }, { quantity: 2 }] },
    gives: [1, 2],
    type: 'array',
  },
  'lists within lists become one list': {
    column: 'lines[].allocations[].warehouse.name',
    selects: 'lines { allocations { warehouse { name } } }',
    answer: {
      lines: [
        { allocations: [{ warehouse: { name: 'A' } }, { warehouse: null }] },
        { allocations: [] },
        { allocations: [{ warehouse: { name: 'B' } }] },
      ],
    },
    gives: ['A', null, 'B'],
    type: 'array',
  },
  'a field of one kind only': {
    column: 'customer.id',
    selects: '... on DirectToConsumerOrder { customer { id } }',
    answer: { customer: { id: 4 } },
    gives: 4,
    type: ['null', 'integer'],
  },
  'an attribute: its text': {
    column: 'attributes[pr_long_name].text',
    selects:
      'attributes_pr_long_name: attributes(where: {typeName: {equals: "pr_long_name"}}) { elements { key ... on AttributeStringElement { value } ... on AttributeChoiceElement { selectedValueName selectedValue } ... on AttributeFileElement { url } ... on AttributeImageElement { url } } }',
    answer: {
      attributes_pr_long_name: [attribute({ key: 'other', value: 'no' }, { key: 'text', value: 'Long' })],
    },
    gives: 'Long',
    type: ['null', 'string'],
  },
  'an attribute: the first of several that has a value': {
    column: 'attributes[a].text',
    selects:
      'attributes_a: attributes(where: {typeName: {equals: "a"}}) { elements { key ... on AttributeStringElement { value } ... on AttributeChoiceElement { selectedValueName selectedValue } ... on AttributeFileElement { url } ... on AttributeImageElement { url } } }',
    answer: {
      attributes_a: [
        attribute({ key: 'text', value: null }),
        attribute(),
        attribute({ key: 'text', selectedValue: '2' }),
        attribute({ key: 'text', value: 'x' }),
      ],
    },
    gives: '2',
    type: ['null', 'string'],
  },
  'an attribute: all of them': {
    column: 'attributes[a][].size.value',
    selects:
      'attributes_a: attributes(where: {typeName: {equals: "a"}}) { elements { key ... on AttributeStringElement { value } } }',
    answer: {
      attributes_a: [attribute({ key: 'size', value: 'S' }), attribute({ key: 'size', value: 'M' })],
    },
    gives: ['S', 'M'],
    type: 'array',
  },
  'an attribute: the second': {
    column: 'attributes[a][1].size.value',
    selects:
      'attributes_a: attributes(where: {typeName: {equals: "a"}}) { elements { key ... on AttributeStringElement { value } } }',
    answer: {
      attributes_a: [attribute({ key: 'size', value: 'S' }), attribute({ key: 'size', value: 'M' })],
    },
    gives: 'M',
    type: ['null', 'string'],
  },
  'an attribute: another field of the element': {
    column: 'attributes[sh_swatch].image.width',
    selects:
      'attributes_sh_swatch: attributes(where: {typeName: {equals: "sh_swatch"}}) { elements { key ... on AttributeImageElement { width } } }',
    answer: { attributes_sh_swatch: [attribute({ key: 'image', width: 50 })] },
    gives: 50,
    type: ['null', 'integer'],
  },
  'an attribute with a name that no alias can have': {
    column: 'attributes["färg & form"].text.value',
    selects:
      'attributes_f_rg_form_b8137c8a: attributes(where: {typeName: {equals: "färg & form"}}) { elements { key ... on AttributeStringElement { value } } }',
    answer: { attributes_f_rg_form_b8137c8a: [attribute({ key: 'text', value: 'x' })] },
    gives: 'x',
    type: ['null', 'string'],
  },
  'an attribute deep below': {
    column: 'lines[].productVariant.attributes[sh_swatch].hex.value',
    selects:
      'lines { productVariant { attributes_sh_swatch: attributes(where: {typeName: {equals: "sh_swatch"}}) { elements { key ... on AttributeStringElement { value } } } } }',
    answer: {
      lines: [
        { productVariant: { attributes_sh_swatch: [attribute({ key: 'hex', value: '#00F' })] } },
        { productVariant: null },
      ],
    },
    gives: ['#00F', null],
    type: 'array',
  },
};

describe('a path asks for what it needs and no more, and reads it', () => {
  for (const [name, { column, selects, answer, gives, type }] of Object.entries(cases)) {
    test(name, async () => {
      const stream = await goodStream(orderColumn(column));
      const query = `{ orders ${renderSelection(stream.selection)} }`;
      expect(query.replace('{ orders { id updatedAt ', '').replace(/ } }$/, '')).toBe(selects);
      expect(validate(reference, parse(query))).toEqual([]);
      expect(dataOf(stream, { id: 'a', updatedAt: '', ...answer })[0]?.x).toEqual(gives);
      expect(stream.columns.find((found) => found.name === 'x')?.jsonSchema.type).toEqual(type);
    });
  }
});

test('each goes through lists at any depth, ^ is the element above, ^^ the one above that', async () => {
  const stream = await goodStream(`version: 1
streams:
  sizes:
    from: products
    each: variants.productSizes
    key: [product_id, size_id]
    columns: { product_id: ^^id, variant: ^name, size_id: id, sku: SKU, siblings: { path: ^productSizes[].SKU, join: ',' } }`);
  expect(stream.each).toEqual(['variants', 'productSizes']);
  expect(stream.cursor).toBe('_centra_updated_at');
  const variants = [
    {
      name: 'Blue',
      productSizes: [
        { id: 1, SKU: 'a' },
        { id: 2, SKU: 'b' },
      ],
    },
    { name: 'Red', productSizes: [] },
    { name: 'Green', productSizes: [{ id: 3, SKU: null }] },
  ];
  expect(dataOf(stream, { id: 9, updatedAt: '2024-01-01T00:00:00+0100', variants })).toEqual([
    {
      product_id: 9,
      variant: 'Blue',
      size_id: 1,
      sku: 'a',
      siblings: 'a,b',
      _centra_updated_at: '2023-12-31T23:00:00Z',
    },
    {
      product_id: 9,
      variant: 'Blue',
      size_id: 2,
      sku: 'b',
      siblings: 'a,b',
      _centra_updated_at: '2023-12-31T23:00:00Z',
    },
    {
      product_id: 9,
      variant: 'Green',
      size_id: 3,
      sku: null,
      siblings: '',
      _centra_updated_at: '2023-12-31T23:00:00Z',
    },
  ]);
});

test('nested each climbs with ^ to the row, and goes down through lists of lists', async () => {
  const stream = await goodStream(
    orderColumn(
      '{ each: lines.allocations, columns: { line: ^id, order: ^^number, warehouse: warehouse.id } }',
    ),
  );
  const lines = [
    { id: 1, allocations: [{ warehouse: { id: 7 } }] },
    { id: 2, allocations: [{ warehouse: null }, { warehouse: { id: 8 } }] },
  ];
  expect(dataOf(stream, { id: 'a', number: 5, updatedAt: '', lines })[0]?.x).toEqual([
    { line: 1, order: 5, warehouse: 7 },
    { line: 2, order: 5, warehouse: null },
    { line: 2, order: 5, warehouse: 8 },
  ]);
});

test('a nested list that is paged asks for 200 and is named, and the list that the sync pages takes its variables', async () => {
  const stream = await goodStream(`version: 1
streams:
  po:
    from: purchaseOrders
    key: [id]
    columns: { id: id, u: updatedAt, deliveries: 'purchaseOrderDeliveries[].id' }`);
  expect(renderSelection(stream.selection)).toContain(
    'purchaseOrderDeliveries_limit_200: purchaseOrderDeliveries(limit: 200) { id }',
  );
  expect(stream.pagedLists).toEqual([{ path: ['purchaseOrderDeliveries_limit_200'], limit: 200 }]);
  const stock = await goodStream(`version: 1
streams:
  inventory:
    from: warehouses
    each: stock
    key: [w, s]
    columns: { w: ^id, s: productSize.id, first: '^stock[0].productSize.id' }`);
  expect(renderSelection(stock.selection)).toContain(
    'stock(limit: $limit, page: $page) { productSize { id } }',
  );
  expect(stock.pagedLists).toEqual([{ path: ['stock_limit_200'], limit: 200 }]);
  expect(stock.each).toEqual(['stock']);
});

test('where kinds of an object disagree on a field, each is asked under its own key', async () => {
  const schema = liveSchema(['  totals: OrderTotals!\n', '  totals: OrderTotals!\n  origin: EventTarget\n']);
  const compiled = await compileYaml(orderColumn('origin.number'), { schema, reference: schema });
  expect(problemTexts(compiled)).toEqual([]);
  const [stream] = compiled.streams;
  if (stream === undefined) throw new Error('One stream is expected.');
  const query = `{ orders ${renderSelection(stream.selection)} }`;
  expect(validate(schema, parse(query))).toEqual([]);
  expect(query).toContain('... on DirectToConsumerOrder { DirectToConsumerOrder_number: number }');
  expect(query).toContain('... on PurchaseOrderDelivery { PurchaseOrderDelivery_number: number }');
  const row = (origin: unknown) => dataOf(stream, { id: 'a', updatedAt: '', origin })[0]?.x;
  expect(row({ PurchaseOrderDelivery_number: '957-1' })).toBe('957-1');
  expect(row({ DirectToConsumerOrder_number: 14 })).toBe('14');
  expect(row({})).toBeNull();
});

test('an API that cannot filter attributes gives all of them, and they are picked here', async () => {
  const schema = liveSchema(['attributes(where: AssignedAttributeFilter)', 'attributes']);
  const stream = await goodStream(orderColumn('attributes[b].text.value'), { schema });
  expect(renderSelection(stream.selection)).toBe(
    '{ id updatedAt attributes { type { name } elements { key ... on AttributeStringElement { value } } } }',
  );
  const attributes = [
    { type: { name: 'a' }, elements: [{ key: 'text', value: 'wrong' }] },
    { type: { name: 'b' }, elements: [{ key: 'text', value: 'right' }] },
  ];
  expect(dataOf(stream, { id: 'a', updatedAt: '', attributes })[0]?.x).toBe('right');
});

test('columns that the platform does not select are not asked for, but for key and cursor', async () => {
  const yaml = orderColumn('customer.id\n      y: store.name');
  const stream = await goodStream(yaml, { selected: new Map([['o', new Set(['y'])]]) });
  expect(renderSelection(stream.selection)).toBe('{ id updatedAt store { name } }');
  expect(Object.keys(stream.jsonSchema.properties as object)).toEqual(['id', 'updated_at', 'y']);
  expect(Object.keys(dataOf(stream, { id: 'a', updatedAt: '', store: { name: 'S' } })[0] ?? {})).toEqual([
    'id',
    'updated_at',
    'y',
  ]);
});

test('the permissions of a mapping, with the columns that need them', async () => {
  const stream = await goodStream(
    orderColumn(
      'customer.id\n      m: market.id\n      a: attributes[t].e\n      l: { each: lines, columns: { p: product.id } }',
    ),
  );
  expect(stream.rootPermission).toBe('Order:read');
  expect(Object.fromEntries(stream.permissions)).toEqual({
    'Customer:read': ['x'],
    'Market:read': ['m'],
    'Order.attributes:read': ['a'],
    'Attribute:read': ['a'],
    'Product:read': ['l'],
  });
});
