import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openShop, type Row, type ShopClient } from './shop-client.ts';

/** Sums of amounts, to the cent. */
const cents = (value: number) => Math.round(value * 100) / 100;

describe('what a real shop is like', () => {
  let shop: ShopClient;
  beforeAll(async () => {
    shop = await openShop({ orders: 1500, events: true });
  });
  afterAll(() => shop.close());

  async function all(root: string, selection: string, where = ''): Promise<readonly Row[]> {
    const rows: Row[] = [];
    for (let page = 1; ; page++) {
      const { data, errors } = await shop.ask(
        `{ ${root}(limit: 200, page: ${page}${where}) { ${selection} } }`,
      );
      expect(errors).toEqual([]);
      rows.push(...data[root]);
      if (data[root].length < 200) return rows;
    }
  }

  test('an order comes to its lines, shipping, handling and discounts; cancelled units are in none of them', async () => {
    const totals =
      'lineValues { value } shipping { value } handling { value } discounts { value } taxAdded { value } taxIncluded { value }';
    const orders = await all(
      'orders',
      `status grandTotal { value valueInCents currency { decimalDigits } } net: grandTotal(includingTax: false) { value }
       totals { quantity originalQuantity cancelledQuantity ${totals} } discountsApplied { __typename value { value } }
       lines(includeFullyCancelled: true) { __typename quantity cancelledQuantity lineValue { value } net: lineValue(includingTax: false) { value } unitPrice { value } productSize { id } product { id } } shown: lines { id }
       shipments { grandTotal { value } }`,
    );
    for (const order of orders) {
      const { totals: t, lines, grandTotal } = order;
      const base = t.lineValues.value + t.shipping.value + t.handling.value + t.discounts.value;
      expect(cents(base + t.taxAdded.value)).toBe(grandTotal.value);
      expect(cents(base - t.taxIncluded.value)).toBe(order.net.value);
      const counted = (lines as Row[]).filter((line) => line.__typename !== 'BundleItemOrderLine');
      const sum = (read: (line: Row) => number) =>
        cents(counted.reduce((total, line) => total + read(line), 0));
      expect(t.quantity).toBe(sum((line) => line.quantity));
      expect(t.originalQuantity).toBe(t.quantity + t.cancelledQuantity);
      expect([sum((line) => line.lineValue.value), sum((line) => line.net.value)]).toContain(
        t.lineValues.value,
      );
      expect(
        cents(order.discountsApplied.reduce((total: number, one: Row) => total + one.value.value, 0)),
      ).toBe(-t.discounts.value + 0);
      expect(order.shown).toHaveLength(lines.filter((line: Row) => line.quantity > 0).length);
      expect(grandTotal.valueInCents).toBe(
        Math.round(grandTotal.value * 10 ** grandTotal.currency.decimalDigits),
      );
      if (order.shipments.length > 0) {
        const shipped = order.shipments.reduce((total: number, one: Row) => total + one.grandTotal.value, 0);
        expect(cents(shipped)).toBe(grandTotal.value);
      }
    }
    const lines = orders.flatMap((order) => order.lines as Row[]);
    expect(new Set(lines.map((line) => line.__typename)).size).toBe(4);
    expect(lines.some((line) => line.productSize === null && line.product !== null)).toBe(true);
    expect(orders.some((order) => order.totals.taxAdded.value > 0)).toBe(true);
    expect(orders.some((order) => order.grandTotal.currency.decimalDigits === 0)).toBe(true);
    expect(orders.some((order) => order.shipments.length === 2)).toBe(true);
    expect(new Set(orders.map(({ status }) => status))).toEqual(
      new Set(['PENDING', 'CONFIRMED', 'PROCESSING', 'SHIPPED', 'ARCHIVED', 'CANCELLED']),
    );
  });

  test('a bundle costs what its items do, and both are lines', async () => {
    const orders = await all(
      'orders',
      'lines { __typename quantity lineValue { value } net: lineValue(includingTax: false) { value } }',
    );
    const bundled = orders.filter(({ lines }) => lines[0]?.__typename === 'BundleOrderLine');
    expect(bundled.length).toBeGreaterThan(5);
    for (const { lines } of bundled) {
      const items = (lines as Row[]).filter((line) => line.__typename === 'BundleItemOrderLine');
      expect(items.map((line) => line.quantity)).toEqual([lines[0].quantity, lines[0].quantity]);
      // As the prices are: with tax for a shopper, without it for a reseller. The other amount each line rounds itself.
      const differs = (name: string) =>
        Math.abs(items.reduce((sum, line) => sum + line[name].value, -lines[0][name].value));
      expect(Math.min(differs('lineValue'), differs('net'))).toBeLessThan(0.005);
    }
  });

  test('a return pays back what it comes to, and not more than was paid', async () => {
    const entry = 'entryType status value { value } return { id }';
    const returns = await all(
      'returns',
      `id status returnStatus createdAt(format: "U") grandTotal { value } refundPaymentHistory { ${entry} }
       totals { lineValues { value } shipping { value } handling { value } discounts { value } returnCost { value } taxAdded { value } }
       order { grandTotal { value } paymentHistory(limit: 200) { ${entry} } } lines { quantity orderLine { quantity returnedQuantity } shipmentLine { id } }`,
    );
    for (const one of returns) {
      const { totals: t } = one;
      const base =
        t.lineValues.value + t.shipping.value + t.handling.value + t.discounts.value + t.taxAdded.value;
      expect(one.grandTotal.value).toBe(Math.max(0, cents(base - t.returnCost.value)));
      expect(one.grandTotal.value).toBeLessThanOrEqual(one.order.grandTotal.value);
      const paid = (one.refundPaymentHistory as Row[]).filter(
        ({ entryType, status }) => entryType === 'REFUND' && status === 'SUCCESS',
      );
      const total = paid.reduce((sum, { value }) => sum + value.value, 0);
      expect(total).toBe(one.returnStatus === 'COMPLETED' ? one.grandTotal.value : 0);
      const captured = (one.order.paymentHistory as Row[])
        .filter(({ entryType }) => ['CAPTURE', 'CAPTURE_GIFT_CARD', 'MARKED_AS_PAID'].includes(entryType))
        .reduce((sum, { value }) => sum + value.value, 0);
      expect(cents(captured)).toBe(one.order.grandTotal.value);
      for (const line of one.lines)
        expect(line.orderLine.returnedQuantity).toBeLessThanOrEqual(line.orderLine.quantity);
    }
    const types = new Set(
      returns.flatMap((one) => one.refundPaymentHistory.map((row: Row) => row.entryType)),
    );
    expect(types).toEqual(new Set(['REFUND_REQUEST', 'REFUND', 'REFUND_FAILED']));
    expect(new Set(returns.map(({ status }) => status))).toEqual(new Set(['ACTIVE', 'INACTIVE']));
    const dates = returns.toSorted((a, b) => a.id - b.id).map((row) => Number(row.createdAt));
    expect(dates.some((date, i) => date < (dates[i - 1] ?? 0) - 86_400)).toBe(true);
  });

  test('a new return can be dated back: its id is the highest, its date is not', async () => {
    const { changed } = await shop.post('change', {
      changes: [{ kind: 'returns.create', count: 1, createdAt: '2024-12-24T10:00:00Z' }],
    });
    const { data } = await shop.ask('{ returns(limit: 1) { id createdAt } events { id } }');
    expect(data.returns).toEqual([{ id: changed.returns[0], createdAt: '2024-12-24T11:00:00+01:00' }]);
  });

  test('incoming stock is what open deliveries bring and purchase orders still owe', async () => {
    const deliveries = await all(
      'purchaseOrderDeliveries',
      'status warehouse { id } lines { quantity productSize { id } }',
      ', where: { status: INSERTED, negate: ["status"] }',
    );
    const coming = deliveries
      .filter(({ warehouse }) => warehouse !== null)
      .flatMap(({ lines }) => lines as Row[])
      .reduce((sum, { quantity }) => sum + quantity, 0);
    const { data } = await shop.ask('{ warehouses { stockTotals { onDeliveryQuantity incomingQuantity } } }');
    const total = (name: string) =>
      (data.warehouses as Row[]).reduce((sum, { stockTotals }) => sum + stockTotals[name], 0);
    expect(total('onDeliveryQuantity')).toBe(coming);
    expect(total('incomingQuantity')).toBeGreaterThan(coming);
  });

  test('lines of deliveries have no id, one size can be on two of them, and some sizes are gone', async () => {
    expect((await shop.ask('{ purchaseOrderDeliveries { lines { id } } }')).status).toBe(400);
    const deliveries = await all('purchaseOrderDeliveries', 'lines { product { id } productSize { id } }');
    const repeated = deliveries.filter(({ lines }) => {
      const ids = lines.flatMap((line: Row) => line.productSize?.id ?? []);
      return new Set(ids).size < ids.length;
    });
    expect(repeated.length).toBeGreaterThan(0);
    const lines = deliveries.flatMap((row) => row.lines as Row[]);
    expect(lines.some(({ product, productSize }) => product === null && productSize === null)).toBe(true);
    expect(lines.some(({ product, productSize }) => product !== null && productSize === null)).toBe(true);
  });

  test('the status of deliveries is filtered by one value, and a list is refused', async () => {
    const query = (type: string) =>
      `query ($s: ${type}) { purchaseOrderDeliveries(where: { status: $s }) { status } }`;
    const one = await shop.ask(query('PurchaseOrderDeliveryStatus'), { s: 'SENT' });
    expect(new Set(one.data.purchaseOrderDeliveries.map((row: Row) => row.status))).toEqual(
      new Set(['SENT']),
    );
    expect((await shop.ask(query('[PurchaseOrderDeliveryStatus!]'), { s: ['SENT'] })).status).toBe(400);
  });

  test('a delivery is accepted in part, or without booking, or comes back with fewer lines', async () => {
    const made = (await shop.post('change', { changes: [{ kind: 'deliveries.create', count: 3 }] })).changed;
    const read = async (ids: readonly unknown[]): Promise<Row[]> =>
      (
        await shop.ask(
          `{ purchaseOrderDeliveries(where: { id: [${ids}] }, sort: [id_ASC]) { id number status stockChange { lines(limit: 200) { deliveredQuantity } } lines { quantity } } }`,
        )
      ).data.purchaseOrderDeliveries;
    const units = ({ lines }: Row) => lines.reduce((sum: number, line: Row) => sum + line.quantity, 0);
    const before = await read(made.deliveries);
    const [first, second] = made.deliveries;
    const { changed } = await shop.post('change', {
      changes: [
        { kind: 'deliveries.accept', ids: [first], share: 0.5 },
        { kind: 'deliveries.accept', ids: [second], book: false },
      ],
    });
    expect(changed.deliveries).toHaveLength(3);
    const [accepted, rest] = await read([first, changed.deliveries[1]]);
    const [unbooked] = await read([second]);
    expect(accepted?.status).toBe('INSERTED');
    expect(rest?.status).toBe('SENT');
    expect(rest?.number.split('-')[0]).toBe(accepted?.number.split('-')[0]);
    expect(units(accepted ?? {}) + units(rest ?? {})).toBe(units(before[0] ?? {}));
    const booked = accepted?.stockChange.lines.reduce(
      (sum: number, line: Row) => sum + line.deliveredQuantity,
      0,
    );
    expect(booked).toBe(units(accepted ?? {}));
    expect([unbooked?.status, unbooked?.stockChange]).toEqual(['ACCEPTED', null]);
    const open = (await all('purchaseOrderDeliveries', 'id status lines { quantity }')).find(
      ({ status, lines }) => status === 'SENT' && lines.length > 2,
    );
    await shop.post('change', { changes: [{ kind: 'deliveries.shorten', ids: [open?.id], lines: 2 }] });
    expect((await read([open?.id]))[0]?.lines).toEqual(open?.lines.slice(2));
  });

  test('lists with a limit of their own are cut at 20 in silence, and lists without are whole', async () => {
    const { data, errors } = await shop.ask(
      `{ warehouses(where: { id: [1] }) { stock { physicalQuantity } } stockChanges(limit: 200) { cut: lines { id } whole: lines(limit: 200) { id } } orders { id } }`,
    );
    expect(errors).toEqual([]);
    expect(data.warehouses[0].stock).toHaveLength(20);
    expect(data.orders).toHaveLength(20);
    const long = data.stockChanges.find((row: Row) => row.whole.length > 20);
    expect(long.cut).toHaveLength(20);
    expect((await shop.ask('{ stockChanges { lines(limit: 201) { id } } }')).errors.length).toBeGreaterThan(
      0,
    );
    await using many = await openShop({ orders: 300, extraWarehouses: 400 });
    const sizes = (
      await many.ask(
        '{ productSizes(limit: 100) { cut: stock { warehouse { id } } whole: stock(limit: 200) { warehouse { id } } } }',
      )
    ).data.productSizes;
    expect(sizes.some((size: Row) => size.cut.length === 20 && size.whole.length > 20)).toBe(true);
  });

  test('events name an order by its number, a deleted object is null, and a finished one can be COMPLETED', async () => {
    const listen =
      'mutation { setEventListeners(input: [{ objectType: Order, changeTypes: [UPDATED] }, { objectType: Order, changeTypes: [COMPLETED, DELETED] }]) { eventListeners { objectType changeTypes } } }';
    expect((await shop.ask(listen)).data.setEventListeners.eventListeners).toEqual([
      { objectType: 'Order', changeTypes: ['UPDATED', 'DELETED', 'COMPLETED'] },
    ]);
    const pending = await all('orders', 'number', ', where: { status: [CONFIRMED, PROCESSING] }');
    const numbers = pending.map((row) => row.number as number).slice(0, 12);
    await shop.post('change', {
      changes: [
        { kind: 'orders.update', numbers, set: { status: 'SHIPPED' } },
        { kind: 'orders.delete', numbers: [numbers[0]] },
      ],
    });
    const { data, errors } = await shop.ask(
      '{ events(limit: 200, where: { objectType: [Order] }) { changeType objectReference object { ... on Order { number } } } }',
    );
    expect(errors).toEqual([]);
    const events = data.events as Row[];
    expect(new Set(events.map(({ changeType }) => changeType))).toEqual(
      new Set(['UPDATED', 'COMPLETED', 'DELETED']),
    );
    expect(events.slice(0, 12).map(({ objectReference }) => objectReference)).toEqual(numbers);
    expect(events.at(-1)).toEqual({ changeType: 'DELETED', objectReference: numbers[0], object: null });
    expect((await shop.ask('{ events(page: 2) { id } }')).status).toBe(400);
  });

  test('a guarded relation that cannot be null takes its parent with it; a guarded one that can is null', async () => {
    const { token } = await shop.post('tokens', { deny: ['ProductSize:read'] });
    const stock = await shop.ask(
      '{ warehouses(limit: 1) { stock(limit: 2) { productSize { id } } } }',
      {},
      String(token),
    );
    expect(stock.data).toBeUndefined();
    expect(stock.errors[0]?.path).toEqual(['warehouses', 0, 'stock', 0, 'productSize']);
    const lines = await shop.ask(
      '{ orders(limit: 1) { lines(includeFullyCancelled: true) { id productSize { id } } } }',
      {},
      String(token),
    );
    expect(lines.data.orders[0].lines[0].productSize).toBeNull();
    expect(lines.errors.length).toBeGreaterThan(0);
    const exact = (await shop.post('tokens', { permissions: ['Order:read', 'Order.attributes:read'] })).token;
    const attributes = await shop.ask(
      '{ orders(limit: 20) { attributes { description elements { key } } } }',
      {},
      String(exact),
    );
    expect(attributes.errors[0]?.message).toBe('You need Attribute:read permission to access elements.');
  });

  test('orders that are archived, on hold or waiting for payment can be left out unless they are named', async () => {
    const counts = `{ counters { orders archived: orders(where: { status: [ARCHIVED] }) held: orders(where: { isOnHold: true }) } }`;
    const before = (await shop.ask(counts)).data.counters;
    await shop.post('hidden-orders', { hidden: ['archived', 'onHold'] });
    const after = (await shop.ask(counts)).data.counters;
    await shop.post('hidden-orders', { hidden: [] });
    expect(after.orders).toBeLessThan(before.orders - before.archived + 1);
    expect(after.archived).toBeGreaterThan(0);
    expect(after.held).toBeGreaterThan(0);
  });

  test('a query for too many rows takes too long', async () => {
    await shop.post('slow-above', { rows: 50 });
    expect((await shop.ask('{ orders(limit: 50) { id } }')).status).toBe(200);
    expect((await shop.ask('{ orders(limit: 51) { id } }')).status).toBe(499);
    await shop.post('slow-above', {});
  });

  test.each([['400'], ['401'], ['403'], ['499']])('the fault %s answers so', async (kind) => {
    await shop.post('faults', { faults: [{ kind, times: 1 }] });
    expect((await shop.ask('{ orders { id } }')).status).toBe(Number(kind));
  });

  test('introspection is refused, cut short or slow', async () => {
    const query = '{ __schema { types { name } } }';
    await shop.post('introspection', { mode: 'refused' });
    expect((await shop.ask(query)).status).toBe(400);
    await shop.post('introspection', { mode: 'cut' });
    const cut = await shop.ask(query);
    expect([cut.status, cut.data]).toEqual([200, undefined]);
    await shop.post('introspection', { mode: 'slow', ms: 80 });
    const begun = performance.now();
    expect((await shop.ask(query)).errors).toEqual([]);
    expect(performance.now() - begun).toBeGreaterThan(75);
    await shop.post('introspection', { mode: 'on' });
    expect((await shop.post('introspection', { mode: 'off' })).status).toBe(400);
  });
});

