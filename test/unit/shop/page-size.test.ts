import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PAGE_SIZES, PageSize } from '../../../src/shop/pages/page-size.ts';

function goodPages(size: PageSize, count: number): void {
  for (let page = 0; page < count; page += 1) size.worked(size.rows);
}

test('each size divides the one before it, so that offsets stay offsets', () => {
  for (const [at, size] of PAGE_SIZES.entries()) if (at > 0) expect((PAGE_SIZES[at - 1] ?? 0) % size).toBe(0);
  expect(PAGE_SIZES.at(-1)).toBe(1);
});

test('pages become smaller at once, down to one row, and grow slowly', () => {
  const size = new PageSize();
  const seen = [size.rows];
  for (let times = 0; times < 7; times += 1) {
    size.tooMuch(size.rows);
    seen.push(size.rows);
  }
  expect(seen).toEqual([200, 100, 50, 25, 5, 1, 1, 1]);
  goodPages(size, 4);
  expect(size.rows).toBe(1);
  goodPages(size, 1);
  expect(size.rows).toBe(5);
});

test('a size that proves too much again and again is tried less and less often', () => {
  const size = new PageSize();
  size.tooMuch(200);
  const waits: number[] = [];
  for (let round = 0; round < 6; round += 1) {
    let pages = 0;
    while (size.rows < 200) {
      goodPages(size, 1);
      pages += 1;
    }
    waits.push(pages);
    size.tooMuch(200);
  }
  expect(waits).toEqual([5, 10, 20, 40, 80, 80]);
});

test('of two pages that were asked for at once, the larger one that fails says nothing about the smaller size', () => {
  const size = new PageSize();
  size.tooMuch(200);
  size.tooMuch(200);
  expect(size.rows).toBe(100);
});

test('whatever happened, an offset that was reached can be named by a page', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 300 }), (outcomes) => {
      const size = new PageSize();
      let offset = 0;
      for (const isGood of outcomes) {
        const rows = size.rowsAt(offset);
        expect(offset % rows).toBe(0);
        expect(rows).toBeLessThanOrEqual(size.rows);
        if (isGood) {
          size.worked(rows);
          offset += rows;
        } else size.tooMuch(rows);
      }
    }),
  );
});
