import { buildSchema, introspectionFromSchema } from 'graphql';
import { expect, test } from 'vitest';
import { Prices } from '../../../src/centra/prices.ts';
import { liveSchema } from '../../../src/centra/schema.ts';
import type { Transport } from '../../../src/centra/transport.ts';
import { scriptedClient } from './scripted-client.ts';

const never = new AbortController().signal;
const query = 'query o($n: Int) { orders(limit: $n) { id lines { id } } }';
const schema = buildSchema(
  'type Query { orders(limit: Int): [Order!]! } type Order { id: Int! lines: [Line!]! } type Line { id: Int! }',
);

test('a query has a price once there is a schema', () => {
  const prices = new Prices();
  expect(prices.of({ query, variables: { n: 5 } })).toBeUndefined();
  prices.useSchema(schema);
  expect(prices.of({ query, variables: { n: 5 } })).toBe(55);
  expect(prices.of({ query, variables: { n: 200 } })).toBe(2_200);
});

test.each([['{ orders(limit: 5'], ['{ __schema { types { name } } }'], ['fragment f on Order { id }']])(
  '%s has none',
  (text) => {
    const prices = new Prices();
    prices.useSchema(schema);
    expect(prices.of({ query: text, variables: {} })).toBeUndefined();
  },
);

test('a text is parsed once: ten thousand prices take no time', () => {
  const prices = new Prices();
  prices.useSchema(schema);
  prices.of({ query, variables: {} });
  const startedMs = performance.now();
  for (let n = 0; n < 10_000; n += 1) prices.of({ query, variables: { n } });
  expect(performance.now() - startedMs).toBeLessThan(500);
});

test('a client prices by the live schema as soon as it has it', async () => {
  const transport: Transport = async ({ body }) => ({
    status: 200,
    header: () => undefined,
    body: JSON.stringify({
      data: body.includes('IntrospectionQuery')
        ? introspectionFromSchema(schema)
        : {
            rateLimits: [
              {
                type: 'QUERY_COMPLEXITY',
                intervalSeconds: 'TEN_SECONDS',
                quota: 5_000,
                remainingQuota: 5_000,
              },
            ],
          },
    }),
  });
  const { client } = scriptedClient({ transport, pace: { share: 1, maxConcurrency: 2 } });
  await liveSchema(client, never);
  expect(client.comfortableRows(query, 200)).toBe(200);
  // 11 points a row, and half of 5,000 for one request.
  expect(client.comfortableRows(query, 200, (rows) => ({ n: rows }))).toBe(200);
  expect(client.comfortableRows(query, 1_000, (rows) => ({ n: rows }))).toBe(227);
});
