import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KnownRows } from '../../../src/sync/memory/deletable-rows.ts';
import { encodeSent, fingerprint } from '../../../src/sync/memory/fingerprint.ts';

const day = fc.integer({ min: 1, max: 28 }).map((number) => `2026-02-${String(number).padStart(2, '0')}`);
const lines = fc.uniqueArray(fc.nat({ max: 5_000_000 }), { maxLength: 5 });

test('what is encoded comes back, line by line', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat({ max: 9_000_000 }), day, lines)), (entries) => {
      const known = new KnownRows();
      const expected = new Map<number, readonly number[]>();
      for (const [id, on, of] of entries) {
        known.set(id, on, of);
        expected.set(
          id,
          [...of].sort((a, b) => a - b),
        );
      }
      const again = new KnownRows(known.encode() === '' ? undefined : known.encode());
      expect([...again.idsSince('2026-02-01')].sort((a, b) => a - b)).toEqual(
        [...expected.keys()].sort((a, b) => a - b),
      );
      for (const [id, of] of expected) expect(again.forget(id)).toEqual(of);
    }),
  );
});

test('with ten thousand open rows of several lines each, the state stays under 100 kB', () => {
  const known = new KnownRows();
  const open = new Map<number, string>();
  let line = 700_000;
  for (let row = 0; row < 10_000; row += 1) {
    const id = 400_000 + row * 2 + (row % 3);
    const count = 1 + (row % 4);
    known.set(
      id,
      `2026-02-${String(1 + Math.floor(row / 400)).padStart(2, '0')}`,
      Array.from({ length: count }, () => (line += 1 + (row % 2))),
    );
    open.set(id, fingerprint(String(row)));
  }
  expect(known.encode().length + encodeSent(open).length).toBeLessThan(98_000);
});

test.each(['nonsense', 'AAAA', Buffer.from('[]').toString('base64')])('the text %j is refused', (text) => {
  expect(() => new KnownRows(text)).toThrow('A state holds known rows that this connector did not write.');
});
