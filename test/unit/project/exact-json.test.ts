import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { losesDigits, parseExactJson } from '../../../src/exact-json.ts';

describe('JSON to the last digit', () => {
  test.each<[string, unknown]>([
    ['{"id":9007199254740991}', { id: 9007199254740991 }],
    ['{"id":9007199254740993}', { id: '9007199254740993' }],
    ['{"id": -9007199254740993 }', { id: '-9007199254740993' }],
    ['[ 18446744073709551615,1]', ['18446744073709551615', 1]],
    ['{"v":0.12345678901234567891}', { v: '0.12345678901234567891' }],
    ['{"v":0.10000000000000001}', { v: 0.1 }],
    ['{"v":123456789.12345678}', { v: 123456789.12345678 }],
    ['{"v":100.00000000000000000000}', { v: 100 }],
    ['{"v":1.2345678901234567891e3}', { v: '1.2345678901234567891e3' }],
    ['{"text":"[9007199254740993, 9007199254740993]"}', { text: '[9007199254740993, 9007199254740993]' }],
    [
      '{"text":"a\\",9007199254740993","id":9007199254740993}',
      { text: 'a",9007199254740993', id: '9007199254740993' },
    ],
    ['19.99', 19.99],
  ])('%s', (text, value) => {
    expect(parseExactJson(text)).toEqual(value);
  });

  test('is JSON.parse for what JavaScript can hold', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 0, max: 2 }), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        if (/\d{16}|e\+/.test(text)) return;
        expect(parseExactJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  test('is broken JSON where it was', () => {
    expect(() => parseExactJson('{"id":9007199254740993')).toThrow(SyntaxError);
  });

  test.each([
    ['12', false],
    ['-9007199254740992', true],
    ['0.3', false],
    ['1e400', false],
  ])('%s loses digits: %s', (text, expected) => {
    expect(losesDigits(text)).toBe(expected);
  });
});
