import { describe, expect, test } from 'vitest';
import { openShop, type Row } from './shop-client.ts';

describe('control changes', () => {
  test('an update touches orders at the present second, or at the one that is given', async () => {
    await using shop = await openShop({ orders: 100 });
    await shop.post('advance', { seconds: 90 });
    const set = { status: 'CANCELLED', otherComment: 'given up', shippingAddress: { city: 'Umeå' } };
    const { changed } = await shop.post('change', {
      changes: [
        { kind: 'orders.update', count: 3 },
        { kind: 'orders.update', numbers: [1001], set, at: '2025-05-01T10:00:00Z' },
      ],
    });
    expect(changed.orders).toHaveLength(4);
    const { data } = await shop.ask(`{
      counters { orders(where: { updatedAt: { from: "2025-06-01T12:01:30Z" } }) }
      order(number: 1001) { status otherComment updatedAt(format: "U") lines { id } all: lines(includeFullyCancelled: true) { id } shippingAddress { city } }
    }`);
    expect(data.counters.orders).toBe(changed.orders[0] === 1001 ? 2 : 3);
    expect(data.order).toMatchObject({
      status: 'CANCELLED',
      otherComment: 'given up',
      updatedAt: '1746093600',
      lines: [],
    });
    expect(data.order.all.length).toBeGreaterThan(0);
  });

  test('orders appear and go', async () => {
    await using shop = await openShop({ orders: 40 });
    const { changed } = await shop.post('change', { changes: [{ kind: 'orders.create', count: 70 }] });
    expect((await shop.get('counts')).orders).toBe(110);
    const { data } = await shop.ask(
      `{ orders(limit: 1, sort: [number_DESC]) { number status updatedAt lines { productSize { SKU } } } }`,
    );
    expect(data.orders[0]).toMatchObject({
      number: changed.orders[69],
      status: 'PENDING',
      updatedAt: '2025-06-01T14:00:00+02:00',
    });
    await shop.post('change', { changes: [{ kind: 'orders.delete', numbers: changed.orders }] });
    expect((await shop.get('counts')).orders).toBe(40);
    expect((await shop.ask(`{ order(number: ${changed.orders[0]}) { id } }`)).data.order).toBeNull();
  });

  test('returns move to and fro without a trace in their dates', async () => {
    await using shop = await openShop({ orders: 300 });
    const list = '{ returns(limit: 200) { id returnStatus createdAt } }';
    const before: Row[] = (await shop.ask(list)).data.returns;
    const open = before.filter((row) => row.returnStatus === 'PENDING').map((row) => row.id as number);
    const done = before.filter((row) => row.returnStatus === 'COMPLETED').map((row) => row.id as number);
    expect(open.length).toBeGreaterThan(1);
    await shop.post('change', {
      changes: [
        { kind: 'returns.complete', ids: [open[0]] },
        { kind: 'returns.reopen', ids: [done[0]] },
        { kind: 'returns.delete', ids: [done[1]] },
        { kind: 'returns.create', count: 2 },
      ],
    });
    const after = new Map<unknown, Row>((await shop.ask(list)).data.returns.map((row: Row) => [row.id, row]));
    expect(after.size).toBe(before.length + 1);
    expect(after.get(open[0])).toEqual({
      ...before.find((row) => row.id === open[0]),
      returnStatus: 'COMPLETED',
    });
    expect(after.get(done[0])).toEqual({
      ...before.find((row) => row.id === done[0]),
      returnStatus: 'PENDING',
    });
    expect(after.has(done[1])).toBe(false);
  });

  test('a new return is counted in the lines of its order', async () => {
    await using shop = await openShop({ orders: 30 });
    const { changed } = await shop.post('change', { changes: [{ kind: 'returns.create', count: 1 }] });
    const { data } = await shop.ask(
      `{ returns(where: { id: [${changed.returns[0]}] }) { lines { quantity orderLine { returnedQuantity quantity } } } }`,
    );
    for (const line of data.returns[0].lines) {
      expect(line.orderLine.returnedQuantity).toBe(line.quantity);
      expect(line.quantity).toBeLessThanOrEqual(line.orderLine.quantity);
    }
  });

  test('a delivery is sent, then inserted, and then it is in stock', async () => {
    await using shop = await openShop({ orders: 100 });
    const { changed } = await shop.post('change', { changes: [{ kind: 'deliveries.create', count: 4 }] });
    const query = `{ purchaseOrderDeliveries(where: { id: [${changed.deliveries}] }) {
      status stockChange { id } warehouse { id } lines { quantity productSize { id stock { warehouse { id } physicalQuantity } } } } }`;
    const advance = { changes: [{ kind: 'deliveries.advance', ids: changed.deliveries }] };
    const statuses = async () =>
      (await shop.ask(query)).data.purchaseOrderDeliveries.map((row: Row) => row.status);
    expect(new Set(await statuses())).toEqual(new Set(['PENDING']));
    await shop.post('change', advance);
    expect(new Set(await statuses())).toEqual(new Set(['SENT']));
    await shop.post('change', advance);
    const arrived: Row[] = (await shop.ask(query)).data.purchaseOrderDeliveries;
    expect(new Set(arrived.map((row) => row.status))).toEqual(new Set(['INSERTED']));
    for (const { warehouse, lines, stockChange } of arrived) {
      expect(stockChange).not.toBeNull();
      for (const line of warehouse === null ? [] : lines) {
        if (line.productSize === null) continue;
        const row = line.productSize.stock.find((stock: Row) => stock.warehouse.id === warehouse.id);
        expect(row.physicalQuantity).toBeGreaterThanOrEqual(line.quantity);
      }
    }
  });

  test('stock rows change, go and come', async () => {
    await using shop = await openShop({ orders: 20 });
    const rows = (await shop.ask('{ warehouses(where: { id: [1] }) { stock { productSize { id } } } }')).data
      .warehouses[0].stock;
    const [first, second] = rows.map((row: Row) => row.productSize.id);
    const { inventory } = await shop.get('counts');
    const { changed } = await shop.post('change', {
      changes: [
        { kind: 'stock.set', warehouseId: 1, productSizeId: first, physicalQuantity: 4321 },
        { kind: 'stock.remove', warehouseId: 1, productSizeId: second },
        { kind: 'stock.add', warehouseId: 1 },
        { kind: 'stock.add' },
      ],
    });
    expect((await shop.get('counts')).inventory).toBe(inventory + 1);
    const stock = `stock(where: { productSizeId: [${first}, ${second}, ${changed.stock[2].productSizeId}] }, sort: [productSizeId_DESC]) { physicalQuantity productSize { id } }`;
    const left: Row[] = (await shop.ask(`{ warehouses(where: { id: [1] }) { ${stock} } }`)).data.warehouses[0]
      .stock;
    expect(left.map((row) => row.productSize.id).toSorted()).toEqual(
      [first, changed.stock[2].productSizeId].toSorted(),
    );
    expect(left.find((row) => row.productSize.id === first)?.physicalQuantity).toBe(4321);
  });

  test('what is not understood changes nothing and is answered with one sentence', async () => {
    await using shop = await openShop({ orders: 20 });
    for (const [command, body, sentence] of [
      [
        'change',
        { changes: [{ kind: 'orders.create' }, { kind: 'orders.paint' }] },
        /no change "orders.paint"/,
      ],
      ['change', { changes: [{ kind: 'orders.update' }] }, /Either "numbers" or "count"/],
      ['change', { changes: [{ kind: 'orders.update', count: 1, set: { colour: 1 } }] }, /no field "colour"/],
      [
        'change',
        { changes: [{ kind: 'orders.update', count: 1, set: { status: 'GONE' } }] },
        /no order status/,
      ],
      ['change', { changes: 1 }, /must be a list/],
      ['advance', { seconds: -1 }, /only moves forward/],
      ['advance', [], /must be a JSON object/],
      ['faults', { faults: [{ kind: 'flood' }] }, /no fault "flood"/],
      ['fly', {}, /no control command "POST fly"/],
    ] as const) {
      expect(await shop.post(command, body)).toEqual({ status: 400, error: expect.stringMatching(sentence) });
    }
    expect((await shop.get('counts')).orders).toBe(20);
  });

  test('the counts are those of a complete read', async () => {
    await using shop = await openShop({ orders: 150 });
    const counts = await shop.get('counts');
    const { data } = await shop.ask(`{
      orders(limit: 200) { lines { id } all: lines(includeFullyCancelled: true) { id quantity cancelledQuantity } }
      returns(limit: 200) { lines { id } } purchaseOrderDeliveries(limit: 200) { lines { quantity } } products(limit: 200) { id }
    }`);
    const sum = (rows: readonly Row[], field: string) =>
      rows.reduce((total, row) => total + row[field].length, 0);
    expect(counts).toMatchObject({
      orders: data.orders.length,
      order_lines: sum(data.orders, 'all'),
      order_lines_active: sum(data.orders, 'lines'),
      returns: data.returns.length,
      return_lines: sum(data.returns, 'lines'),
      indeliveries: data.purchaseOrderDeliveries.length,
      indelivery_lines: sum(data.purchaseOrderDeliveries, 'lines'),
      products: data.products.length,
    });
    expect(counts.order_lines).toBeGreaterThan(counts.order_lines_active);
    const ids = new Set(data.orders.flatMap((order: Row) => order.all.map((line: Row) => line.id)));
    expect(ids.size).toBe(counts.order_lines);
    expect((await shop.get('ids?root=returns')) as unknown).toHaveLength(counts.returns);
    expect((await shop.get('ids?root=purchaseOrderDeliveries')) as unknown).toHaveLength(counts.indeliveries);
  });
});

