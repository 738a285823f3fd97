import nock from 'nock';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Query } from '../../../src/centra/client.ts';
import type { ConnectorError } from '../../../src/errors.ts';
import { recorded } from '../../fixtures/recorded-answer.ts';
import { scriptedClient } from './scripted-client.ts';

const query: Query = {
  what: 'the rate limits',
  operationName: 'limits',
  query: 'query limits { rateLimits { type } }',
  variables: {},
};
const never = new AbortController().signal;

beforeEach(() => nock.disableNetConnect());
afterEach(() => {
  nock.cleanAll();
  nock.enableNetConnect();
});

test('sends the token and the query, and counts what it costs', async () => {
  const scope = nock('https://acme.centra.com', { reqheaders: { authorization: 'Bearer the-token' } })
    .post('/graphql', { query: query.query, variables: {}, operationName: 'limits' })
    .reply(200, recorded('rate-limits').response);
  const { client } = scriptedClient();
  const { data } = await client.ask(query, never);
  expect(data.rateLimits).toHaveLength(6);
  expect(client.usage()).toEqual({ requests: 1, complexity: 10, retries: 0, throttledMs: 0, pacedMs: 0 });
  scope.done();
});

test('after a 429 nothing is sent before the time that it names', async () => {
  nock('https://acme.centra.com')
    .post('/graphql')
    .reply(429, '', { 'retry-after': '30', date: 'Thu, 01 Jan 2026 00:00:00 GMT' })
    .post('/graphql')
    .reply(200, recorded('rate-limits').response);
  const { client, told, slept } = scriptedClient();
  await client.ask(query, never);
  expect(slept).toEqual([30_500]);
  expect(told).toEqual(['throttled until 2026-01-01T00:00:30.500Z']);
  expect(client.usage()).toMatchObject({ requests: 2, throttledMs: 30_500 });
});

test('waits out failures once the API has answered, then goes on', async () => {
  const good = recorded('rate-limits').response;
  nock('https://acme.centra.com')
    .post('/graphql')
    .reply(200, good)
    .post('/graphql')
    .reply(502, '<html>bad gateway</html>')
    .post('/graphql')
    .replyWithError(Object.assign(new Error('reset'), { code: 'ECONNRESET' }))
    .post('/graphql')
    .reply(200, '<html>maintenance</html>')
    .post('/graphql')
    .reply(200, '{"data":{"rateLim')
    .post('/graphql')
    .reply(200, good);
  const { client, told, slept } = scriptedClient();
  await client.ask(query, never);
  await client.ask(query, never);
  expect(slept).toEqual([250, 500, 1_000, 2_000]);
  expect(told).toEqual([
    'Centra answered 502 when asked for the rate limits.',
    'acme.centra.com broke the connection when asked for the rate limits.',
    'The endpoint answered a web page instead of JSON: there is no GraphQL API at this address.',
    'Centra sent an answer that is not whole JSON when asked for the rate limits.',
  ]);
});

test('gives up after its patience, and says so', async () => {
  nock('https://acme.centra.com').post('/graphql').reply(200, recorded('rate-limits').response);
  nock('https://acme.centra.com').post('/graphql').times(100).reply(503);
  const { client, slept } = scriptedClient();
  await client.ask(query, never);
  await expect(client.ask(query, never)).rejects.toMatchObject({ kind: 'transient' });
  expect(slept.reduce((sum, delayMs) => sum + delayMs, 0)).toBeLessThanOrEqual(60_000);
});

test.each([
  ['ENOTFOUND', 'config', 'The host acme.centra.com does not exist.'],
  ['ECONNREFUSED', 'transient', 'acme.centra.com refuses connections when asked for the rate limits.'],
  [
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'config',
    'The certificate of acme.centra.com is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT).',
  ],
])('%s at the first request is told soon', async (code, kind, message) => {
  nock('https://acme.centra.com')
    .post('/graphql')
    .times(100)
    .replyWithError(Object.assign(new Error(code), { code }));
  const { client, slept } = scriptedClient();
  const error = await client.ask(query, never).catch((thrown: unknown) => thrown as ConnectorError);
  expect(error).toMatchObject({ kind, message });
  expect(slept.reduce((sum, delayMs) => sum + delayMs, 0)).toBeLessThanOrEqual(5_000);
});

test.each([
  [
    'a web page',
    () => nock('https://acme.centra.com').post('/graphql').times(100).reply(200, '<html>maintenance</html>'),
  ],
  [
    'a host that does not resolve any more',
    () =>
      nock('https://acme.centra.com')
        .post('/graphql')
        .times(100)
        .replyWithError(Object.assign(new Error('x'), { code: 'ENOTFOUND' })),
  ],
])('%s that lasts is an outage, once the API has answered', async (_, goDown) => {
  nock('https://acme.centra.com').post('/graphql').reply(200, recorded('rate-limits').response);
  const { client } = scriptedClient();
  await client.ask(query, never);
  goDown();
  await expect(client.ask(query, never)).rejects.toMatchObject({ kind: 'transient', code: 'centra/outage' });
});

test.each([
  ['names a time too far away', { 'retry-after': '86400', date: 'Thu, 01 Jan 2026 00:00:00 GMT' }],
  ['never ends', {}],
])('a 429 that %s is reported', async (_, headers) => {
  nock('https://acme.centra.com').post('/graphql').times(1_000).reply(429, '', headers);
  const { client, slept } = scriptedClient();
  await expect(client.ask(query, never)).rejects.toMatchObject({
    kind: 'throttled',
    code: 'centra/limits_used_up',
  });
  expect(slept.reduce((sum, delayMs) => sum + delayMs, 0)).toBeLessThanOrEqual(3_600_000);
});

test('a refused token is not tried again', async () => {
  nock('https://acme.centra.com').post('/graphql').once().reply(401, {});
  const { client, slept } = scriptedClient();
  await expect(client.ask(query, never)).rejects.toMatchObject({ kind: 'auth' });
  expect(slept).toEqual([]);
});

test('what is refused or deprecated is told once', async () => {
  const body = {
    data: { orders: [{ billingAddress: null }] },
    errors: [
      {
        message: 'You need Order.billingAddress:read permission to access billingAddress.',
        extensions: { category: 'authorization' },
        path: ['orders', 0, 'billingAddress'],
      },
    ],
    extensions: { complexity: 100, deprecatedFieldsUsed: ['status will be removed on 2027-01-01'] },
  };
  nock('https://acme.centra.com').post('/graphql').twice().reply(200, body);
  const { client, told } = scriptedClient();
  await client.ask(query, never);
  await client.ask(query, never);
  expect(told).toEqual(['status will be removed on 2027-01-01', 'refused Order.billingAddress:read']);
});

test('stops at once when it is told to', async () => {
  const stop = new AbortController();
  nock('https://acme.centra.com').post('/graphql').delay(5_000).reply(200, {});
  const { client } = scriptedClient();
  const asked = client.ask(query, stop.signal);
  stop.abort(new Error('stopped'));
  await expect(asked).rejects.toThrow('stopped');
});
