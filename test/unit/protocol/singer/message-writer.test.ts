import { expect, test } from 'vitest';
import { ConnectorError } from '../../../../src/errors.ts';
import type { Message } from '../../../../src/protocol/message.ts';
import {
  singerFailure,
  singerLog,
  singerMessageWriter,
} from '../../../../src/protocol/singer/message-writer.ts';
import { httpRequestMetric } from '../../../../src/protocol/singer/metrics.ts';
import { parseSingerState } from '../../../../src/protocol/singer/state.ts';
import type { MessageWriter } from '../../../../src/protocol/writer.ts';
import { orders, stock, wanted } from './offered.ts';

const NOW = Date.parse('2026-01-02T03:04:05.678Z');

const writerOf = (over: Partial<Parameters<typeof singerMessageWriter>[0]> = {}): MessageWriter =>
  singerMessageWriter({
    streams: [orders, stock],
    wanted: [wanted('orders'), wanted('stock', { mode: 'full_refresh' })],
    bookmarks: new Map(),
    ...over,
  });

interface Line {
  readonly type: string;
  readonly schema: { readonly properties: Record<string, unknown> };
  readonly value: { readonly bookmarks: Record<string, unknown> };
}

/** What is said of some messages, one a millisecond. */
function said(messages: readonly Message[], writeMessage = writerOf()) {
  const written = messages.map((message, at) => writeMessage(message, NOW + at));
  const out = written.map((one) => one.out).join('');
  const lines = out.split('\n').slice(0, -1);
  return {
    out,
    err: written.map((one) => one.err).join(''),
    lines: lines.map((line) => JSON.parse(line) as Line),
  };
}

const started = (stream: string): Message => ({ type: 'status', stream, status: 'started' });
const ended = (stream: string): Message => ({ type: 'status', stream, status: 'complete' });
const records = (stream: string, ...rows: readonly Record<string, string | number>[]): Message => ({
  type: 'records',
  stream,
  records: rows.map((data) => ({ data, changes: [] })),
});
const checkpoint = (stream: string, state: Record<string, string | number>): Message => ({
  type: 'checkpoint',
  stream,
  state,
  recordCount: 1,
});

test('a stream without a row has its SCHEMA, a count of none and how long it took', () => {
  const { lines, err } = said([started('orders'), ended('orders')]);
  expect(lines.map(({ type }) => type)).toEqual(['SCHEMA']);
  expect(err).toBe(
    'INFO METRIC: {"type":"counter","metric":"record_count","value":0,"tags":{"stream":"orders"}}\n' +
      'INFO METRIC: {"type":"timer","metric":"sync_duration","value":0.001,"tags":{"stream":"orders","status":"succeeded"}}\n',
  );
});

test('the SCHEMA is in the words of JSON Schema, a column that bears a keyword as its name stays', () => {
  const { lines } = said([started('orders')]);
  expect(lines).toEqual([
    {
      type: 'SCHEMA',
      stream: 'orders',
      schema: {
        $schema: 'http://json-schema.org/draft-07/schema#',
        type: 'object',
        additionalProperties: true,
        properties: {
          order_id: { type: 'integer' },
          total: { type: ['null', 'string'], description: 'With tax.' },
          address: {
            type: ['null', 'object'],
            properties: {
              city: { type: ['null', 'string'] },
              at: { type: ['null', 'string'], format: 'date-time' },
            },
          },
          lines: { type: ['null', 'array'], items: { type: 'string', format: 'date-time' } },
          airbyte_type: { type: 'string' },
          updated_at: { type: 'string', format: 'date-time' },
          _sdc_deleted_at: {
            type: ['null', 'string'],
            format: 'date-time',
            description: 'When the row was found to be gone from the shop.',
          },
        },
      },
      key_properties: ['order_id'],
      bookmark_properties: ['updated_at'],
    },
  ]);
});