describe('events', () => {
  const events =
    '{ events(limit: 200) { id objectType changeType objectReference createdAt store { id } object { __typename ... on Order { number } } } }';

  test('are silent where they are off: no error, and nothing is queued', async () => {
    await using shop = await openShop({ orders: 5 });
    const listen =
      'mutation { setEventListeners(input: [{ objectType: Order }]) { userErrors { message } } }';
    expect((await shop.ask(listen)).data.setEventListeners.userErrors).toEqual([]);
    const change = { changes: [{ kind: 'orders.update', count: 1 }] };
    await shop.post('change', change);
    const { data, errors } = await shop.ask('{ events { id } eventListeners { objectType } }');
    expect([data.events, data.eventListeners.length, errors]).toEqual([[], 1, []]);
    await shop.post('events', { on: true });
    await shop.post('change', change);
    expect((await shop.ask('{ events { id } }')).data.events).toHaveLength(1);
  });

  test('are queued for who listens, oldest first, until they are confirmed', async () => {
    await using shop = await openShop({ orders: 100, events: true });
    const { token: other } = await shop.post('tokens', { integrationName: 'erp' });
    const listen =
      'mutation { setEventListeners(input: [{ objectType: Order }, { objectType: Return, changeTypes: [DELETED] }]) { eventListeners { objectType changeTypes integrationName createdAt } userErrors { message } } }';
    expect((await shop.ask(listen)).data.setEventListeners.eventListeners).toHaveLength(2);
    const { changed } = await shop.post('change', {
      changes: [
        { kind: 'orders.update', numbers: [1001] },
        { kind: 'orders.create' },
        { kind: 'returns.create' },
        { kind: 'returns.delete', count: 1 },
        { kind: 'orders.delete', numbers: [1001] },
      ],
    });
    const first: Row[] = (await shop.ask(events)).data.events;
    expect(first.map((event) => [event.objectType, event.changeType])).toEqual([
      ['Order', 'UPDATED'],
      ['Order', 'CREATED'],
      ['Return', 'DELETED'],
      ['Order', 'DELETED'],
    ]);
    expect(first[1]?.object.number).toBe(changed.orders[1]);
    expect([first[0]?.object, first[2]?.object, first[3]?.object]).toEqual([null, null, null]);
    expect((await shop.ask(events, {}, other as string)).data.events).toEqual([]);
    expect((await shop.ask(events)).data.events).toEqual(first);
    const confirm =
      'mutation ($ids: [Int!]!) { confirmEvents(input: { eventsIds: $ids }) { userErrors { message path } } }';
    await shop.ask(confirm, { ids: first.slice(0, 3).map((event) => event.id) });
    expect((await shop.ask(events)).data.events).toEqual(first.slice(3));
    const again = await shop.ask(confirm, { ids: [first[0]?.id] });
    expect(again.data.confirmEvents.userErrors).toHaveLength(1);
    const stop =
      'mutation { unsetEventListeners(input: [{ objectType: Order }, { objectType: Product }]) { eventListeners { objectType } userErrors { message } } }';
    const stopped = (await shop.ask(stop)).data.unsetEventListeners;
    expect(stopped).toMatchObject({ eventListeners: [{ objectType: 'Return' }], userErrors: [{}] });
  });
});
