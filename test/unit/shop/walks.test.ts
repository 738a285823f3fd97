import { buildSchema } from 'graphql';
import { describe, expect, test } from 'vitest';
import type { CentraClient, Query } from '../../../src/centra/client.ts';
import { ConnectorError } from '../../../src/errors.ts';
import type { RootDefinition } from '../../../src/roots/definition.ts';
import { openRoot } from '../../../src/shop/open-root.ts';
import { pagesAfter } from '../../../src/shop/pages/pages.ts';

const { signal } = new AbortController();

const schema = buildSchema(`
  input BoxFilter { id: [Int!] }
  enum BoxSort { id_ASC }
  type Query {
    boxes(where: BoxFilter, sort: [BoxSort!], limit: Int = 20, page: Int = 1): [Box!]!
    boxConnection(where: BoxFilter, sort: [BoxSort!], first: Int, after: String): BoxConnection!
  }
  type BoxConnection { totalCount: Int!, pageInfo: PageInfo!, edges: [BoxEdge!]! }
  type PageInfo { hasNextPage: Boolean!, endCursor: String }
  type BoxEdge { node: Box! }
  type Box { id: Int!, name: String!, items(limit: Int = 20, page: Int = 1): [Item!]! }
  type Item { id: Int!, label: String! }
`);
const snapshot: RootDefinition = {
  root: 'boxes',
  label: 'boxes',
  id: 'id',
  pageKey: { field: 'id', sort: 'id_ASC' },
  change: { kind: 'snapshot', nestedList: 'items', nestedIdentity: 'id' },
};
const connected: RootDefinition = {
  ...snapshot,
  connection: 'boxConnection',
  change: { kind: 'updated', field: 'id', filter: 'id' },
};

type Data = Readonly<Record<string, unknown>>;

/** A client of an API that answers what the script says. An answer of a thousand requests is that of a loop. */
function clientOf(script: (query: Query, request: number) => Data) {
  let requests = 0;
  const ask = async (query: Query) => {
    requests += 1;
    if (requests > 1_000) throw new Error('It goes on for ever.');
    return { data: script(query, requests), refusals: [], deprecations: [] } as never;
  };
  const client = { ask, comfortableRows: (_: string, most: number) => most } as unknown as CentraClient;
  return { client, requests: () => requests };
}

const rowsFrom = (first: number, count: number) =>
  Array.from({ length: count }, (_, at) => ({ id: first + at, name: `box ${first + at}` }));

async function walk(client: CentraClient, definition: RootDefinition): Promise<readonly unknown[]> {
  const root = openRoot(client, schema, definition);
  const ids: unknown[] = [];
  const pager = root.rows(root.fields(['id', 'name'])).pages({});
  for await (const { objects } of pagesAfter(pager, { after: undefined, signal, looksAhead: true }))
    ids.push(...objects.map(({ id }) => id));
  return ids;
}

const connection = (
  rows: readonly Data[],
  endCursor: string | null,
  { hasNextPage = true, totalCount = 1_000 } = {},
): Data => ({
  boxConnection: { totalCount, pageInfo: { hasNextPage, endCursor }, edges: rows.map((node) => ({ node })) },
});

const rowsAsked = ({ variables }: Query) => Number(variables.first ?? variables.limit);

describe('a walk through a Connection comes to an end', () => {
  const answers: readonly (readonly [string, (query: Query, request: number) => Data])[] = [
    [
      'when the cursor stays the same',
      (query, at) => connection(rowsFrom(at * 1_000, rowsAsked(query)), 'same'),
    ],
    [
      'when the cursors go round',
      (query, at) => connection(rowsFrom(at * 1_000, rowsAsked(query)), `cursor ${at % 3}`),
    ],
    ['when each page holds the same rows', (query, at) => connection(rowsFrom(1, rowsAsked(query)), `${at}`)],
    ['when a page is empty, and more is promised', (_, at) => connection([], `cursor ${at}`)],
    ['when more is promised, and not where', () => connection(rowsFrom(1, 2), null)],
    [
      'when there are more and more rows beyond the total',
      (query, at) => connection(rowsFrom(at * 1_000, rowsAsked(query)), `cursor ${at}`, { totalCount: 5 }),
    ],
    [
      'when a page has more rows than were asked for',
      (query, at) => connection(rowsFrom(at * 1_000, rowsAsked(query) + 1), `cursor ${at}`),
    ],
    [
      'when a row is twice in a page',
      (_, at) => connection([...rowsFrom(at * 10, 2), ...rowsFrom(at * 10 + 1, 2)], `cursor ${at}`),
    ],
    [
      'when the rows of a page are in another order',
      (_, at) => connection(rowsFrom(at * 10, 5).toReversed(), `cursor ${at}`),
    ],
  ];
  test.each(answers)('%s', async (_, script) => {
    const { client, requests } = clientOf(script);
    await expect(walk(client, connected)).rejects.toMatchObject({ code: 'centra/contradiction' });
    expect(requests()).toBeLessThan(100);
  });

  test('a page that contradicts itself once is asked for again, and costs no row', async () => {
    const { client } = clientOf((query, at) =>
      at === 2
        ? connection(rowsFrom(1, 2), 'first')
        : connection(rowsFrom(query.variables.after === null ? 1 : 3, 2), 'first', {
            hasNextPage: query.variables.after === null,
          }),
    );
    expect(await walk(client, connected)).toEqual([1, 2, 3, 4]);
  });
});

