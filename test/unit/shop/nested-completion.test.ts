import fc from 'fast-check';
import { buildSchema, defaultFieldResolver, type GraphQLSchema, graphql } from 'graphql';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  emptySelection,
  type FieldSelection,
  renderSelection,
  type Selection,
} from '../../../src/catalog/query/selection.ts';
import type { CentraClient, Query } from '../../../src/centra/client.ts';
import type { RootDefinition } from '../../../src/roots/definition.ts';
import { rootDefinition } from '../../../src/roots/derive.ts';
import { findRoot } from '../../../src/shop/live-root.ts';
import { nestedCompletion } from '../../../src/shop/nested/nested-completion.ts';
import { goodStream, reference } from '../catalog/compile-yaml.ts';
import { openShop, type Row, type ShopClient } from '../sandbox/shop-client.ts';

const { signal } = new AbortController();
const most = 3;

const schema = buildSchema(`
  input BoxFilter { id: [Int!] }
  enum BoxSort { id_ASC }
  type Query { boxes(where: BoxFilter, sort: [BoxSort!], limit: Int = 20, page: Int = 1): [Box!]! }
  type Box { id: Int!, items(limit: Int = 20, page: Int = 1): [Item!]!, parts: [Part!]!, marks(limit: Int = 20, page: Int = 1): [Mark!]!, notes(limit: Int = 20): [Item!]! }
  type Part { id: Int!, items(limit: Int = 20, page: Int = 1): [Item!]! }
  type Item { id: Int!, subs(limit: Int = 20, page: Int = 1): [Sub!]! }
  type Sub { id: Int! }
  type Mark { text: String! }
`);
const boxes: RootDefinition = {
  root: 'boxes',
  label: 'boxes',
  id: 'id',
  pageKey: { field: 'id', sort: 'id_ASC' },
  change: { kind: 'snapshot' },
};

function field(name: string, fields: readonly FieldSelection[] = [], limit?: number): FieldSelection {
  const args = limit === undefined ? [] : [{ name: 'limit', literal: String(limit) }];
  const responseKey = limit === undefined ? name : `${name}_limit_${limit}`;
  return {
    responseKey,
    name,
    args,
    selection: fields.length === 0 ? undefined : { ...emptySelection, fields },
  };
}

const selectionOf = (...fields: readonly FieldSelection[]): Selection => ({ ...emptySelection, fields });

interface Shop {
  box: Row | undefined;
  /** What happens before each request, while there is something. */
  readonly events: (() => void)[];
  readonly asked: Query[];
}

/** A client of a shop with one box. It answers as GraphQL does, by the real engine. */
function clientOf(shop: Shop): CentraClient {
  const ask = async (query: Query) => {
    shop.asked.push(query);
    shop.events.shift()?.();
    const { data, errors } = await graphql({
      schema,
      source: query.query,
      variableValues: { ...query.variables },
      rootValue: { boxes: shop.box === undefined ? [] : [shop.box] },
      fieldResolver: (source, args, context, info) => {
        const value = defaultFieldResolver(source, args, context, info);
        if (!Array.isArray(value) || args.limit === undefined) return value;
        const start = ((args.page ?? 1) - 1) * args.limit;
        return value.slice(start, start + args.limit);
      },
    });
    if (errors !== undefined) throw new Error(String(errors));
    return { data: JSON.parse(JSON.stringify(data)), refusals: [], deprecations: [] } as never;
  };
  return { ask } as unknown as CentraClient;
}

async function completed(shop: Shop, selection: Selection): Promise<Row | undefined> {
  const client = clientOf(shop);
  const completion = nestedCompletion({ client, root: findRoot(schema, boxes), selection, most });
  const events = shop.events.splice(0);
  const query = `{ boxes(limit: 1) ${renderSelection(completion.selection)} }`;
  const first = await client.ask({ what: '', operationName: '', query, variables: {} } as never, signal);
  shop.asked.splice(0);
  shop.events.push(...events);
  const [box] = await completion.complete(first.data.boxes as Row[], signal);
  return box;
}

