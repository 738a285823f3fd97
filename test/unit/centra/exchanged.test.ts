import { expect, test } from 'vitest';
import type { Exchange } from '../../../src/centra/client.ts';
import type { HttpAnswer, Transport } from '../../../src/centra/transport.ts';
import { scriptedClient } from './scripted-client.ts';

const answer = (
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer => ({
  status,
  header: (name) => headers[name],
  body: JSON.stringify(body),
});

test('each request is told, with its attempt, its status and its cost, and nothing of what it holds', async () => {
  const script: readonly (HttpAnswer | Error)[] = [
    answer(502, { errors: [] }),
    answer(429, {}, { 'retry-after': '3' }),
    Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }),
    answer(200, { data: { orders: [{ email: 'ada@example.com' }] }, extensions: { complexity: 42 } }),
  ];
  let sent = 0;
  const transport: Transport = async () => {
    const next = script[sent];
    sent += 1;
    if (next === undefined || next instanceof Error) throw next ?? new Error('The script is at its end.');
    return next;
  };
  const exchanges: Exchange[] = [];
  const nothing = () => {};
  const { client } = scriptedClient({
    transport,
    observer: {
      throttled: nothing,
      retrying: nothing,
      deprecated: nothing,
      refused: nothing,
      exchanged: (exchange) => void exchanges.push(exchange),
    },
  });
  const query = {
    what: 'orders',
    operationName: 'orders',
    query: '{ orders { id } }',
    variables: { of: 'ada' },
  };
  await client.ask(query, new AbortController().signal);
  expect(exchanges.map(({ error, ...told }) => ({ ...told, code: error?.code }))).toEqual([
    {
      what: 'orders',
      attempt: 1,
      durationMs: 0,
      status: 502,
      complexity: undefined,
      code: 'centra/failed',
    },
    { what: 'orders', attempt: 2, durationMs: 0, status: 429, complexity: undefined, code: undefined },
    {
      what: 'orders',
      attempt: 3,
      durationMs: 0,
      status: undefined,
      complexity: undefined,
      code: 'centra/unreachable',
    },
    { what: 'orders', attempt: 4, durationMs: 0, status: 200, complexity: 42, code: undefined },
  ]);
  expect(JSON.stringify(exchanges)).not.toContain('ada');
});
