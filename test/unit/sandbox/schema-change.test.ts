import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openShop, type Row, type ShopClient } from './shop-client.ts';

describe('a schema that differs', () => {
  let shop: ShopClient;
  beforeAll(async () => {
    shop = await openShop({ orders: 60 });
  });
  afterAll(() => shop.close());

  const fieldsOf = async (type: string) =>
    (
      await shop.ask(
        `{ __type(name: "${type}") { fields { name } inputFields { name } enumValues { name } } }`,
      )
    ).data.__type as Row | null;
  const names = (list: readonly Row[] | undefined) => list?.map((one) => one.name);

  test('lacks what was removed, from implementing types too, and the rest still works', async () => {
    const removed = [
      'Return.returnStatus',
      'Query.returnConnection',
      'ReturnFilter.createdAt',
      'OrderSort.updatedAt_ASC',
    ];
    await shop.post('schema', { remove: removed });
    expect(names((await fieldsOf('DirectToConsumerReturn'))?.fields)).not.toContain('returnStatus');
    expect(names((await fieldsOf('ReturnFilter'))?.inputFields)).not.toContain('createdAt');
    expect(names((await fieldsOf('OrderSort'))?.enumValues)).not.toContain('updatedAt_ASC');
    expect((await shop.ask('{ returnConnection { totalCount } }')).errors[0]?.message).toContain(
      'returnConnection',
    );
    expect((await shop.ask('{ returns { returnStatus } }')).errors[0]?.extensions.category).toBe('graphql');
    const { data, extensions } = await shop.ask('{ returns(limit: 1) { status } }');
    expect(['ACTIVE', 'INACTIVE']).toContain(data.returns[0].status);
    expect(extensions.deprecatedFieldsUsed[0]).toMatch(/status: older name.* \d{4}-\d\d-\d\d$/);
  });

  test('has what was added, and a removed type is gone with all that needs it', async () => {
    await shop.post('schema', {
      remove: ['StockChange', 'StockChangeConnection', 'StockChangeEdge'],
      add: 'extend type Market { code: String }',
    });
    expect(await fieldsOf('StockChange')).toBeNull();
    expect(names((await fieldsOf('PurchaseOrderDelivery'))?.fields)).not.toContain('stockChange');
    const { data } = await shop.ask(
      '{ orders(limit: 1, where: { notNull: ["marketId"] }) { market { id code } } }',
    );
    expect(data.orders[0].market.code).toBeNull();
  });

  test('is refused when it names what is not there, or makes no schema', async () => {
    expect((await shop.post('schema', { remove: ['Order.colour'] })).error).toContain('Order.colour');
    expect((await shop.post('schema', { add: 'extend type Nothing { a: Int }' })).status).toBe(400);
    expect((await shop.post('schema', { add: 'type {' })).status).toBe(400);
    await shop.post('schema', { remove: [] });
    expect(
      (await shop.ask('{ returnConnection { totalCount } stockChangeConnection { totalCount } }')).errors,
    ).toEqual([]);
  });
});
