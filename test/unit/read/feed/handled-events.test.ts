import { expect, test } from 'vitest';
import { handledEvents } from '../../../../src/read/feed/handled-events.ts';

const statesOf = (events: string) => new Map<string, unknown>([['orders', { kind: 'windows', events }]]);

test('an event may be confirmed when the state at the start knew it, or an hour after it was handled', () => {
  let nowMs = 0;
  const events = handledEvents(statesOf('1-2'), () => nowMs);
  const taken = () => [1, 2, 3, 4].filter(events.isTakenIn);
  expect(taken()).toEqual([1, 2]);
  events.follow(statesOf('3'));
  expect(taken()).toEqual([]);
  nowMs += 1_800_000;
  events.follow(statesOf('3-4'));
  expect(taken()).toEqual([]);
  nowMs += 1_800_000;
  expect(taken()).toEqual([3]);
  events.follow(statesOf('4'));
  nowMs += 1_800_000;
  expect(taken()).toEqual([4]);
  events.follow(new Map());
  expect(taken()).toEqual([]);
});