const items = (count: number, from = 1) =>
  Array.from({ length: count }, (_, at): Row => ({ id: from + at, subs: [] }));
const shopOf = (box: Row, events: (() => void)[] = []): Shop => ({ box, events, asked: [] });
const ids = (elements: readonly Row[]) => elements.map(({ id }) => id);
const ownItems = selectionOf(field('items', [field('id')], most));

describe('a nested list', () => {
  test.each([0, 1, 2, 3, 4, 5, 6, 7, 10])('of %i elements comes whole', async (count) => {
    const shop = shopOf({ id: 7, items: items(count) });
    const box = await completed(shop, ownItems);
    expect(ids(box?.items_limit_3)).toEqual(ids(items(count)));
    expect(shop.asked).toHaveLength(Math.floor(count / most));
    for (const { variables } of shop.asked) expect(variables.where).toEqual({ id: [7] });
  });

  test('costs nothing and stays the same array where it is not full, or where the mapping wants fewer', async () => {
    const shop = shopOf({ id: 7 });
    const common = {
      client: clientOf(shop),
      root: findRoot(schema, boxes),
    };
    const objects = [{ id: 7, items_limit_3: items(3) }];
    const wanted = nestedCompletion({ ...common, selection: ownItems });
    expect(wanted.selection).toBe(ownItems);
    expect(await wanted.complete(objects, signal)).toBe(objects);
    const notFull = [{ id: 7, items_limit_3: items(2) }];
    expect(await nestedCompletion({ ...common, selection: ownItems, most }).complete(notFull, signal)).toBe(
      notFull,
    );
    expect(shop.asked).toEqual([]);
  });

  test('below another list is completed at every place, with what is below itself', async () => {
    const selection = selectionOf(
      field('parts', [field('items', [field('subs', [field('id')], most)], most)]),
      field('items', [field('id')], most),
    );
    const deep = (count: number, from: number) =>
      items(count, from).map((item): Row => ({ ...item, subs: items(item.id % 9, 1000 * item.id) }));
    const parts = [4, 0, 8, 3].map((count, at): Row => ({ id: at, items: deep(count, 10 * at) }));
    const box = await completed(shopOf({ id: 7, parts, items: items(5) }), selection);
    const shape = (rows: readonly Row[], name: string) =>
      rows.map((row) => row[name].map((item: Row) => item));
    const got = shape(box?.parts, 'items_limit_3').map((list) =>
      list.map((item: Row) => ids(item.subs_limit_3)),
    );
    expect(got).toEqual(shape(parts, 'items').map((list) => list.map((item: Row) => ids(item.subs))));
    expect(ids(box?.items_limit_3)).toEqual([1, 2, 3, 4, 5]);
  });

  test('whose elements nothing tells apart is read on only where it stands still', async () => {
    const marks = ['a', 'a', 'a', 'a', 'b', 'a', 'a'].map((text) => ({ text }));
    const selection = selectionOf(field('marks', [field('text')], most));
    expect((await completed(shopOf({ id: 7, marks }), selection))?.marks_limit_3).toEqual(marks);
    const shop: Shop = shopOf({ id: 7, marks: [{ text: 'c' }, { text: 'd' }, ...marks] });
    shop.events.push(() => void shop.box?.marks.shift());
    expect((await completed(shop, selection))?.marks_limit_3).toEqual([{ text: 'd' }, ...marks]);
  });

  test('that has no pages is an error once it is full', async () => {
    const shop = shopOf({ id: 7, notes: items(3) });
    const selection = selectionOf(field('notes', [field('id')], most));
    await expect(completed(shop, selection)).rejects.toMatchObject({ kind: 'schema' });
  });

  test('that never stands still is given up, for now', async () => {
    const shop = shopOf({ id: 7, items: items(40) });
    shop.events.push(...Array.from({ length: 99 }, () => () => void shop.box?.items.shift()));
    await expect(completed(shop, ownItems)).rejects.toMatchObject({
      kind: 'transient',
      code: 'sync/nested_list_moves',
    });
  });

  test('of an object that leaves the shop is let go with it', async () => {
    const shop = shopOf({ id: 7, items: items(9) });
    shop.events.push(() => {
      shop.box = undefined;
    });
    expect(await completed(shop, ownItems)).toBeUndefined();
  });

  test('is begun again when its parents have moved', async () => {
    // Both lists look the same as far as they were read.
    const parts = [4, 8].map((from, at): Row => ({ id: at, items: [...items(3), ...items(2, from)] }));
    const shop = shopOf({ id: 7, parts });
    shop.events.push(() => void shop.box?.parts.reverse());
    const box = await completed(shop, selectionOf(field('parts', [field('items', [field('id')], most)])));
    expect(box?.parts.map(({ id, items_limit_3: list }: Row) => [id, ids(list)])).toEqual([
      [1, [1, 2, 3, 8, 9]],
      [0, [1, 2, 3, 4, 5]],
    ]);
  });
});

