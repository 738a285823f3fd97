import { expect, test } from 'vitest';
import { Repeats } from '../../../src/repeats.ts';

test('a thousand equal warnings are a few, with their number', () => {
  const repeats = new Repeats();
  const told = Array.from({ length: 1_000 }, () => repeats.note('It failed.')).filter(
    (text) => text !== undefined,
  );
  expect(told).toEqual([
    'It failed.',
    'It failed. (This came 10 times by now.)',
    'It failed. (This came 100 times by now.)',
    'It failed. (This came 1000 times by now.)',
  ]);
});

test('other warnings are told all the same', () => {
  const repeats = new Repeats();
  expect(['a', 'b', 'a', 'c'].map((text) => repeats.note(text))).toEqual(['a', 'b', undefined, 'c']);
});
