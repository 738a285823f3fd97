import { expect, test } from 'vitest';
import { catalogOf, configured, fileWith, recordsOf, sourceCentra } from './harness.ts';
import { openShop } from './sandbox-control.ts';
import { type Answered, everyObject } from './shop-answers.ts';

const yaml = `version: 1
streams:
  payments:
    from: orders
    each: paymentHistory
    key: [payment_id]
    columns: { payment_id: id, order_number: ^number }
  order_payments:
    from: orders
    key: [order_id]
    columns:
      order_id: id
      payments: { each: paymentHistory, columns: { id: id } }
  receipts:
    from: stockChanges
    each: lines
    key: [line_id]
    columns: { line_id: id, change_id: ^id, units: deliveredQuantity }
  sizes:
    from: productSizes
    key: [size_id]
    columns:
      size_id: id
      stock: { each: stock, columns: { warehouse_id: warehouse.id, units: physicalQuantity } }
`;

/** The API cuts each of these lists at 20 where no limit is sent. */
test('lists inside objects that the API cuts in silence come whole', async () => {
  // A size has stock in some of the warehouses only.
  const shop = await openShop(
    { orders: 60, extraWarehouses: 500 },
    { tenant_catalog: { source: 'inline', yaml } },
  );
  const catalog = catalogOf(await sourceCentra(['discover', '--config', shop.config]));
  const wanted = fileWith(configured(catalog, 'full_refresh'));
  const outcome = await sourceCentra(['read', '--config', shop.config, '--catalog', wanted]);
  expect(outcome.code).toBe(0);
  const rows = (stream: string) => recordsOf(outcome, stream).map(({ data }) => data as Answered);

  const places = (stock: readonly Answered[]) => stock.map(({ warehouse }) => warehouse.id).sort();
  const held = await everyObject(shop, 'productSizes', 'id stock(limit: 200) { warehouse { id } }');
  expect(held.some(({ stock }) => stock.length > 20)).toBe(true);
  const sizes = new Map(rows('sizes').map(({ size_id: id, stock }) => [id, stock]));
  expect(sizes.size).toBe(held.length);
  for (const { id, stock } of held)
    expect(
      sizes
        .get(id)
        .map((place: Answered) => place.warehouse_id)
        .sort(),
    ).toEqual(places(stock));

  const byOrder = await everyObject(shop, 'orders', 'number paymentHistory(limit: 200) { id }');
  const expected = byOrder.flatMap(({ paymentHistory }) => paymentHistory.map(({ id }: Answered) => id));
  expect(
    rows('payments')
      .map(({ payment_id }) => payment_id)
      .sort(),
  ).toEqual([...expected].sort());
  expect(
    rows('order_payments')
      .flatMap(({ payments }) => payments.map(({ id }: Answered) => id))
      .sort(),
  ).toEqual([...expected].sort());

  const changes = await everyObject(shop, 'stockChanges', 'id lines(limit: 200) { id deliveredQuantity }');
  const lines = changes.flatMap((change) => change.lines.map(({ id }: Answered) => id));
  expect(
    rows('receipts')
      .map(({ line_id }) => line_id)
      .sort(),
  ).toEqual([...lines].sort());

  // No made-up delivery or order has more than 20 of these: that they are asked for shows in the query alone.
  const explained = await sourceCentra(['catalog', 'explain', fileWith(yaml, 'yaml')], { isForPeople: true });
  expect(explained.stdout).toContain('paymentHistory(limit: 200)');
  expect(explained.stdout).toContain('lines(limit: 200)');
}, 120_000);