describe('a walk through a list comes to an end', () => {
  const answers: readonly (readonly [string, (query: Query, request: number) => Data, string])[] = [
    [
      'when each page holds the same rows, and the row before them fits',
      ({ variables }) => ({
        boxes: rowsFrom(1, Number(variables.limit)),
        before: rowsFrom(Number(variables.probePage), 1),
      }),
      'centra/contradiction',
    ],
    [
      'when the API leaves pages out of account',
      ({ variables }) => ({ boxes: rowsFrom(1, Number(variables.limit)), before: rowsFrom(1, 1) }),
      'centra/contradiction',
    ],
    [
      'when no page follows the one before it',
      ({ variables }, at) => {
        const first = Number(variables.page) * 100_000 + at * 1_000;
        return { boxes: rowsFrom(first, Number(variables.limit)), before: rowsFrom(first - 1, 1) };
      },
      'shop/list_moves',
    ],
  ];
  test.each(answers)('%s', async (_, script, code) => {
    const { client, requests } = clientOf(script);
    await expect(walk(client, snapshot)).rejects.toMatchObject({ code });
    expect(requests()).toBeLessThan(200);
  });
});

describe('a walk through a list inside a row comes to an end', () => {
  const selectionOf = (args: readonly { name: string; literal: string }[]) => ({
    fields: [
      { responseKey: 'id', name: 'id', args: [], selection: undefined },
      {
        responseKey: 'items',
        name: 'items',
        args,
        selection: {
          fields: ['id', 'label'].map((name) => ({
            responseKey: name,
            name,
            args: [],
            selection: undefined,
          })),
          fragments: [],
        },
      },
    ],
    fragments: [],
  });

  test('when its pages are those of the sync, and no page follows the one before it', async () => {
    const { client, requests } = clientOf(({ variables }, at) => ({
      boxes: [{ id: 1, before: [{ id: -at }], items: rowsFrom(at * 1_000, Number(variables.limit)) }],
    }));
    const root = openRoot(client, schema, snapshot);
    const args = ['limit', 'page'].map((name) => ({ name, literal: `$${name}` }));
    const pager = root.rows(selectionOf(args)).nestedPages(1, { list: 'items', identity: 'id' });
    await expect(async () => {
      for await (const _ of pagesAfter(pager, { after: undefined, signal, looksAhead: true }));
    }).rejects.toMatchObject({ code: 'shop/list_moves' });
    expect(requests()).toBeLessThan(200);
  });

  test('a row of it that the API cannot serve is left out, whatever the size of the page', async () => {
    const items = rowsFrom(1, 330);
    const { client, requests } = clientOf(({ query, variables }) => {
      const { limit = 1, page = 1, probePage = 1 } = variables as Readonly<Record<string, number>>;
      const part = items.slice((page - 1) * limit, page * limit);
      const bad = part.findIndex(({ id }) => id === 237);
      if (query.includes('label') && bad !== -1) {
        const path = ['boxes', 0, 'items', bad, 'label'];
        throw new ConnectorError({ kind: 'transient', code: 'centra/failed', message: 'No.', path });
      }
      return { boxes: [{ id: 1, before: [items[probePage - 1]], items: part }] };
    });
    const root = openRoot(client, schema, snapshot);
    const args = ['limit', 'page'].map((name) => ({ name, literal: `$${name}` }));
    const pager = root.rows(selectionOf(args)).nestedPages(1, { list: 'items', identity: 'id' });
    const found: unknown[] = [];
    const refused: unknown[] = [];
    for await (const page of pagesAfter(pager, { after: undefined, signal, looksAhead: true })) {
      for (const { items: list } of page.objects)
        found.push(...(list as { id: number }[]).map(({ id }) => id));
      refused.push(...page.refused.map(({ key }) => key));
    }
    expect(refused).toEqual(['1/237']);
    expect(found).toEqual(items.map(({ id }) => id).filter((id) => id !== 237));
    expect(requests()).toBeLessThan(60);
  });

  test('when the API gives the same full page again and again', async () => {
    const items = rowsFrom(1, 200);
    const { client, requests } = clientOf(() => ({
      boxes: [{ id: 1, items, before_items: items.slice(-1) }],
    }));
    const root = openRoot(client, schema, snapshot);
    const rows = root.wholeRows(selectionOf([{ name: 'limit', literal: '200' }]));
    await expect(rows.pages({})(undefined, signal)).rejects.toMatchObject({ code: 'sync/nested_list_moves' });
    expect(requests()).toBeLessThan(50);
  });
});