test('elements that come and go while a list is paged hide no other element, and none comes twice', async () => {
  const event = fc.record({ place: fc.nat({ max: 99 }), kind: fc.constantFrom('add', 'remove', 'nothing') });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat({ max: 14 }), { minLength: 1, maxLength: 3 }),
      fc.array(fc.array(fc.tuple(fc.nat({ max: 2 }), event), { maxLength: 3 }), { maxLength: 4 }),
      async (counts, happenings) => {
        let newest = 5_000;
        const parts = counts.map((count, at): Row => ({ id: at, items: items(count, 100 * at) }));
        const lists = parts.map((part) => part.items as Row[]);
        const initial = lists.map(ids);
        const removed = new Set<number>();
        const happen = ([at, { place, kind }]: (typeof happenings)[number][number]) => {
          const list = lists[at % lists.length] ?? [];
          if (kind === 'remove')
            for (const { id } of list.splice(place % (list.length + 1), 1)) removed.add(id);
          if (kind !== 'add') return;
          newest += 1;
          list.splice(place % (list.length + 1), 0, { id: newest, subs: [] });
        };
        const events = happenings.map((some) => () => some.forEach(happen));
        const selection = selectionOf(field('parts', [field('items', [field('id')], most)]));
        const box = await completed(shopOf({ id: 7, parts }, events), selection);
        const got: number[][] = box?.parts.map((part: Row) => ids(part.items_limit_3));
        got.forEach((list, at) => {
          expect(new Set(list).size).toBe(list.length);
          const stayed = initial[at]?.filter((id) => !removed.has(id));
          expect(list.filter((id) => id < 5_000 && !removed.has(id))).toEqual(stayed);
        });
      },
    ),
    { numRuns: 200 },
  );
});

