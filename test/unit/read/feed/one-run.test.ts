import { expect, test } from 'vitest';
import { ConnectorError } from '../../../../src/errors.ts';
import type { Message, OfferedStream } from '../../../../src/protocol/message.ts';
import { oneRun } from '../../../../src/read/feed/one-run.ts';

function setUp() {
  const told: string[] = [];
  let sinks = 0;
  const run = oneRun(async () => {
    sinks += 1;
    const name = sinks;
    return {
      take: async (message: Message) => {
        const what = message.type === 'status' ? message.status : message.type;
        told.push(`${name} ${'stream' in message ? message.stream : ''} ${what}`);
      },
      close: async () => void told.push(`${name} closed`),
    };
  });
  const stream = (name: string, jsonSchema = {}): OfferedStream => {
    return { name, jsonSchema, key: ['id'], cursor: 'at', tellsDeletions: false, isSnapshot: false };
  };
  const begin = (...streams: readonly OfferedStream[]) =>
    run.begin({ streams, wanted: [], states: new Map() });
  const status = (name: string, is: 'started' | 'running' | 'complete' | 'incomplete') =>
    run.take({ type: 'status', stream: name, status: is });
  const failure = (name: string, message: string) =>
    run.take({
      type: 'failure',
      stream: name,
      error: new ConnectorError({ kind: 'mapping', code: 'test', message }),
    });
  return { run, told, begin, stream, status, failure };
}

test('a stream begins once and ends once, as it stood last', async () => {
  const { run, told, begin, stream, status } = setUp();
  for (const last of ['complete', 'incomplete'] as const) {
    await begin(stream('a'), stream('b'));
    for (const name of ['a', 'b']) {
      await status(name, 'started');
      await status(name, 'running');
    }
    await status('a', last);
    await status('b', 'complete');
  }
  await run.close();
  expect(told).toEqual([
    '1 a started',
    '1 a running',
    '1 b started',
    '1 b running',
    '1 a incomplete',
    '1 b complete',
    '1 closed',
  ]);
});

test('a failure is told when it comes, when it changes, and when it comes back', async () => {
  const { told, begin, stream, status, failure } = setUp();
  await begin(stream('a'));
  await failure('a', 'one');
  await failure('a', 'one');
  await failure('a', 'two');
  await status('a', 'complete');
  await failure('a', 'two');
  expect(told).toEqual(['1 a failure', '1 a failure', '1 a failure']);
});

test('streams that have changed are told anew; of two that begin at once, there is one beginning', async () => {
  const { told, begin, stream, status } = setUp();
  await Promise.all([begin(stream('a')), begin(stream('a'))]);
  await status('a', 'started');
  await begin(stream('a', { type: 'object' }));
  await status('a', 'started');
  expect(told).toEqual(['1 a started', '1 closed', '2 a started']);
});
