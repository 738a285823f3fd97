import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openShop, type Row, type ShopClient } from './shop-client.ts';

describe('filters', () => {
  let shop: ShopClient;
  let all: readonly Row[];
  beforeAll(async () => {
    shop = await openShop({ orders: 800 });
    all = await ordersWhere('{}');
  });
  afterAll(() => shop.close());

  async function ordersWhere(where: string): Promise<readonly Row[]> {
    const rows: Row[] = [];
    for (let page = 1; ; page++) {
      const { data, errors } =
        await shop.ask(`{ orders(limit: 200, page: ${page}, sort: [number_ASC], where: ${where}) {
        id number status updatedAt(format: "U") orderDate(format: "U") isOnHold otherComment externalId country { id }
        market { id } store { id type } grandTotal { currency { id } }
        ... on DirectToConsumerOrder { userIP customer { id } }
        ... on WholesaleOrder { purchaseOrderNumber account { id } buyer { id } deliveryWindows { id } } } }`);
      expect(errors).toEqual([]);
      rows.push(...data.orders);
      if (data.orders.length < 200) return rows;
    }
  }

  const some = (read: (row: Row) => unknown) =>
    all.map(read).find((value) => value !== null && value !== undefined && value !== '');

  test.each<[string, (row: Row) => unknown, (value: unknown) => string]>([
    ['id', (row) => row.id, (value) => `["${String(value)}"]`],
    ['number', (row) => row.number, (value) => `${String(value)}`],
    ['status', (row) => row.status, (value) => `[${String(value)}]`],
    ['storeId', (row) => row.store.id, (value) => `[${String(value)}]`],
    ['storeType', (row) => row.store.type, String],
    ['marketId', (row) => row.market?.id ?? null, (value) => `[${String(value)}]`],
    ['countryId', (row) => row.country?.id ?? null, (value) => `[${String(value)}]`],
    ['currencyId', (row) => row.grandTotal.currency.id, (value) => `[${String(value)}]`],
    ['customerId', (row) => row.customer?.id ?? null, (value) => `[${String(value)}]`],
    ['accountId', (row) => row.account?.id ?? null, (value) => `["${String(value)}"]`],
    ['buyerId', (row) => row.buyer?.id ?? null, (value) => `[${String(value)}]`],
    ['deliveryWindowId', (row) => row.deliveryWindows?.[0]?.id ?? null, (value) => `[${String(value)}]`],
    ['externalId', (row) => row.externalId, (value) => `["${String(value)}"]`],
    ['isOnHold', (row) => row.isOnHold, String],
    ['userIp', (row) => row.userIP ?? null, (value) => `{ equals: "${String(value)}" }`],
    [
      'purchaseOrderNumber',
      (row) => row.purchaseOrderNumber ?? null,
      (value) => `{ equals: "${String(value)}" }`,
    ],
  ])('%s, its negation, and notNull agree with what the rows say', async (name, read, literal) => {
    const value = some(read);
    const condition = `${name}: ${literal(value)}`;
    const numbers = (rows: readonly Row[]) => rows.map((row) => row.number);
    expect(numbers(await ordersWhere(`{ ${condition} }`))).toEqual(
      numbers(all.filter((row) => read(row) === value)),
    );
    const negated = await ordersWhere(`{ ${condition}, negate: ["${name}"] }`);
    expect(numbers(negated)).toEqual(numbers(all.filter((row) => read(row) !== value)));
    const notNull = await ordersWhere(`{ notNull: ["${name}"] }`);
    expect(numbers(notNull)).toEqual(numbers(all.filter((row) => read(row) !== null)));
  });

  test('a date range has both ends in it, and may have one only', async () => {
    const times = all.map((row) => Number(row.updatedAt)).toSorted((a, b) => a - b);
    const [from, to] = [times[100] ?? 0, times[150] ?? 0];
    const iso = (at: number) => new Date(at * 1000).toISOString().replace('.000', '');
    const between = await ordersWhere(`{ updatedAt: { from: "${iso(from)}", to: "${iso(to)}" } }`);
    expect(between).toHaveLength(
      all.filter((row) => Number(row.updatedAt) >= from && Number(row.updatedAt) <= to).length,
    );
    expect(between.some((row) => Number(row.updatedAt) === from)).toBe(true);
    expect(between.some((row) => Number(row.updatedAt) === to)).toBe(true);
    const after = await ordersWhere(`{ orderDate: { from: "${iso(to)}" } }`);
    expect(after).toHaveLength(all.filter((row) => Number(row.orderDate) >= to).length);
  });

  test('every other field of OrderFilter is understood and splits the orders in two', async () => {
    for (const condition of [
      'search: "10"',
      'preferredShippingDate: { from: "2025-01-01" }',
      'estimatedDeliveryDate: { from: "2025-01-01" }',
      'cancelDate: { from: "2025-01-01" }',
      'affiliateId: [1, 2]',
      'countryStateId: [1, 2]',
      'languageId: 2',
      'paymentMethodId: 11',
      'pricelistId: [41]',
      'salesRepresentativeId: [1]',
      'isLocked: true',
      'isWaitingForPayment: true',
      'isInternal: true',
      'isWaitingForCheckFirstAllocation: true',
      'otherComment: { contains: "O" }',
      'allocationRuleId: [1]',
      'allocatedWarehouseCount: { from: 2 }',
    ]) {
      const name = condition.slice(0, condition.indexOf(':'));
      const [yes, no] = await Promise.all([
        shop.ask(`{ counters { orders(where: { ${condition} }) } }`),
        shop.ask(`{ counters { orders(where: { ${condition}, negate: ["${name}"] }) } }`),
      ]);
      expect(yes.data.counters.orders, condition).toBeGreaterThan(0);
      expect(yes.data.counters.orders + no.data.counters.orders, condition).toBe(all.length);
    }
  });

  test('a StringMatch has exactly one condition', async () => {
    for (const match of ['{}', '{ equals: "a", contains: "b" }']) {
      const { errors } = await shop.ask(`{ orders(where: { otherComment: ${match} }) { number } }`);
      expect(errors[0]?.extensions.category).toBe('graphql');
    }
    const { errors } = await shop.ask('{ orders(where: { negate: ["colour"] }) { number } }');
    expect(errors[0]?.message).toContain('colour');
  });

  test('counters are exact', async () => {
    const { data } = await shop.ask(
      '{ counters { orders pending: orders(where: { status: [PENDING, CONFIRMED] }) returns products } }',
    );
    const counts = await shop.get('counts');
    expect(data.counters).toMatchObject({ orders: 800, returns: counts.returns, products: counts.products });
    expect(data.counters.pending).toBe(
      all.filter((row) => ['PENDING', 'CONFIRMED'].includes(row.status)).length,
    );
  });

  test('returns, deliveries, purchase orders and stock filter too', async () => {
    const { data } = await shop.ask(`{
      pending: returns(limit: 200, where: { returnStatus: [PENDING] }) { returnStatus }
      wholesale: returns(limit: 200, where: { storeType: WHOLESALE }) { __typename order { __typename } }
      open: purchaseOrderDeliveries(limit: 200, where: { status: INSERTED, negate: ["status"] }) { status }
      orders: purchaseOrders(where: { notNull: ["ourReference"] }) { ourReference purchaseOrderDeliveries { purchaseOrder { id } } id }
      stock: warehouses(where: { name: { startsWith: "main" } }) { stock(where: { productId: [3] }, sort: [productSizeId_DESC]) { productSize { productVariant { product { id } } } } }
      changes: stockChanges(where: { createdAt: { to: "2025-06-01" } }) { id lines { id } }
    }`);
    expect(new Set(data.pending.map((row: Row) => row.returnStatus))).toEqual(new Set(['PENDING']));
    expect(new Set(data.wholesale.map((row: Row) => row.order.__typename))).toEqual(
      new Set(['WholesaleOrder']),
    );
    expect(new Set(data.open.map((row: Row) => row.status))).toEqual(new Set(['PENDING', 'SENT']));
    for (const order of data.orders) {
      expect(order.ourReference).not.toBeNull();
      for (const delivery of order.purchaseOrderDeliveries) expect(delivery.purchaseOrder.id).toBe(order.id);
    }
    expect(new Set(data.stock[0].stock.map((row: Row) => row.productSize.productVariant.product.id))).toEqual(
      new Set([3]),
    );
    expect(data.changes.length).toBeGreaterThan(0);
  });

  test('an order is found by number or by id, and both ids of others are not', async () => {
    const [first] = all;
    const { data } = await shop.ask(
      'query ($id: String, $number: Int) { a: order(id: $id) { number } b: order(number: $number) { id } c: order(id: "00000000000000000000000000000000") { id } d: order(number: 1) { id } }',
      { id: first?.id, number: first?.number },
    );
    expect(data).toEqual({ a: { number: first?.number }, b: { id: first?.id }, c: null, d: null });
  });
});