describe('against the sandbox', () => {
  let shop: ShopClient;
  beforeEach(async () => {
    shop = await openShop({ orders: 1_000 });
  });
  afterEach(() => shop.close());

  const purchaseOrders = (live: GraphQLSchema) => {
    const definition = rootDefinition('purchaseOrders', live);
    if (definition === undefined) throw new Error('There are no purchase orders.');
    return findRoot(live, definition);
  };
  const yaml = `version: 1
streams:
  purchase_orders:
    from: purchaseOrders
    key: [id]
    columns: { id: id, updated_at: updatedAt, deliveries: 'purchaseOrderDeliveries(limit: 2)[].id' }
  their_deliveries:
    from: purchaseOrders
    each: purchaseOrderDeliveries(limit: 2)
    key: [id, delivery]
    columns: { id: ^id, delivery: id, updated_at: ^updatedAt, status: status }`;

  /** Counts what it is asked; `before` happens before the second request. */
  function sandboxClient(before: () => Promise<unknown> = async () => undefined) {
    const count = { asked: 0 };
    const ask = async ({ query, variables }: Query) => {
      count.asked += 1;
      if (count.asked === 2) await before();
      const { data, errors } = await shop.ask(query, variables);
      expect(errors).toEqual([]);
      return { data };
    };
    return { count, client: { ask } as unknown as CentraClient };
  }

  async function rowsOfAll(before?: () => Promise<unknown>) {
    const stream = await goodStream(yaml);
    const { client, count } = sandboxClient(before);
    const root = purchaseOrders(reference);
    const { selection } = stream;
    const completion = nestedCompletion({ client, root, selection, most: 2 });
    const { data } = await shop.ask(
      `{ purchaseOrders(limit: 200, sort: [id_ASC]) ${renderSelection(completion.selection)} }`,
    );
    const objects = await completion.complete(data.purchaseOrders as Row[], signal);
    return { asked: count.asked, rows: objects.flatMap((object) => stream.rows(object, { snapshotAt: '' })) };
  }

  async function expected() {
    const { data } = await shop.ask(
      '{ purchaseOrders(limit: 200, sort: [id_ASC]) { id purchaseOrderDeliveries(limit: 200) { id } } }',
    );
    return (data.purchaseOrders as Row[]).map(({ id, purchaseOrderDeliveries }) => ({
      id,
      deliveries: ids(purchaseOrderDeliveries),
    }));
  }

  const told = (rows: readonly object[]) =>
    rows.map((row) => {
      const { id, deliveries } = (row as Row).data;
      return { id, deliveries };
    });

  test('purchase orders come with all their deliveries', async () => {
    const { rows, asked } = await rowsOfAll();
    const all = await expected();
    expect(all.some(({ deliveries }) => deliveries.length > 3)).toBe(true);
    expect(told(rows)).toEqual(all);
    expect(asked).toBeGreaterThan(1);
  });

  test('also when a delivery is removed between two pages', async () => {
    const longest = (await expected()).find(({ deliveries }) => deliveries.length > 3);
    const { rows } = await rowsOfAll(() =>
      shop.post('change', { changes: [{ kind: 'deliveries.delete', ids: [longest?.deliveries[0]] }] }),
    );
    const after = new Map((await expected()).map(({ id, deliveries }) => [id, deliveries]));
    for (const { id, deliveries } of told(rows)) {
      for (const delivery of after.get(id) ?? []) expect(deliveries).toContain(delivery);
    }
  });

  test('below a list whose pages the sync turns, the page under way is kept', async () => {
    const stream = await goodStream(`version: 1
streams:
  inventory:
    from: warehouses
    each: stock
    key: [warehouse, size]
    columns: { warehouse: ^id, size: productSize.id, beside: 'warehouse.stock(limit: 40)[].productSize.id' }`);
    const { client, count } = sandboxClient();
    const root = findRoot(reference, stream.root);
    const { selection } = stream;
    const completion = nestedCompletion({ client, root, selection, most: 40 });
    const variables = { limit: 3, page: 2 };
    const { data } = await shop.ask(
      `query q($limit: Int, $page: Int) { warehouses(limit: 1) ${renderSelection(completion.selection)} }`,
      variables,
    );
    const [warehouse] = await completion.complete(data.warehouses as Row[], signal, variables);
    const all = await shop.ask(
      '{ warehouses(limit: 1) { p1: stock(limit: 200) { productSize { id } } p2: stock(limit: 200, page: 2) { productSize { id } } } }',
    );
    const [{ p1, p2 }] = all.data.warehouses as [Row];
    const sizes = [...p1, ...p2].map(({ productSize }: Row) => productSize.id).slice(0, 400);
    const rows = stream.rows(warehouse ?? {}, { snapshotAt: '' }) as unknown as { data: Row }[];
    expect(rows.map(({ data: row }) => row.size)).toEqual(sizes.slice(3, 6));
    for (const { data: row } of rows) expect(row.beside.slice(0, 400)).toEqual(sizes);
    expect(sizes.length).toBeGreaterThan(40);
    expect(count.asked).toBe(Math.floor(rows[0]?.data.beside.length / 40));
  });
});
