import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printable } from '../../../src/centra/printable.ts';

const esc = '\u001b';

test.each([
  ['plain', 'Cannot query field "x" on type "Order".', 'Cannot query field "x" on type "Order".'],
  ['line breaks', 'one\r\n{"type":"RECORD"}\ntwo\u2028three', 'one {"type":"RECORD"} two three'],
  ['colours', `${esc}[31mred${esc}[0m`, 'red'],
  ['a title of the terminal', `a${esc}]0;owned\u0007b`, 'a b'],
  ['a link', `${esc}]8;;https://evil.example${esc}\\click${esc}]8;;${esc}\\`, 'click'],
  ['one-character escapes', 'a\u009b2Jb\u0000c\u007fd', 'a b c d'],
  ['a turned direction of writing', 'a\u202eb', 'a b'],
  ['half a character', 'a\ud800b', 'a b'],
  ['letters of the world', 'Ångström 你好 😀', 'Ångström 你好 😀'],
])('%s', (_, text, line) => {
  expect(printable(text)).toBe(line);
});

test('a text is cut at 300 characters, never inside one', () => {
  expect([...printable('😀'.repeat(400))]).toEqual([...'😀'.repeat(299), '…']);
  expect(printable('x'.repeat(300))).toBe('x'.repeat(300));
  expect(printable('x'.repeat(10_000_000))).toHaveLength(300);
});

test('whatever comes in, one line of visible characters comes out', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
      expect(printable(text)).not.toMatch(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u);
      expect([...printable(text)].length).toBeLessThanOrEqual(300);
    }),
  );
});
