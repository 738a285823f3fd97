import { expect, test } from 'vitest';
import { createChannel } from '../../../src/sync/channel.ts';

test('messages come out in the order in which they went in, then the end', async () => {
  const channel = createChannel<number>(2);
  const pushed = channel.push(1, 2, 3).then(() => channel.close());
  const seen: number[] = [];
  for await (const message of channel) seen.push(message);
  expect(seen).toEqual([1, 2, 3]);
  await pushed;
});

test('whoever writes waits while the reader is slower', async () => {
  const channel = createChannel<number>(1);
  let isThrough = false;
  const pushed = channel.push(1).then(() => {
    isThrough = true;
  });
  await new Promise(setImmediate);
  expect(isThrough).toBe(false);
  const reader = channel[Symbol.asyncIterator]();
  expect(await reader.next()).toEqual({ done: false, value: 1 });
  await pushed;
  expect(isThrough).toBe(true);
});

test('an error comes after what was pushed before it', async () => {
  const channel = createChannel<number>(10);
  await channel.push(1);
  channel.close(new Error('the end'));
  const seen: number[] = [];
  await expect(async () => {
    for await (const message of channel) seen.push(message);
  }).rejects.toThrow('the end');
  expect(seen).toEqual([1]);
});
