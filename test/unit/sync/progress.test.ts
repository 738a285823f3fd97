import { expect, test } from 'vitest';
import type { Message } from '../../../src/protocol/message.ts';
import { Progress } from '../../../src/sync/progress.ts';

const records = (count: number): Message => ({
  type: 'records',
  stream: 'orders',
  records: Array.from({ length: count }, () => ({ data: {}, changes: [] })),
});

test('says every half a minute how far each stream is, and when it will be done', () => {
  let nowMs = 0;
  const progress = new Progress(() => nowMs);
  expect(progress.follow([{ type: 'status', stream: 'orders', status: 'started' }])).toEqual([]);
  nowMs = 10_000;
  expect(progress.follow([{ type: 'estimate', stream: 'orders', rows: 1_000 }, records(100)])).toEqual([]);
  nowMs = 40_000;
  expect(progress.follow([records(100)])).toEqual([
    'orders: 200 of about 1000 records, 5.0 a second, about 160 s left.',
  ]);
  expect(progress.follow([records(1)])).toEqual([]);
  nowMs = 80_000;
  expect(progress.follow([{ type: 'status', stream: 'orders', status: 'complete' }])).toEqual([]);
});
