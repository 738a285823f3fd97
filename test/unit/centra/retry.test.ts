import { describe, expect, test } from 'vitest';
import type { ClientOptions, Query } from '../../../src/centra/client.ts';
import { liveSchema } from '../../../src/centra/schema.ts';
import type { HttpAnswer, Transport } from '../../../src/centra/transport.ts';
import { scriptedClient } from './scripted-client.ts';

const never = new AbortController().signal;
const query: Query = { what: 'orders', operationName: 'o', query: '{ orders { id } }', variables: {} };
const page: Query = { ...query, rows: 200, canNarrow: true };

type Step = HttpAnswer | Error;

const answer = (
  status: number,
  body: unknown = {},
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer => ({ status, header: (name) => headers[name], body: JSON.stringify(body) });
const good = answer(200, { data: { orders: [] } });
const broken = (code: string) => Object.assign(new Error(code), { code });
const internal = (path?: readonly (string | number)[]) =>
  answer(200, { data: null, errors: [{ message: 'x', extensions: { category: 'internal' }, path }] });
const unmarked = answer(200, { errors: [{ message: 'Something went wrong' }] });

/** A client whose network plays the steps, the last one for ever. */
function playing(steps: readonly Step[], options: Partial<ClientOptions> = {}) {
  const tokens: string[] = [];
  const transport: Transport = async ({ headers }) => {
    const step = steps[Math.min(tokens.length, steps.length - 1)];
    tokens.push(headers.authorization ?? '');
    if (step === undefined || step instanceof Error) throw step ?? new Error('There is no step.');
    return step;
  };
  return { ...scriptedClient({ transport, ...options }), tokens };
}

function waited(slept: readonly number[]): number {
  return slept.reduce((sum, delayMs) => sum + delayMs, 0);
}

describe('one passing trouble', () => {
  test.each<[string, Step]>([
    ['401', answer(401)],
    ['403', answer(403)],
    ['an unknown host', broken('ENOTFOUND')],
    ['404', answer(404)],
  ])('%s after good answers is tried again', async (_, trouble) => {
    const { client, tokens } = playing([good, trouble, good]);
    await client.ask(query, never);
    await client.ask(query, never);
    expect(tokens).toHaveLength(3);
  });

  test.each<[string, Step]>([
    ['401', answer(401)],
    ['403', answer(403)],
    ['an unknown host', broken('ENOTFOUND')],
  ])('%s at the start of a read that has a state is tried again', async (_, trouble) => {
    const { client, tokens } = playing([trouble, good], { isResumed: true });
    await client.ask(query, never);
    expect(tokens).toHaveLength(2);
  });

  test.each<[string, Step, string]>([
    ['401', answer(401), 'auth'],
    ['403', answer(403), 'auth'],
    ['an unknown host', broken('ENOTFOUND'), 'config'],
  ])('%s at the first request of all is told at once', async (_, trouble, kind) => {
    const { client, slept } = playing([trouble]);
    await expect(client.ask(query, never)).rejects.toMatchObject({ kind });
    expect(slept).toEqual([]);
  });

  test('a token that stays refused is told after seconds, whatever the patience', async () => {
    const { client, slept, tokens } = playing([good, answer(403)]);
    await client.ask(query, never);
    await expect(client.ask(query, never)).rejects.toMatchObject({ code: 'centra/unauthorized' });
    expect(tokens).toHaveLength(1 + 3);
    expect(waited(slept)).toBeLessThan(5_000);
  });

  test('an error that nobody marked is tried again before the query is blamed', async () => {
    const { client, tokens } = playing([unmarked, good]);
    await client.ask(query, never);
    expect(tokens).toHaveLength(2);
    const blamed = playing([unmarked]);
    await expect(blamed.client.ask(query, never)).rejects.toMatchObject({
      kind: 'schema',
      code: 'centra/invalid_query',
      message: 'Centra refused the query for orders: Something went wrong',
    });
    expect(blamed.tokens).toHaveLength(3);
    expect(waited(blamed.slept)).toBeLessThan(5_000);
  });
});

describe('an outage', () => {
  test.each<[string, Step]>([
    ['503', answer(503)],
    ['refused connections', broken('ECONNREFUSED')],
    ['a name that cannot be looked up', broken('EAI_AGAIN')],
  ])('%s at the start of a read is waited out as long as midway', async (_, trouble) => {
    const { client, slept } = playing([trouble], { waitsAtStart: true, patienceMs: 600_000 });
    await expect(client.ask(query, never)).rejects.toMatchObject({ kind: 'transient' });
    expect(waited(slept)).toBeGreaterThan(550_000);
    expect(waited(slept)).toBeLessThanOrEqual(600_000);
  });

  test('a check is told of it after seconds', async () => {
    const { client, slept } = playing([answer(503)], { patienceMs: 600_000 });
    await expect(client.ask(query, never)).rejects.toMatchObject({ kind: 'transient' });
    expect(waited(slept)).toBeLessThanOrEqual(5_000);
  });

  test('patience goes by a clock that nobody sets', async () => {
    let nowMs = 0;
    let leapMs = 1e12;
    const slept: number[] = [];
    const { client } = playing([good, answer(503)], {
      elapsedMs: () => nowMs,
      // Somebody sets the clock to and fro.
      clock: () => {
        leapMs *= -1;
        return nowMs + leapMs;
      },
      sleep: async (delayMs) => {
        nowMs += delayMs;
        slept.push(delayMs);
      },
    });
    await client.ask(query, never);
    await expect(client.ask(query, never)).rejects.toMatchObject({ kind: 'transient' });
    expect(waited(slept)).toBeGreaterThan(30_000);
    expect(waited(slept)).toBeLessThanOrEqual(60_000);
  });
});

describe('too much at once', () => {
  test.each<[string, Step, number]>([
    ['499', answer(499), 1],
    ['504', answer(504), 1],
    ['413', answer(413), 1],
    ['too complex', answer(200, { errors: [{ message: 'Max query complexity should be 1 but got 2.' }] }), 1],
    ['nothing in time', broken('UND_ERR_HEADERS_TIMEOUT'), 1],
    ['an answer that stops', broken('UND_ERR_BODY_TIMEOUT'), 1],
    ['an answer that drips', broken('TOO_SLOW'), 1],
    ['an answer of gigabytes', broken('TOO_LARGE'), 1],
    ['500', answer(500), 2],
    ['502', answer(502), 2],
    ['an internal error', internal(), 2],
  ])('%s comes back to whoever can ask for less', async (_, trouble, tries) => {
    const { client, tokens, slept } = playing([good, trouble]);
    await client.ask(query, never);
    await expect(client.ask(page, never)).rejects.toMatchObject({ isTooMuch: true });
    expect(tokens).toHaveLength(1 + tries);
    expect(waited(slept)).toBeLessThan(1_000);
  });

  test('and is waited out for a question that cannot be made smaller', async () => {
    const { client, tokens } = playing([good, answer(504), internal(), answer(500), good]);
    await client.ask(query, never);
    await client.ask(query, never);
    expect(tokens).toHaveLength(5);
  });

  test.each([answer(504), answer(500), broken('TOO_LARGE')])(
    'a schema that does not come is not waited for where there is another one',
    async (trouble) => {
      const { client, slept } = playing([good, trouble]);
      await client.ask(query, never);
      const asked = liveSchema(client, never, { hasFallback: true });
      await expect(asked).rejects.toMatchObject({ isTooMuch: true });
      expect(waited(slept)).toBeLessThan(1_000);
    },
  );

  test('one bad row comes back with its place', async () => {
    const { client, tokens } = playing([good, internal(['orders', 17, 'market'])]);
    await client.ask(query, never);
    await expect(client.ask(page, never)).rejects.toMatchObject({ path: ['orders', 17, 'market'] });
    expect(tokens).toHaveLength(3);
  });

  test.each<[string, Step]>([
    ['503', answer(503)],
    ['a broken connection', broken('ECONNRESET')],
  ])('%s says nothing about how much', async (_, trouble) => {
    const { client, tokens } = playing([good, trouble, trouble, trouble, good]);
    await client.ask(query, never);
    await client.ask(page, never);
    expect(tokens).toHaveLength(5);
  });
});

describe('limits', () => {
  const throttled = (retryAfter: string) =>
    answer(429, {}, { 'retry-after': retryAfter, date: 'Thu, 01 Jan 2026 00:00:00 GMT' });

  test.each<[string, Partial<ClientOptions>]>([
    ['the first request', {}],
    ['the first question for the limits', { pace: { share: 0.5, maxConcurrency: 2 } }],
  ])('a Retry-After of a year ends %s at once', async (_, options) => {
    const { client, slept } = playing([throttled('31536000')], options);
    await expect(client.ask(query, never)).rejects.toMatchObject({
      kind: 'throttled',
      code: 'centra/limits_used_up',
      message: "Centra's limits are used up until 2027-01-01T00:00:00.500Z, so orders cannot be asked for.",
    });
    expect(slept).toEqual([]);
  });

  test('a number that no clock can show is a long time, and no crash', async () => {
    const { client } = playing([throttled('9'.repeat(400))]);
    await expect(client.ask(query, never)).rejects.toMatchObject({ code: 'centra/limits_used_up' });
  });

  test('a year is believed for as long as anybody would have waited', async () => {
    let nowMs = 0;
    const { client } = playing([throttled('31536000'), good], { elapsedMs: () => nowMs });
    await expect(client.ask(query, never)).rejects.toMatchObject({ code: 'centra/limits_used_up' });
    nowMs = 1_800_000;
    await expect(client.ask(query, never)).rejects.toMatchObject({ code: 'centra/limits_used_up' });
    nowMs = 3_600_000;
    await client.ask(query, never);
  });

  test('an API that always names a time that has passed is asked less and less often', async () => {
    const { client, tokens } = playing([throttled('0')]);
    await expect(client.ask(query, never)).rejects.toMatchObject({ code: 'centra/limits_used_up' });
    // An hour of every half second would be 7,200.
    expect(tokens.length).toBeLessThan(300);
  });
});

describe('a rotated token', () => {
  test('is read again before a 401 is final, and used at once', async () => {
    const asked: boolean[] = [];
    const { client, tokens, slept } = playing([answer(401), good], {
      token: async (isStale) => {
        asked.push(isStale);
        return isStale || asked.includes(true) ? 'new' : 'old';
      },
    });
    await client.ask(query, never);
    expect(tokens).toEqual(['Bearer old', 'Bearer new']);
    expect(slept).toEqual([0]);
  });

  test('is found in the middle of a long life too', async () => {
    let held = 'old';
    const { client, tokens } = playing([good, answer(403), good], { token: () => held });
    await client.ask(query, never);
    const asked = client.ask(query, never);
    held = 'new';
    await asked;
    expect(tokens.at(-1)).toBe('Bearer new');
  });

  test('where it has not changed, the refusal is final', async () => {
    let reads = 0;
    const { client, tokens } = playing([answer(401)], {
      token: (isStale) => {
        if (isStale) reads += 1;
        return 'old';
      },
    });
    await expect(client.ask(query, never)).rejects.toMatchObject({ kind: 'auth' });
    expect([reads, tokens.length]).toEqual([1, 1]);
  });

  test.each([['a\nb'], [''], ['tök€n']])('one that no header can hold (%j) is no outage', async (token) => {
    const { client, tokens } = playing([good], { token: () => token });
    await expect(client.ask(query, never)).rejects.toMatchObject({
      kind: 'config',
      code: 'config/api_token',
    });
    expect(tokens).toEqual([]);
  });
});

test('a thousand equal notices are one, with a count; those that differ each time are not told for ever', async () => {
  let count = 0;
  const transport: Transport = async () => {
    count += 1;
    return answer(200, {
      data: { orders: [{ email: null }] },
      errors: [
        {
          message: 'You need Order.email:read permission to access email.',
          extensions: { category: 'authorization' },
          path: ['orders', count, 'email'],
        },
      ],
      extensions: { deprecatedFieldsUsed: ['status goes on 2027-01-01', `request ${count}`] },
    });
  };
  const { client, told } = scriptedClient({ transport });
  for (let request = 0; request < 1_000; request += 1) await client.ask(query, never);
  expect(told.filter((text) => text === 'status goes on 2027-01-01')).toHaveLength(1);
  expect(told.filter((text) => text === 'refused Order.email:read')).toHaveLength(1);
  expect(told.length).toBeLessThanOrEqual(100);
  expect(client.notices()).toEqual(
    expect.arrayContaining([
      { kind: 'deprecation', text: 'status goes on 2027-01-01', count: 1_000 },
      { kind: 'refusal', text: 'Order.email:read (orders)', count: 1_000 },
    ]),
  );
});