test('the SCHEMA comes once, and before the first RECORD also where no start was told', () => {
  const { lines } = said([
    records('orders', { order_id: 1 }),
    started('orders'),
    records('orders', { order_id: 2 }),
    checkpoint('stock', {}),
  ]);
  expect(lines.map(({ type }) => type)).toEqual(['SCHEMA', 'RECORD', 'RECORD', 'SCHEMA', 'STATE']);
});

test('deselected columns are not in the SCHEMA; key and cursor are', () => {
  const writeMessage = writerOf({
    wanted: [wanted('orders', { columns: new Set(['total']), wantsDeletions: false })],
  });
  const [schema] = said([started('orders')], writeMessage).lines;
  expect(Object.keys(schema?.schema.properties ?? {})).toEqual(['order_id', 'total', 'updated_at']);
});

test.each([
  ['a whole table', wanted('orders', { mode: 'full_refresh' })],
  ['a snapshot, whatever was asked', wanted('stock')],
])('%s has no bookmark', (_, stream) => {
  const [schema] = said([started(stream.name)], writerOf({ wanted: [stream] })).lines;
  expect(schema).not.toHaveProperty('bookmark_properties');
});

test('RECORDs, one a line, of a stream without deletions', () => {
  const writeMessage = writerOf({ wanted: [wanted('orders', { wantsDeletions: false })] });
  writeMessage(started('orders'), NOW);
  expect(said([records('orders', { order_id: 1, total: 'a"b' }, { order_id: 2 })], writeMessage).out).toBe(
    '{"type":"RECORD","stream":"orders","record":{"order_id":1,"total":"a\\"b"},"time_extracted":"2026-01-02T03:04:05.678+00:00"}\n' +
      '{"type":"RECORD","stream":"orders","record":{"order_id":2},"time_extracted":"2026-01-02T03:04:05.678+00:00"}\n',
  );
});

test('a row that is gone is marked, and the mark of every other row is taken away', () => {
  const writeMessage = writerOf();
  writeMessage(started('orders'), NOW);
  const deletedAt = '2026-01-02T00:00:00Z';
  const gone = { data: { order_id: 1 }, changes: [], deletedAt };
  const { lines } = said(
    [
      {
        type: 'records',
        stream: 'orders',
        records: [gone, { data: { order_id: 2 }, changes: [] }, { data: {}, changes: [] }],
      },
    ],
    writeMessage,
  );
  expect(lines).toMatchObject([
    { record: { order_id: 1, _sdc_deleted_at: deletedAt } },
    { record: { order_id: 2, _sdc_deleted_at: null } },
    { record: { _sdc_deleted_at: null } },
  ]);
});

test('a stream that is read as a whole: its version on each RECORD, and at its end activated', () => {
  const generation = { type: 'generation', stream: 'stock', generation: 1_767_225_600_000 } as const;
  const { lines } = said([
    started('stock'),
    { ...generation, isWhole: false },
    records('stock', { sku: 'a' }),
    { ...generation, isWhole: true },
    checkpoint('stock', { complete: 1 }),
    ended('stock'),
  ]);
  expect(lines).toMatchObject([
    { type: 'SCHEMA' },
    { type: 'RECORD', version: 1_767_225_600_000 },
    { type: 'ACTIVATE_VERSION', stream: 'stock', version: 1_767_225_600_000 },
    { type: 'STATE' },
  ]);
});

test('a stream that is read as a whole and interrupted activates nothing', () => {
  const { lines } = said([
    started('stock'),
    { type: 'generation', stream: 'stock', generation: 7, isWhole: false },
    records('stock', { sku: 'a' }),
    checkpoint('stock', { after: 'a' }),
    { type: 'status', stream: 'stock', status: 'incomplete' },
  ]);
  expect(lines.map(({ type }) => type)).toEqual(['SCHEMA', 'RECORD', 'STATE']);
});

