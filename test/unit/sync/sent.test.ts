import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeSent, encodeSent, fingerprint } from '../../../src/sync/memory/fingerprint.ts';

const sentRows = fc
  .array(fc.tuple(fc.nat({ max: Number.MAX_SAFE_INTEGER }), fc.string().map(fingerprint)))
  .map((entries) => new Map(entries));

test('what is encoded comes back', () => {
  fc.assert(
    fc.property(sentRows, (rows) => {
      expect([...decodeSent(encodeSent(rows))]).toEqual([...rows].sort(([a], [b]) => a - b));
    }),
  );
});

test('nothing stands for no rows', () => {
  expect(decodeSent(undefined)).toEqual(new Map());
  expect(decodeSent('')).toEqual(new Map());
  expect(encodeSent(new Map())).toBe('');
});

test('ten thousand open rows fit in 100 kB', () => {
  const rows = new Map(
    Array.from({ length: 10_000 }, (_, index) => [4_000_000 + index * 37, fingerprint(String(index))]),
  );
  expect(encodeSent(rows).length).toBeLessThan(100_000);
});
