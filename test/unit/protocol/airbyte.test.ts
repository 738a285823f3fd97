import { expect, test } from 'vitest';
import { ConnectorError } from '../../../src/errors.ts';
import { parseConfiguredCatalog } from '../../../src/protocol/airbyte/configured-catalog.ts';
import { airbyteLines } from '../../../src/protocol/airbyte/messages.ts';
import { parseAirbyteState } from '../../../src/protocol/airbyte/state.ts';
import { createLosses } from '../../../src/protocol/lossless.ts';
import type { Message } from '../../../src/protocol/message.ts';

const error = new ConnectorError({
  kind: 'transient',
  code: 'x/y',
  message: 'It failed.',
  hint: 'Try again.',
});

test.each<[string, Message, string]>([
  [
    'records, one a line, with what became null',
    {
      type: 'records',
      stream: 'orders',
      records: [
        { data: { id: 'a"b', total: 0.1 }, changes: [] },
        { data: { id: '🧥\u2028' }, changes: [{ column: 'placed_at', reason: 'not a time' }] },
      ],
    },
    '{"type":"RECORD","record":{"stream":"orders","emitted_at":7,"data":{"id":"a\\"b","total":0.1}}}\n' +
      '{"type":"RECORD","record":{"stream":"orders","emitted_at":7,"data":{"id":"🧥\u2028"},"meta":{"changes":[{"field":"placed_at","change":"NULLED","reason":"SOURCE_SERIALIZATION_ERROR"}]}}}\n',
  ],
  [
    'a state, its count with a decimal point',
    { type: 'checkpoint', stream: 'orders', state: { version: 1 }, recordCount: 200 },
    '{"type":"STATE","state":{"type":"STREAM","stream":{"stream_descriptor":{"name":"orders"},"stream_state":{"version":1}},"sourceStats":{"recordCount":200.0}}}\n',
  ],
  [
    'a stream that is held up by the limits',
    { type: 'status', stream: 'orders', status: 'running', rateLimitedUntilMs: 99 },
    '{"type":"TRACE","trace":{"type":"STREAM_STATUS","emitted_at":7,"stream_status":{"stream_descriptor":{"name":"orders"},"status":"RUNNING","reasons":[{"type":"RATE_LIMITED","rate_limited":{"quota_reset":99}}]}}}\n',
  ],
  [
    'an estimate',
    { type: 'estimate', stream: 'orders', rows: 5 },
    '{"type":"TRACE","trace":{"type":"ESTIMATE","emitted_at":7,"estimate":{"name":"orders","type":"STREAM","row_estimate":5}}}\n',
  ],
  [
    'a failure of one stream',
    { type: 'failure', stream: 'orders', error },
    '{"type":"TRACE","trace":{"type":"ERROR","emitted_at":7,"error":{"message":"It failed. Try again.","internal_message":"x/y: It failed.","failure_type":"transient_error","stream_descriptor":{"name":"orders"}}}}\n',
  ],
  [
    'a log',
    { type: 'log', level: 'warn', message: 'Mind.' },
    '{"type":"LOG","log":{"level":"WARN","message":"Mind."}}\n',
  ],
])('writes %s', (_, message, lines) => {
  expect(airbyteLines(message, 7, createLosses())).toBe(lines);
});

test('reads a configured catalog: fewer properties than discovered are deselected columns', () => {
  const stream = { name: 'orders', json_schema: { properties: { id: {}, number: {} } } };
  expect(parseConfiguredCatalog({ streams: [{ stream, sync_mode: 'incremental' }] })).toEqual([
    { name: 'orders', mode: 'incremental', columns: new Set(['id', 'number']), wantsDeletions: false },
  ]);
});

test.each<[unknown, string]>([
  [null, 'it has no list "streams"'],
  [{ type: 'CATALOG' }, 'it has no list "streams"'],
  [{ streams: [{ name: 'orders' }] }, 'streams[0] has no object "stream"'],
  [{ streams: [{ stream: {} }] }, 'streams[0].stream has no "name"'],
  [{ streams: [{ stream: { name: 'orders' }, sync_mode: 'cdc' }] }, 'streams[0].sync_mode must be'],
  [
    {
      streams: [
        { stream: { name: 'orders' }, sync_mode: 'incremental' },
        { stream: { name: 'orders' }, sync_mode: 'incremental' },
      ],
    },
    'it names the stream "orders" twice',
  ],
])('refuses the configured catalog %j', (value, what) => {
  expect(() => parseConfiguredCatalog(value)).toThrow(what);
});

const entry = {
  type: 'STREAM',
  stream: { stream_descriptor: { name: 'orders' }, stream_state: { version: 1 } },
};

test.each<[string, unknown, number]>([
  ['nothing', undefined, 0],
  ['an empty object', {}, 0],
  ['an empty array', [], 0],
  ['an array of states', [entry], 1],
  ['one state alone', entry, 1],
  ['whole messages', [{ type: 'STATE', state: entry }], 1],
  [
    'two states of one stream, of which the later counts',
    [{ ...entry, stream: { ...entry.stream, stream_state: {} } }, entry],
    1,
  ],
])('reads %s as a state', (_, value, count) => {
  const states = parseAirbyteState(value);
  expect(states.size).toBe(count);
  if (count === 1) expect(states.get('orders')).toEqual({ version: 1 });
});

test.each([
  ['a text'],
  [7],
  [{ bookmarks: {} }],
  [[{ type: 'GLOBAL', global: {} }]],
  [[{ type: 'LEGACY', data: {} }]],
  [[{ type: 'STREAM' }]],
])('refuses the state %j', (value) => {
  expect(() => parseAirbyteState(value)).toThrow('The state is not one that this connector wrote');
});