test('each STATE is whole: a checkpoint changes its own stream, and streams that are not read keep theirs', () => {
  const bookmarks = new Map<string, unknown>([
    ['gone', { version: 1 }],
    ['orders', { through: 'a' }],
  ]);
  const { lines } = said(
    [
      started('orders'),
      started('stock'),
      checkpoint('stock', { after: 'x' }),
      checkpoint('orders', { through: 'b' }),
      checkpoint('stock', { after: 'y' }),
    ],
    writerOf({ bookmarks }),
  );
  const states = lines.filter(({ type }) => type === 'STATE').map(({ value }) => parseSingerState(value));
  expect(states.map((state) => Object.fromEntries(state))).toEqual([
    { gone: { version: 1 }, orders: { through: 'a' }, stock: { after: 'x' } },
    { gone: { version: 1 }, orders: { through: 'b' }, stock: { after: 'x' } },
    { gone: { version: 1 }, orders: { through: 'b' }, stock: { after: 'y' } },
  ]);
});

test('records are counted at each checkpoint and at the end, also of a stream that fails', () => {
  const { err } = said([
    started('orders'),
    records('orders', { order_id: 1 }, { order_id: 2 }),
    records('orders', { order_id: 3 }),
    checkpoint('orders', {}),
    checkpoint('orders', {}),
    records('orders', { order_id: 4 }),
    { type: 'status', stream: 'orders', status: 'incomplete' },
  ]);
  const metrics = err
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line.replace('INFO METRIC: ', '')));
  expect(metrics).toEqual([
    { type: 'counter', metric: 'record_count', value: 3, tags: { stream: 'orders' } },
    { type: 'counter', metric: 'record_count', value: 1, tags: { stream: 'orders' } },
    { type: 'timer', metric: 'sync_duration', value: 0.006, tags: { stream: 'orders', status: 'failed' } },
  ]);
});

test('the duration of a request, as taps tell it', () => {
  expect(httpRequestMetric(0.25, { endpoint: '/graphql', http_status_code: 200, status: 'succeeded' })).toBe(
    'INFO METRIC: {"type":"timer","metric":"http_request_duration","value":0.25,"tags":{"endpoint":"/graphql","http_status_code":200,"status":"succeeded"}}\n',
  );
});

const error = new ConnectorError({ kind: 'auth', code: 'x/y', message: 'It failed.', hint: 'Try\n  again.' });

test.each<[Message, string]>([
  [{ type: 'log', level: 'debug', message: 'd' }, 'DEBUG d\n'],
  [{ type: 'log', level: 'info', message: 'i' }, 'INFO i\n'],
  [{ type: 'log', level: 'warn', message: 'w\n\n  x\n' }, 'WARNING w x\n'],
  [{ type: 'log', level: 'error', message: 'e' }, 'ERROR e\n'],
  [{ type: 'failure', stream: 'orders', error }, 'CRITICAL It failed. Try again.\n'],
  [{ type: 'estimate', stream: 'orders', rows: 5 }, 'INFO orders: about 5 rows are to be read.\n'],
  [{ type: 'status', stream: 'orders', status: 'running', rateLimitedUntilMs: 99 }, ''],
  [{ type: 'status', stream: 'not_to_be_had', status: 'incomplete' }, ''],
])('%j is for stderr alone', (message, err) => {
  expect(writerOf()(message, NOW)).toEqual({ out: '', err });
});

test('before a read and after it, the tap logs in the same form', () => {
  expect(singerLog({ level: 'warn', message: 'Mind.' })).toEqual({ out: '', err: 'WARNING Mind.\n' });
  expect(singerFailure(error)).toEqual({ out: '', err: 'CRITICAL It failed. Try again.\n' });
});

test('records of a stream that nobody offered are a bug', () => {
  expect(() => writerOf({ streams: [stock] })(records('orders', { order_id: 1 }), NOW)).toThrow(
    'The stream "orders" is read, but was not offered.',
  );
});
