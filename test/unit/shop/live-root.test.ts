import { type GraphQLSchema, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import type { CentraClient, Query } from '../../../src/centra/client.ts';
import { returns } from '../../../src/roots/returns.ts';
import { openRoot } from '../../../src/shop/open-root.ts';
import { liveSchema, reference } from '../catalog/compile-yaml.ts';

/** The first query for a window of returns, which the schema allows. */
async function pageOfReturns(schema: GraphQLSchema): Promise<string> {
  const asked: string[] = [];
  const ask = async ({ query }: Query) => {
    expect(validate(schema, parse(query))).toEqual([]);
    asked.push(query);
    const returnConnection = { pageInfo: { hasNextPage: false, endCursor: null }, edges: [] };
    return { data: { returns: [], returnConnection }, refusals: [], deprecations: [] } as never;
  };
  const client = { ask, comfortableRows: (_: string, most: number) => most } as unknown as CentraClient;
  const root = openRoot(client, schema, returns);
  const range = { from: '2026-01-01T00:00:00+00:00' };
  await root.rows(root.fields(['id'])).pages({ createdAt: range })(undefined, new AbortController().signal);
  return asked[0] ?? '';
}

test('returns are paged by their Connection', async () => {
  expect(await pageOfReturns(reference)).toContain('returnConnection(where: $where, sort: [id_ASC]');
});

test.each([
  ['edges', 'edges: [ReturnEdge!]!', 'edgesOfOld: [ReturnEdge!]!'],
  ['node', 'node: Return!', 'nodeOfOld: Return!'],
  ['hasNextPage', 'hasNextPage: Boolean!', 'hasMore: Boolean!'],
  ['endCursor', 'endCursor: String', 'lastCursor: String'],
  ['totalCount', 'totalCount: Int!', 'count: Int!'],
])('where a Connection has no %s, the list is paged by offset', async (_, from, to) => {
  const query = await pageOfReturns(liveSchema([from, to]));
  expect(query).toContain('returns(where: $where, sort: [id_ASC], limit: $limit, page: $page)');
});

test('where a list is not sorted up, it is paged down; where it is not sorted at all, as it comes', async () => {
  const down = await pageOfReturns(liveSchema(['enum ReturnSort {\n  id_ASC', 'enum ReturnSort {\n  id_UP']));
  expect(down).toContain('returnConnection(where: $where, sort: [id_DESC]');
  const asItComes = await pageOfReturns(liveSchema(['sort: [ReturnSort!] = [id_DESC]', 'order: String']));
  expect(asItComes).toContain('returns(where: $where, limit: $limit, page: $page)');
});
