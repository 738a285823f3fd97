import { describe, expect, test } from 'vitest';
import { openShop, type Row, type ShopClient } from './shop-client.ts';

const everything = `{
  orders(limit: 100) { id number status updatedAt internalComment otherComment grandTotal { value formattedValue } attributes { type { name } elements { key kind } }
    shippingAddress { firstName address1 country { code } } paymentHistory { id value { value } } lines { id unitPrice { value } allocations { quantity } } }
  returns(limit: 50) { id createdAt comment lines { quantity } shipment { number lines { lineValue { value } } } }
  purchaseOrderDeliveries(limit: 50) { number ETA message shippingCost { value conversionRate } lines { landedCost { value } } }
  warehouses { name stock { physicalQuantity availableQuantity } } products { name variants { name productSizes { SKU stockTotals { physicalQuantity } } } }
}`;

async function allOrders(shop: ShopClient, selection: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (let page = 1; ; page++) {
    const { data, errors } = await shop.ask(
      `{ orders(limit: 200, page: ${page}, sort: [number_ASC]) { ${selection} } }`,
    );
    expect(errors).toEqual([]);
    rows.push(...data.orders);
    if (data.orders.length < 200) return rows;
  }
}

describe('the shop', () => {
  test('is a function of its options and of the changes', async () => {
    const read = async (seed: number, tenant: 'acme' | 'nord') => {
      await using shop = await openShop({ orders: 200, seed, tenant });
      await shop.post('change', {
        changes: [
          { kind: 'orders.update', count: 9 },
          { kind: 'returns.create', count: 3 },
        ],
      });
      return [shop.token, (await shop.ask(everything)).text];
    };
    const once = await read(5, 'acme');
    expect(await read(5, 'acme')).toEqual(once);
    expect(await read(6, 'acme')).not.toEqual(once);
    expect(await read(5, 'nord')).not.toEqual(once);
  });

  test('has orders as awkward as real ones', async () => {
    await using shop = await openShop({ orders: 1000 });
    const orders = await allOrders(
      shop,
      `__typename id number status orderDate(format: "U") updatedAt(format: "U") otherComment internalComment country { code }
       grandTotal { value currency { code } } withoutTax: grandTotal(includingTax: false) { value }
       lines { quantity cancelledQuantity } all: lines(includeFullyCancelled: true) { quantity cancelledQuantity }
       attributes { type { name isMapped } elements { key kind ... on AttributeStringElement { value } ... on AttributeChoiceElement { isMulti selectedValue } ... on AttributeFileElement { url } } }
       ... on DirectToConsumerOrder { customer { id email } } ... on WholesaleOrder { account { id } buyer { id } }`,
    );
    const share = (test: (order: Row) => boolean) => orders.filter(test).length / orders.length;
    expect(orders.every((order) => /^[0-9a-f]{32}$/.test(order.id))).toBe(true);
    expect(share((order) => order.__typename === 'WholesaleOrder')).toBeCloseTo(0.15, 1);
    expect(orders.some((order) => order.country === null)).toBe(true);
    expect(orders.some((order) => order.lines.length === 0)).toBe(true);
    expect(orders.some((order) => order.lines.length < order.all.length && order.lines.length > 0)).toBe(
      true,
    );
    expect(orders.some((order) => order.lines.some((line: Row) => line.cancelledQuantity > 0))).toBe(true);
    expect(orders.every((order) => order.lines.every((line: Row) => line.quantity > 0))).toBe(true);
    expect(orders.every((order) => Number(order.orderDate) <= Number(order.updatedAt))).toBe(true);
    expect(orders.every((order) => order.withoutTax.value <= order.grandTotal.value + 1e-6)).toBe(true);
    expect(new Set(orders.map((order) => order.grandTotal.currency.code)).size).toBeGreaterThan(3);
    expect(orders.every((order) => !/\.\d{3,}/.test(String(order.grandTotal.value)))).toBe(true);
    expect(orders.at(-1)?.number - orders[0]?.number).toBeGreaterThan(orders.length);
    const dates = orders.map((order) => Number(order.orderDate));
    expect(dates).not.toEqual(dates.toSorted((a, b) => a - b));
    const comments = orders.map((order) => order.otherComment).join('');
    for (const piece of ['"', '\n', '🚪', 'שלום']) expect(comments).toContain(piece);
    expect(orders.some((order) => order.internalComment === '')).toBe(true);
    const kinds = new Set(
      orders.flatMap((order) =>
        order.attributes.flatMap((one: Row) => one.elements.map((element: Row) => element.kind)),
      ),
    );
    expect(kinds).toEqual(new Set(['SELECT', 'INPUT', 'TEXTAREA', 'BOOLEAN', 'FILE']));
    const repeated = (order: Row) => {
      const types = order.attributes.map((one: Row) => one.type.name);
      return new Set(types).size < types.length;
    };
    expect(orders.some(repeated)).toBe(true);
    expect(orders.some((order) => order.attributes.length === 0)).toBe(true);
  });

  test('has other attributes for another tenant, and filters them by the name of their type', async () => {
    const typesOf = async (tenant: 'acme' | 'nord', where = '') => {
      await using shop = await openShop({ orders: 120, tenant });
      const attributes = `attributes${where} { type { name } objectType elements { key ... on AttributeChoiceElement { isMulti selectedValueName } ... on AttributeImageElement { url width mimeType } } }`;
      const { data } = await shop.ask(
        `{ orders(limit: 100) { ${attributes} store { name } } products(limit: 50) { ${attributes} variants { ${attributes} } } }`,
      );
      const objects = [
        ...data.orders,
        ...data.products,
        ...data.products.flatMap((product: Row) => product.variants),
      ];
      return new Set(
        objects.flatMap((object: Row) =>
          object.attributes.map((one: Row) => `${one.objectType}:${one.type.name}`),
        ),
      );
    };
    expect(await typesOf('acme')).toEqual(
      new Set([
        'Order:or_channel',
        'Order:or_gift',
        'Order:or_tags',
        'Product:pr_long_name',
        'Product:pr_materials',
        'Product:pr_care',
        'ProductVariant:sh_swatch',
      ]),
    );
    expect(await typesOf('nord')).toEqual(
      new Set([
        'Order:order_source',
        'Order:order_loyalty',
        'Product:product_text',
        'Product:product_season',
        'ProductVariant:variant_colour',
      ]),
    );
    expect(await typesOf('acme', '(where: { typeName: { startsWith: "pr_" } })')).toEqual(
      new Set(['Product:pr_long_name', 'Product:pr_materials', 'Product:pr_care']),
    );
  });

  test('has returns and deliveries in every state, many of the same second, with costs in foreign currencies', async () => {
    await using shop = await openShop({ orders: 1500 });
    const { data } = await shop.ask(`{
      returns(limit: 200) { returnStatus createdAt }
      purchaseOrderDeliveries(limit: 200) { status createdAt number purchaseOrder { id } shippingCost { currency { code isBase } conversionRate } }
      currencies(where: { isBase: true }) { code }
    }`);
    const most = (rows: readonly Row[]) => {
      const counts = new Map<unknown, number>();
      for (const { createdAt } of rows) counts.set(createdAt, (counts.get(createdAt) ?? 0) + 1);
      return Math.max(...counts.values());
    };
    expect(new Set(data.returns.map((row: Row) => row.returnStatus))).toEqual(
      new Set(['PENDING', 'COMPLETED']),
    );
    expect(most(data.returns)).toBeGreaterThan(2);
    expect(new Set(data.purchaseOrderDeliveries.map((row: Row) => row.status))).toEqual(
      new Set(['PENDING', 'SENT', 'INSERTED']),
    );
    expect(most(data.purchaseOrderDeliveries)).toBeGreaterThan(1);
    for (const { number, purchaseOrder, shippingCost } of data.purchaseOrderDeliveries) {
      expect(number).toMatch(new RegExp(`^${purchaseOrder.id}-\\d+$`));
      expect(shippingCost.conversionRate === 1).toBe(shippingCost.currency.isBase);
    }
    expect(data.currencies).toEqual([{ code: 'SEK' }]);
  });

  test('can be large', async () => {
    await using shop = await openShop({ orders: 20_000 });
    const query = `query ($after: String) { orderConnection(first: 200, after: $after, sort: [number_ASC], where: { updatedAt: { from: "2025-01-01" } }) {
      totalCount pageInfo { hasNextPage endCursor } edges { node { number updatedAt(format: "U") lines { id } } } } }`;
    const numbers: number[] = [];
    let after: string | null = null;
    do {
      const page: Row = (await shop.ask(query, { after })).data.orderConnection;
      numbers.push(...page.edges.map((edge: Row) => edge.node.number));
      after = page.pageInfo.hasNextPage === true ? page.pageInfo.endCursor : null;
      if (after === null) expect(numbers).toHaveLength(page.totalCount);
    } while (after !== null);
    expect(new Set(numbers).size).toBe(numbers.length);
    const narrow =
      '{ orderConnection(where: { updatedAt: { from: "2025-05-31", to: "2025-05-31 12:00:00" } }, sort: [number_DESC]) { totalCount } }';
    const { data } = await shop.ask(narrow);
    const rows = (await shop.get('ids?root=orders')) as unknown as readonly Row[];
    const [from, to] = [Date.parse('2025-05-30T22:00:00Z'), Date.parse('2025-05-31T10:00:00Z')];
    const inside = rows.filter((row) => Date.parse(row.updatedAt) >= from && Date.parse(row.updatedAt) <= to);
    expect(data.orderConnection.totalCount).toBe(inside.length);
  });
});
