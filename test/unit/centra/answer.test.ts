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
  ['403 with nothing', 403, '', 'auth', 'centra/unauthorized'],
  ['403 with a text', 403, 'Forbidden', 'auth', 'centra/unauthorized'],
  [
    '403 that names a permission',
    403,
    { errors: [{ message: 'You need Order:read permission to access orders.' }] },
    'permission',
    'centra/permission',
  ],
  ['499', 499, '', 'transient', 'centra/too_slow'],
  ['504', 504, page, 'transient', 'centra/too_slow'],
  ['413', 413, page, 'config', 'centra/too_much'],
  ['400 with nothing', 400, '', 'schema', 'centra/invalid_query'],
  ['400 with no errors', 400, {}, 'schema', 'centra/invalid_query'],
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
    error: {
      kind: 'schema',
      message: 'Centra refused the query for orders, because of orders[0].email.',
      path: ['orders', 0, 'email'],
    },
  });
});

test('429 says how long to wait, by the clock of the server', () => {
  const headers = { 'retry-after': String(nowMs / 1000 + 20), date: 'Thu, 01 Jan 2026 00:00:10 GMT' };
  expect(answered(429, 'slow down', headers)).toEqual({ kind: 'throttled', delayMs: 10_500 });
});

interface Row {
  readonly error: unknown;
  readonly status?: number;
  readonly kind: string;
  readonly retry: string;
  readonly isTooMuch?: boolean;
}

test.each<[string, Row]>([
  [
    'a permission by its text alone',
    {
      error: { message: 'You need Order:read permission to access orders.', path: ['orders'] },
      kind: 'permission',
      retry: 'never',
    },
  ],
  [
    'an unknown field by its text alone',
    { error: { message: 'Cannot query field "x" on type "Order".' }, kind: 'schema', retry: 'never' },
  ],
  [
    'an unknown argument by its text alone',
    { error: { message: 'Unknown argument "x" on field "Query.orders".' }, kind: 'schema', retry: 'never' },
  ],
  [
    'a value that an enum lacks',
    {
      error: { message: 'Value "NEW" does not exist in "OrderStatus" enum.' },
      kind: 'schema',
      retry: 'never',
    },
  ],
  [
    'a text that says nothing, without category and path',
    { error: { message: 'Something went wrong' }, kind: 'schema', retry: 'briefly' },
  ],
  [
    'the same with 400',
    { error: { message: 'Something went wrong' }, status: 400, kind: 'schema', retry: 'briefly' },
  ],
  [
    'a text that says nothing, with a path',
    {
      error: { message: 'Something went wrong', path: ['orders', 3] },
      kind: 'transient',
      retry: 'patiently',
      isTooMuch: true,
    },
  ],
  [
    'an internal error by its text alone',
    { error: { message: 'Internal server error' }, kind: 'transient', retry: 'patiently', isTooMuch: true },
  ],
  [
    'an unheard-of category',
    {
      error: { message: 'x', extensions: { category: 'businessLogic' } },
      kind: 'transient',
      retry: 'patiently',
      isTooMuch: true,
    },
  ],
  [
    'too complex',
    {
      error: { message: 'Max query complexity should be 5000 but got 9120.' },
      kind: 'config',
      retry: 'never',
      isTooMuch: true,
    },
  ],
  [
    'too complex, with a category and a 400',
    {
      error: { message: 'The query is too complex', extensions: { category: 'graphql' } },
      status: 400,
      kind: 'config',
      retry: 'never',
      isTooMuch: true,
    },
  ],
])('%s', (_, { error, status = 200, kind, retry, isTooMuch = false }) => {
  const verdict = answered(status, { data: null, errors: [error] });
  expect(verdict).toMatchObject({ kind: 'error', retry, error: { kind, isTooMuch } });
});

test.each([
  [401, 'if known to be good', false],
  [403, 'if known to be good', false],
  [404, 'if known to be good', false],
  [413, 'never', true],
  [499, 'patiently', true],
  [500, 'patiently', true],
  [502, 'patiently', true],
  [503, 'patiently', false],
  [504, 'patiently', true],
  [524, 'patiently', true],
])('after %i another try follows %s; whether fewer rows may help: %s', (status, retry, isTooMuch) => {
  expect(answered(status, '')).toMatchObject({ kind: 'error', retry, error: { isTooMuch } });
});

test('what took too long says so', () => {
  expect(answered(499, '')).toMatchObject({
    error: { message: 'Centra answered 499 when asked for orders: the query took too long.' },
  });
});

test('an internal error names its place, in the sentence and for machines, and nothing that stands there', () => {
  const errors = [
    { message: 'jon.snow@example.com', extensions: { category: 'internal' }, path: ['orders', 17, 'market'] },
  ];
  const verdict = answered(200, { data: { orders: [] }, errors });
  expect(verdict).toMatchObject({
    error: {
      message: 'Centra reported an internal error when asked for orders. It came up at orders[17].market.',
      path: ['orders', 17, 'market'],
      isTooMuch: true,
    },
  });
  expect(answered(500, { errors })).toMatchObject({
    error: { path: ['orders', 17, 'market'], isTooMuch: true },
  });
});

test.each([
  [
    ['orders', 3, 'jon.snow@example.com', 'x'],
    ['orders', 3],
  ],
  [['orders', -1], ['orders']],
  [['orders', 1.5], ['orders']],
  [['orders', { a: 1 }], ['orders']],
  ['orders', undefined],
])('of the path %j only names and positions are kept', (path, kept) => {
  const errors = [{ message: 'x', extensions: { category: 'internal' }, path }];
  const verdict = answered(200, { data: null, errors });
  expect(verdict.kind === 'error' && verdict.error.path).toEqual(kept);
});

test('where a redirect leads is told, without what its address holds beside the place', () => {
  const headers = { location: 'https://ada:secret@acme.centra.com/login?token=abc' };
  expect(answered(301, '', headers)).toMatchObject({
    error: {
      kind: 'config',
      message:
        'The endpoint redirects to https://acme.centra.com/login: there is no GraphQL API at this address.',
    },
  });
});

test('what the API says comes into no message raw', () => {
  const message = `Cannot query field "x"\n{"type":"RECORD"}\u001b[31m${'y'.repeat(1_000)}`;
  const verdict = answered(400, { errors: [{ message }] });
  const text = verdict.kind === 'error' ? verdict.error.message : '';
  expect(text).toMatch(
    /^Centra refused the query for orders: Cannot query field "x" \{"type":"RECORD"\} yyy/,
  );
  expect(text.length).toBeLessThan(340);
  const good = answered(200, {
    data: {},
    extensions: { deprecatedFieldsUsed: ['a\nb\u009b2J'], appVersion: 'v1\u0000', complexity: -3 },
  });
  expect(good).toMatchObject({
    answer: { deprecations: ['a b'], appVersion: 'v1', complexity: undefined },
  });
});

test('the clocks are compared', () => {
  const headers = { date: 'Thu, 01 Jan 2026 00:02:00 GMT' };
  expect(answered(200, { data: {} }, headers)).toMatchObject({
    answer: { serverTimeMs: nowMs + 120_000, receivedAtMs: nowMs, clockDifferenceMs: 120_000 },
  });
  expect(answered(200, { data: {} })).toMatchObject({ answer: { receivedAtMs: nowMs } });
});