describe('another shop', () => {
  const fields =
    '{ orders(limit: 100) { __typename status market { id } store { id } lines { __typename id quantity } } }';

  test('lacks an argument, an input field, an enum value, and a type with all that is left empty', async () => {
    await using shop = await openShop({
      orders: 60,
      schema: {
        remove: ['Query.orders(page)', 'ReturnFilter.createdAt', 'OrderStatus.SHIPPED', 'ReturnStatus'],
      },
    });
    expect((await shop.ask('{ orders(page: 1) { id } }')).status).toBe(400);
    expect((await shop.ask('{ returns(where: { createdAt: {} }) { id } }')).status).toBe(400);
    expect((await shop.ask('{ returns { returnStatus } }')).status).toBe(400);
    const { data, errors } = await shop.ask(fields);
    expect(errors).toEqual([]);
    expect(data.orders).toHaveLength(60);
  });

  test('lacks the limit of a list, which is whole then', async () => {
    await using shop = await openShop({
      orders: 60,
      schema: { remove: ['Query.orders(limit)', 'Query.orders(page)'] },
    });
    expect((await shop.ask('{ orders { id } }')).data.orders).toHaveLength(60);
  });

  test('has implementations and enum values that nobody has heard of', async () => {
    await using shop = await openShop({
      orders: 100,
      schema: { unknown: ['implementations', 'enum-values:OrderStatus'] },
    });
    const { data, errors } = await shop.ask(fields);
    expect(errors).toEqual([]);
    const names = new Set(
      (data.orders as Row[]).flatMap((order) => [
        order.__typename,
        ...order.lines.map((line: Row) => line.__typename),
      ]),
    );
    expect([...names]).toEqual(
      expect.arrayContaining(['UnheardOrder', 'UnheardOrderLine', 'ProductOrderLine']),
    );
    expect(data.orders.some((order: Row) => order.status === 'UNHEARD_OF')).toBe(true);
    expect((await shop.post('schema', { unknown: ['colours'] })).status).toBe(400);
  });

  test('has null relations, and relations that no token may see', async () => {
    await using shop = await openShop({ orders: 60, schema: { nullableNull: ['all'] } });
    const { data, errors } = await shop.ask(fields);
    expect(errors).toEqual([]);
    expect(data.orders.every((order: Row) => order.market === null && order.store !== null)).toBe(true);
    await shop.post('schema', { refuse: ['Order.store'], nullableNull: ['Order.country'] });
    expect((await shop.ask(fields)).errors[0]?.message).toBe(
      'You need DirectToConsumerOrder.store:read permission to access store.',
    );
    expect(
      (await shop.ask('{ orders(limit: 100) { country { id } } }')).data.orders.every(
        (order: Row) => order.country === null,
      ),
    ).toBe(true);
    await shop.post('schema', { refuse: ['non-null'] });
    expect((await shop.ask('{ orders { store { id } } }')).data).toBeUndefined();
    expect((await shop.ask('{ orders { id totals { quantity } } }')).errors).toEqual([]);
  });

  test('serves a schema from a file, and what the shop has no data for is empty', async () => {
    await using shop = await openShop({ orders: 30, schemaFile: 'test/fixtures/other-schema.graphql' });
    const { data, errors } = await shop.ask(
      '{ orders { number colour mood { name } weather { degrees } tags } gadgets { id } }',
    );
    expect(errors).toEqual([]);
    expect(data.orders).toHaveLength(30);
    expect(data.orders[0]).toMatchObject({ colour: 'RED', mood: null, weather: { degrees: 0 }, tags: [] });
    expect(data.gadgets).toEqual([]);
  });
});
