import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openShop, type Row, type ShopClient } from './shop-client.ts';

describe('paging', () => {
  let shop: ShopClient;
  beforeAll(async () => {
    shop = await openShop({ orders: 620 });
  });
  afterAll(() => shop.close());

  async function throughConnection(
    root: string,
    key: string,
    args: string,
    sort: string,
    size: number,
  ): Promise<Row[]> {
    const query = `query ($after: String) { ${root}(first: ${size}, after: $after, sort: [${sort}]${args}) {
      totalCount pageInfo { hasNextPage hasPreviousPage endCursor } edges { node { ${key} } } } }`;
    const rows: Row[] = [];
    let after: string | null = null;
    for (;;) {
      const { data } = await shop.ask(query, { after });
      const page = data[root] as Row;
      expect(page.pageInfo.hasPreviousPage).toBe(rows.length > 0);
      rows.push(...page.edges.map((edge: Row) => edge.node));
      after = page.pageInfo.endCursor as string;
      if (page.pageInfo.hasNextPage !== true) {
        expect(rows).toHaveLength(page.totalCount as number);
        return rows;
      }
    }
  }

  test('a connection gives every row once, in whatever order', async () => {
    for (const sort of [
      'number_ASC',
      'id_DESC',
      'updatedAt_ASC',
      'orderDate_DESC',
      'updatedAt_DESC, number_ASC',
    ]) {
      const rows = await throughConnection('orderConnection', 'number', '', sort, 73);
      expect(new Set(rows.map((row) => row.number)).size).toBe(620);
    }
    const returns = await throughConnection('returnConnection', 'id createdAt', '', 'id_ASC', 7);
    expect(new Set(returns.map((row) => row.id)).size).toBe(returns.length);
    const deliveries = await throughConnection('purchaseOrderDeliveryConnection', 'id', '', 'id_ASC', 50);
    expect(deliveries.map((row) => row.id)).toEqual(
      deliveries.map((row) => row.id as number).toSorted((a, b) => a - b),
    );
    expect(await throughConnection('stockChangeConnection', 'id createdAt', '', 'id_DESC', 9)).not.toEqual(
      [],
    );
  });

  test('at least 300 orders share one second, more than the largest page holds', async () => {
    const seconds = new Map<string, number>();
    for (const { updatedAt } of await throughConnection(
      'orderConnection',
      'updatedAt',
      '',
      'number_ASC',
      200,
    )) {
      seconds.set(updatedAt as string, (seconds.get(updatedAt as string) ?? 0) + 1);
    }
    expect(Math.max(...seconds.values())).toBeGreaterThanOrEqual(300);
  });

  test('a cursor is base64 of the sort key and its value, and of the number where the key is not unique', async () => {
    const cursorOf = async (sort: string) => {
      const { data } = await shop.ask(
        `{ orderConnection(first: 1, sort: [${sort}]) { edges { cursor node { number } } } }`,
      );
      const [edge] = data.orderConnection.edges;
      return [Buffer.from(edge.cursor, 'base64').toString(), edge.node.number];
    };
    const [byNumber, number] = await cursorOf('number_ASC');
    expect(byNumber).toBe(`number:${number}`);
    const [byTime, other] = await cursorOf('updatedAt_DESC');
    expect(byTime).toMatch(new RegExp(`^updatedAt:\\d+,number:${other}$`));
  });

  test('last and before page backwards', async () => {
    const edges = '{ edges { cursor node { number } } pageInfo { hasPreviousPage hasNextPage } }';
    const all = await shop.ask(`{ orderConnection(first: 40, sort: [number_ASC]) ${edges} }`);
    const numbers = all.data.orderConnection.edges.map((edge: Row) => edge.node.number);
    const { data } = await shop.ask(
      `query ($before: String) { orderConnection(last: 10, before: $before, sort: [number_ASC]) ${edges} }`,
      {
        before: all.data.orderConnection.edges[30].cursor,
      },
    );
    expect(data.orderConnection.edges.map((edge: Row) => edge.node.number)).toEqual(numbers.slice(20, 30));
    expect(data.orderConnection.pageInfo).toEqual({ hasPreviousPage: true, hasNextPage: true });
  });

  test('limits outside of 1 to 200, both directions at once and foreign cursors are errors', async () => {
    for (const list of [
      'orders(limit: 0) { number }',
      'orders(limit: 201) { number }',
      'orders(page: 0) { number }',
      'orderConnection(first: 201) { totalCount }',
      'orderConnection(last: 0) { totalCount }',
      'orderConnection(first: 1, last: 1) { totalCount }',
      'orderConnection(first: 1, after: "bm9uc2Vuc2U=") { totalCount }',
    ]) {
      const { errors, data, status } = await shop.ask(`{ ${list} }`);
      expect(status).toBe(200);
      expect(data).toBeUndefined();
      expect(errors[0]?.extensions.category).toBe('graphql');
    }
  });

  test('a list has 20 rows unless told otherwise, the latest order first', async () => {
    const { data } = await shop.ask('{ orders { orderDate(format: "U") } }');
    const dates = data.orders.map((order: Row) => Number(order.orderDate));
    expect(dates).toHaveLength(20);
    expect(dates).toEqual(dates.toSorted((a: number, b: number) => b - a));
  });

  test('rows that leave a window make offset paging skip, and keyset paging not', async () => {
    await using own = await openShop({ orders: 300 });
    const where = 'where: { updatedAt: { to: "2025-06-01T12:00:00Z" } }, sort: [number_ASC]';
    const listed = (page: number) => own.ask(`{ orders(limit: 100, page: ${page}, ${where}) { number } }`);
    const connected = (after: string | null) =>
      own.ask(
        `query ($after: String) { orderConnection(first: 100, after: $after, ${where}) { pageInfo { endCursor } edges { node { number } } } }`,
        { after },
      );
    const numbers = (await own.get('ids?root=orders')) as unknown as readonly Row[];
    const first = (await listed(1)).data.orders;
    const firstEdges = (await connected(null)).data.orderConnection;
    await own.post('advance', { seconds: 60 });
    await own.post('change', {
      changes: [{ kind: 'orders.update', numbers: numbers.slice(0, 10).map((row) => row.number) }],
    });
    const second = (await listed(2)).data.orders;
    const secondEdges = (await connected(firstEdges.pageInfo.endCursor)).data.orderConnection;
    const expected = numbers.slice(100, 200).map((row) => row.number);
    expect([...first, ...second].map((row: Row) => row.number)).not.toContain(expected[0]);
    expect(secondEdges.edges.map((edge: Row) => edge.node.number)).toEqual(expected);
  });

  test('keyset paging goes on behind a row that was deleted', async () => {
    await using own = await openShop({ orders: 30 });
    const page =
      '{ orderConnection(first: 5, sort: [updatedAt_ASC]) { pageInfo { endCursor } edges { node { number } } } }';
    const before = (await own.ask(page)).data.orderConnection;
    await own.post('change', {
      changes: [{ kind: 'orders.delete', numbers: [before.edges[4].node.number] }],
    });
    const after = (
      await own.ask(page.replace('first: 5', `first: 25, after: "${before.pageInfo.endCursor}"`))
    ).data;
    expect(after.orderConnection.edges).toHaveLength(25);
  });

  test('the stock of a warehouse is paged, and one warehouse has more than three full pages', async () => {
    const { data } = await shop.ask('{ warehouses { id status stock(limit: 1) { physicalQuantity } } }');
    expect(data.warehouses.some((warehouse: Row) => warehouse.stock.length === 0)).toBe(true);
    expect(data.warehouses.some((warehouse: Row) => warehouse.status === 'INACTIVE')).toBe(true);
    const sizes = new Set<number>();
    let isNegative = false;
    for (let page = 1; ; page++) {
      const stock = `stock(limit: 200, page: ${page}) { freeToAllocateQuantity productSize { id } }`;
      const rows = (await shop.ask(`{ warehouses(where: { id: [1] }) { ${stock} } }`)).data.warehouses[0]
        .stock;
      for (const row of rows) sizes.add(row.productSize.id);
      isNegative ||= rows.some((row: Row) => row.freeToAllocateQuantity < 0);
      if (rows.length < 200) break;
    }
    expect(sizes.size).toBeGreaterThan(600);
    expect(isNegative).toBe(true);
  });
});
