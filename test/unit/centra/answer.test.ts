import { expect, test } from 'vitest';
import { classify } from '../../../src/centra/answer.ts';
import { recorded } from '../../fixtures/recorded-answer.ts';

const nowMs = Date.parse('2026-01-01T00:00:00Z');

function answered(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return classify({ status, body: text, header: (name) => headers[name] }, 'orders', nowMs);
}

test('a good answer brings its data, its cost and the clock of the server', () => {
  const verdict = answered(200, recorded('orders-dtc-by-number').response, {
    date: 'Thu, 01 Jan 2026 00:00:07 GMT',
  });
  expect(verdict).toMatchObject({
    kind: 'answer',
    answer: {
      complexity: 30,
      refusals: [],
      appVersion: 'v1.60.0',
      serverTimeMs: nowMs + 7_000,
      data: { orders: [{ number: 2041, customer: { id: 618 } }] },
    },
  });
});

test('the recorded refusal names the permission and what cannot be read', () => {
  const verdict = answered(200, recorded('permission-refused').response);
  expect(verdict).toMatchObject({
    kind: 'error',
    error: {
      kind: 'permission',
      message: 'The API token may not read orders: it lacks Order:read.',
      hint: 'Add it to the token in Centra under System > API Tokens.',
    },
  });
});

test('a refusal deep inside leaves the rest of the answer good', () => {
  const verdict = answered(200, {
    data: { orderConnection: { edges: [{ node: { number: 1, billingAddress: null } }] } },
    errors: [
      {
        message: 'You need Order.billingAddress:read permission to access billingAddress.',
        extensions: { category: 'authorization' },
        path: ['orderConnection', 'edges', 0, 'node', 'billingAddress'],
      },
    ],
  });
  expect(verdict).toMatchObject({
    kind: 'answer',
    answer: {
      refusals: [
        {
          permission: 'Order.billingAddress:read',
          path: ['orderConnection', 'edges', 'node', 'billingAddress'],
        },
      ],
    },
  });
});

test('a refusal beside an internal error is not taken for a good answer', () => {
  const errors = [
    {
      message: 'You need X:read permission to access x.',
      extensions: { category: 'authorization' },
      path: ['orders', 0, 'x'],
    },
    { message: 'Internal server error', extensions: { category: 'internal' }, path: ['orders', 1, 'market'] },
  ];
  expect(answered(200, { data: { orders: [{ x: null }, { market: null }] }, errors })).toMatchObject({
    kind: 'error',
    error: { kind: 'transient' },
  });
});

const page = '<!doctype html><html><title>Sign in, jon.snow@example.com</title></html>';

test.each([
  ['401', 401, {}, 'auth', 'centra/unauthorized'],
  ['403', 403, {}, 'auth', 'centra/unauthorized'],
  ['403 with a web page, from what stands before the API', 403, page, 'transient', 'centra/failed'],
  [
    'authentication in a 200',
    200,
    { errors: [{ message: 'x', extensions: { category: 'authentication' } }] },
    'auth',
    'centra/unauthorized',
  ],
  ['404', 404, page, 'config', 'centra/not_graphql'],
  ['a redirect', 302, '', 'config', 'centra/not_graphql'],
  ['a web page in a 200', 200, page, 'config', 'centra/not_graphql'],
  ['500', 500, {}, 'transient', 'centra/failed'],
  ['502 with a web page', 502, page, 'transient', 'centra/failed'],
  ['503', 503, '', 'transient', 'centra/failed'],
  ['half a body', 200, '{"data":{"orders":[{"nu', 'transient', 'centra/failed'],
  ['JSON that is no object', 200, '[]', 'transient', 'centra/failed'],
  ['no data and no error', 200, {}, 'transient', 'centra/failed'],
  [
    'an internal error in a 200',
    200,
    { data: null, errors: [{ message: 'oops', extensions: { category: 'internal' }, path: ['orders'] }] },
    'transient',
    'centra/failed',
  ],
  [
    'a query that it does not understand',
    400,
    { errors: [{ message: 'Cannot query field "x" on type "Order".', extensions: { category: 'graphql' } }] },
    'schema',
    'centra/invalid_query',
  ],
])('%s', (_, status, body, kind, code) => {
  const verdict = answered(status, body);
  expect(verdict).toMatchObject({ kind: 'error', error: { kind, code } });
  const text = verdict.kind === 'error' ? `${verdict.error.message} ${verdict.error.hint ?? ''}` : '';
  expect(text).not.toContain('jon.snow');
  expect(text).not.toContain('oops');
});

test('a text about a place in the answer is not passed on: it may hold what stands there', () => {
  const errors = [
    {
      message: 'String cannot represent value: { address: "jon.snow@example.com" }',
      extensions: { category: 'graphql' },
      path: ['orders', 0, 'email'],
    },
  ];
  expect(answered(200, { data: null, errors })).toMatchObject({
    kind: 'error',
    error: { kind: 'schema', message: 'Centra refused the query for orders.' },
  });
});

test('429 says how long to wait, by the clock of the server', () => {
  const headers = { 'retry-after': String(nowMs / 1000 + 20), date: 'Thu, 01 Jan 2026 00:00:10 GMT' };
  expect(answered(429, 'slow down', headers)).toEqual({ kind: 'throttled', delayMs: 10_500 });
});
