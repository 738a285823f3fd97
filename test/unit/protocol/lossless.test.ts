import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../../src/json.ts';
import { createLosses } from '../../../src/protocol/lossless.ts';

const REPLACED = 'A character that no database can store (NUL, or half of a character) is U+FFFD now.';

test.each<[string, JsonObject, JsonObject, readonly string[]]>([
  ['plain text', { a: 'é 🧥 \u2028 \t', b: 1 }, { a: 'é 🧥 \u2028 \t', b: 1 }, []],
  ['other control characters', { a: '\u0001\u001b' }, { a: '\u0001\u001b' }, []],
  ['what only looks like an escape', { a: '\\u0000 \\ud83d' }, { a: '\\u0000 \\ud83d' }, []],
  ['NUL', { a: 'x\0y\0', b: 'z' }, { a: 'x\ufffdy\ufffd', b: 'z' }, ['a']],
  ['the first half of a character', { a: '\ud83dx' }, { a: '\ufffdx' }, ['a']],
  ['the second half of a character', { a: 'x\udc00' }, { a: 'x\ufffd' }, ['a']],
  [
    'deep inside, names too',
    { a: { 'n\0': [1, null, ['\ud83d', '🧥']] }, b: [] },
    { a: { 'n\ufffd': [1, null, ['\ufffd', '🧥']] }, b: [] },
    ['a'],
  ],
])('%s', (_, data, expected, columns) => {
  const losses = createLosses();
  const { json, changes } = losses.row('orders', data, []);
  expect(JSON.parse(json)).toEqual(expected);
  expect(changes).toEqual(
    columns.map((column) => ({ column, reason: REPLACED, isLoss: true, isKept: true })),
  );
  expect(losses.news().map(({ level, message }) => `${level} ${message}`)).toEqual(
    columns.map(
      (column) => `warn orders.${column}: a value cannot be passed on as it is in the shop. ${REPLACED}`,
    ),
  );
  expect(losses.news()).toEqual([]);
});

test('warns once for each stream and column, and counts', () => {
  const losses = createLosses();
  const bad = { a: '\0', b: '\0' };
  for (let row = 0; row < 5; row += 1) losses.row('orders', bad, []);
  losses.row('returns', { a: '\0' }, [{ column: 'b', reason: 'It would not convert.' }]);
  expect(losses.news().map(({ message }) => message.split(':')[0])).toEqual([
    'orders.a',
    'orders.b',
    'returns.a',
  ]);
  losses.row('orders', bad, []);
  expect(losses.news()).toEqual([]);
  expect(losses.totals('orders')).toEqual([
    { level: 'info', message: `orders.a: 6 values not passed on as in the shop. ${REPLACED}` },
    { level: 'info', message: `orders.b: 6 values not passed on as in the shop. ${REPLACED}` },
  ]);
  expect(losses.totals('returns')).toEqual([
    { level: 'info', message: `returns.a: 1 value not passed on as in the shop. ${REPLACED}` },
  ]);
});

test('whatever a row holds, what is written is UTF-8 without NUL, and equal where nothing is said', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()), (data) => {
      const losses = createLosses();
      const { json, changes } = losses.row('s', data as JsonObject, []);
      const written = JSON.parse(Buffer.from(json).toString()) as JsonObject;
      expect(JSON.stringify(written)).not.toMatch(/(?<!\\)(\\\\)*\\u(0000|d[89a-f])/);
      if (changes.length === 0) expect(written).toEqual(JSON.parse(JSON.stringify(data)));
    }),
  );
});
