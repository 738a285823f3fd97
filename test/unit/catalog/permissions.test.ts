import { describe, expect, test } from 'vitest';
import { type CompiledCatalog, compileCatalog } from '../../../src/catalog/compile/compile.ts';
import { permissionsNeeded } from '../../../src/catalog/compile/permissions-needed.ts';
import { loadCatalog } from '../../../src/catalog/language/load.ts';
import { renderSelection } from '../../../src/catalog/query/selection.ts';
import { compileYaml, dataOf, orderColumn, problemTexts, reference } from './compile-yaml.ts';

async function defaultCatalog(withoutPermissions?: ReadonlySet<string>): Promise<CompiledCatalog> {
  const loaded = await loadCatalog({ source: 'bundled', name: 'default' });
  return compileCatalog(loaded, { schema: reference, reference, withoutPermissions });
}

test('the permissions of the default catalog', async () => {
  const needed = permissionsNeeded(await defaultCatalog());
  expect(needed.map(({ permission }) => permission)).toMatchInlineSnapshot(`
    [
      "Account:read",
      "Brand:read",
      "Customer:read",
      "Market:read",
      "Order.billingAddress:read",
      "Order.shippingAddress:read",
      "Order:read",
      "Pricelist:read",
      "Product:read",
      "ProductSize:read",
      "ProductVariant:read",
      "PurchaseOrder:read",
      "PurchaseOrderDelivery:read",
      "Return:read",
      "Shipment:read",
      "ShippingOption:read",
      "StockChange:read",
      "Store:read",
      "StorePlugin:read",
      "Supplier:read",
      "Warehouse.stock:read",
      "Warehouse:read",
    ]
  `);
  const one = (name: string) => needed.find(({ permission }) => permission === name);
  expect(one('Shipment:read')).toEqual({
    permission: 'Shipment:read',
    streams: [],
    columns: [{ stream: 'returns', column: 'shipment_id' }],
    isLoadBearing: false,
  });
  expect(one('StorePlugin:read')?.columns.map(({ column }) => column)).toEqual([
    'payment_method',
    'payment_plugin',
  ]);
  // DirectToConsumerReturn.customer and Stock.productSize are never null.
  expect(one('Customer:read')?.isLoadBearing).toBe(true);
  expect(one('ProductSize:read')?.isLoadBearing).toBe(true);
  expect(one('Order:read')?.streams).toEqual(['orders', 'order_lines']);
});

test('an attribute needs that of its object and that of attributes', async () => {
  const compiled = await compileYaml(orderColumn('lines[0].product.attributes[t].e'));
  expect(permissionsNeeded(compiled).map(({ permission }) => permission)).toEqual([
    'Attribute:read',
    'Order:read',
    'Product.attributes:read',
    'Product:read',
  ]);
});

test('a field whose comment names no permission needs that of its type, and a country none', async () => {
  const compiled = await compileYaml(`version: 1
streams:
  c:
    from: campaigns
    key: [id]
    columns: { id: id, n: name }
  b:
    from: brands
    key: [id]
    columns: { id: id }
  d:
    from: productVariants
    key: [id]
    columns: { id: id, s: sizeChart.name, o: product.countryOfOrigin.code }
`);
  const columns = compiled.streams.find(({ name }) => name === 'd')?.columns;
  expect(columns?.find(({ name }) => name === 's')?.permissions).toEqual(['SizeChart:read']);
  expect(columns?.find(({ name }) => name === 'o')?.permissions).toEqual([
    'Product:read',
    'Product.countryOfOrigin:read',
  ]);
});

describe('without a permission', () => {
  test('its fields are not asked for, and their columns stay, typed and empty', async () => {
    const yaml = orderColumn(
      'customer.id\n      y: { first: [customer.email, externalId], pii: allow }\n      n: { each: deliveryWindows, columns: { i: id } }\n      a: { all: [market.id, number] }',
    );
    const withoutPermissions = new Set(['Customer:read', 'DeliveryWindow:read', 'Market:read']);
    const compiled = await compileYaml(yaml, { withoutPermissions });
    const [stream] = compiled.streams;
    if (stream === undefined) throw new Error('One stream is expected.');
    expect(renderSelection(stream.selection)).toBe('{ id updatedAt externalId number }');
    const x = stream.columns.find(({ name }) => name === 'x');
    expect(x).toMatchObject({
      jsonSchema: { type: ['null', 'integer'] },
      missing: undefined,
      unavailable: { because: 'The token has no permission Customer:read', permission: 'Customer:read' },
    });
    expect(dataOf(stream, { id: 'a', updatedAt: null, externalId: 'e', number: 1 })).toMatchObject([
      { x: null, y: 'e', n: null, a: { number: 1 } },
    ]);
    expect(problemTexts(compiled).filter((text) => text.includes('DeliveryWindow'))).toEqual([
      'tenant_catalog (inline):11:7: warning: o.n: The token has no permission DeliveryWindow:read; o.n stays empty.\n  Add DeliveryWindow:read to the token in Centra.',
    ]);
  });

  test('a stream whose key, list or root needs it cannot be read, and the others can', async () => {
    const { streams, unreadable, problems } = await defaultCatalog(
      new Set(['ProductSize:read', 'Return:read', 'Customer:read']),
    );
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(streams.map(({ name }) => name)).toEqual([
      'orders',
      'order_lines',
      'indeliveries',
      'indelivery_lines',
    ]);
    expect(unreadable).toEqual([
      {
        stream: 'returns',
        reason: 'The API token may not read returns: it lacks Return:read.',
        permission: 'Return:read',
      },
      {
        stream: 'return_lines',
        reason: 'The API token may not read return_lines: it lacks Return:read.',
        permission: 'Return:read',
      },
      {
        stream: 'inventory',
        reason:
          'The token has no permission ProductSize:read, and inventory.product_size_id is in the key of its rows.',
        permission: 'ProductSize:read',
      },
    ]);
    for (const { selection } of streams)
      expect(renderSelection(selection)).not.toMatch(/productSize|customer/);
  });

  test('a masked column is empty, and what it masks leaves through no other', async () => {
    const yaml = orderColumn('{ path: customer.email, pii: hash }\n      y: customer.email');
    const compiled = await compileYaml(yaml, { withoutPermissions: new Set(['Customer:read']) });
    expect(compiled.problems.map(({ code }) => code)).toContain('pii/undeclared');
    expect(compiled.streams).toEqual([]);
  });
});