describe('rows that are asked for by their ids', () => {
  const ask = async (client: CentraClient, ids: readonly number[]) => {
    const root = openRoot(client, schema, snapshot);
    const found = { objects: [] as unknown[], refused: [] as unknown[] };
    for await (const part of root.rows(root.fields(['id', 'name'])).byIds(ids, signal)) {
      found.objects.push(...part.objects.map(({ id }) => id));
      found.refused.push(...part.refused.map(({ key }) => key));
    }
    return found;
  };
  const idsOf = ({ variables }: Query) => (variables.where as { id?: number[] }).id;

  test('are not believed when others come', async () => {
    const { client } = clientOf(() => ({ boxes: rowsFrom(500, 2) }));
    await expect(ask(client, [1, 2])).rejects.toMatchObject({ code: 'centra/contradiction' });
  });

  const failure = (path: readonly (string | number)[] | undefined, isTooMuch = true) =>
    new ConnectorError({
      kind: 'transient',
      code: 'centra/failed',
      message: 'It reported an internal error.',
      isTooMuch,
      path,
    });

  test.each([
    ['that names the row', (ids: readonly number[], bad: number) => ['boxes', ids.indexOf(bad), 'name']],
    ['that names nothing', () => undefined],
    ['that names another row', () => ['boxes', 0, 'name']],
  ])('come without the one that brings an error %s', async (_, pathOf) => {
    const { client, requests } = clientOf((query) => {
      const ids = idsOf(query) ?? [];
      if (ids.includes(77) && query.query.includes('name')) throw failure(pathOf(ids, 77));
      return { boxes: (ids.length > 0 ? ids : [1]).map((id) => ({ id, name: '' })) };
    });
    const ids = Array.from({ length: 200 }, (_row, at) => at + 1);
    const found = await ask(client, ids);
    expect(found.refused).toEqual([77]);
    expect(found.objects).toEqual(ids.filter((id) => id !== 77));
    expect(requests()).toBeLessThan(500);
  });

  test('blame no row when the API can serve none', async () => {
    const { client, requests } = clientOf((query) => {
      if (query.query.includes('name')) throw failure(undefined);
      return { boxes: (idsOf(query) ?? [1, 2, 3, 4, 5, 6]).map((id) => ({ id })) };
    });
    await expect(ask(client, [1, 2, 3, 4])).rejects.toMatchObject({ code: 'centra/failed' });
    expect(requests()).toBeLessThan(60);
  });

  test('whose nested lists are too much at once come with smaller pages of them', async () => {
    const items = rowsFrom(1, 130);
    const { client } = clientOf(({ query, variables }) => {
      if (/limit: (200|25)\b/.test(query)) throw failure(undefined);
      const limit = Number(/(?<!: )items\(limit: (\d+)/.exec(query)?.[1] ?? 0);
      const page = Number(
        Object.entries(variables).find(([name]) => name.startsWith('nestedPage'))?.[1] ?? 1,
      );
      const part = items.slice((page - 1) * limit, page * limit);
      return {
        boxes: [
          { id: 1, name: '', items: part, before_items: items.slice((page - 1) * limit - 1).slice(0, 1) },
        ],
      };
    });
    const root = openRoot(client, schema, snapshot);
    const selection = {
      fields: [
        {
          responseKey: 'items',
          name: 'items',
          args: [{ name: 'limit', literal: '200' }],
          selection: {
            fields: [{ responseKey: 'id', name: 'id', args: [], selection: undefined }],
            fragments: [],
          },
        },
      ],
      fragments: [],
    };
    const found: unknown[] = [];
    for await (const { objects, refused } of root.wholeRows(selection).byIds([1], signal)) {
      expect(refused).toEqual([]);
      found.push(...objects.flatMap(({ items: list }) => list as unknown[]));
    }
    expect(found.map((item) => (item as { id: number }).id)).toEqual(items.map(({ id }) => id));
  });
});
