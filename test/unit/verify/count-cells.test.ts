import { describe, expect, test } from 'vitest';
import { countCells, rangesOfDays } from '../../../src/verify/count-cells.ts';
import type { ShopRow, ShopRows, Slice } from '../../../src/verify/shop-rows.ts';
import { contains } from '../../../src/verify/time-range.ts';

/** A shop with these rows, which says how much it was asked. */
function shopOf(rows: Readonly<Record<string, ShopRow>>) {
  const asked = { counts: 0, lists: 0 };
  const within = ({ range, status }: Slice) =>
    Object.entries(rows).filter(
      ([, row]) => contains([range], row.time) && (status === undefined || row.status === status),
    );
  const shop: ShopRows = {
    hasCounter: true,
    count: async (slices) => {
      asked.counts += slices.length;
      return slices.map((slice) => within(slice).length);
    },
    list: async (slices) => {
      asked.lists += slices.length;
      return new Map(slices.flatMap(within));
    },
    find: async () => new Map(),
    read: async function* () {},
  };
  return { shop, asked };
}

const at = (day: string, status: string): ShopRow => ({ time: `2026-03-${day}T10:00:00Z`, status });
const covered = [{ to: '2026-03-20T12:00:00Z' }];

describe('counting', () => {
  test('asks for the cells of the output and each status as a whole, and no more when these add up', async () => {
    const { shop, asked } = shopOf({ a: at('01', 'OPEN'), b: at('01', 'DONE'), c: at('05', 'DONE') });
    const cells = new Set(['2026-03-01 OPEN', '2026-03-01 DONE', '2026-03-05 DONE']);
    const { counts, strayDays } = await countCells(shop, cells, covered, ['OPEN', 'DONE']);
    expect([...counts.values()]).toEqual([1, 1, 1]);
    expect(strayDays.size).toBe(0);
    expect(asked).toEqual({ counts: 5, lists: 0 });
  });

  test('finds the days on which only the shop has rows', async () => {
    const { shop } = shopOf({
      a: at('01', 'OPEN'),
      b: at('03', 'DONE'),
      c: at('05', 'OPEN'),
      d: at('21', 'OPEN'),
    });
    const { counts, strayDays } = await countCells(shop, new Set(['2026-03-01 OPEN']), covered, [
      'OPEN',
      'DONE',
    ]);
    expect([...counts]).toEqual([['2026-03-01 OPEN', 1]]);
    expect([...strayDays].sort()).toEqual(['2026-03-03', '2026-03-05']);
  });

  test('a day that is covered in part is counted in part', async () => {
    const { shop } = shopOf({ a: at('20', ''), b: { time: '2026-03-20T13:00:00Z', status: '' } });
    const { counts } = await countCells(shop, new Set(['2026-03-20 ']), covered, undefined);
    expect([...counts]).toEqual([['2026-03-20 ', 1]]);
  });
});

test('days with less than a page of rows between them are listed as one', () => {
  const rows = new Map([
    ['2026-03-01', 5],
    ['2026-03-02', 100],
    ['2026-03-03', 90],
    ['2026-03-04', 5],
    ['2026-03-05', 200],
    ['2026-03-06', 5],
  ]);
  const days = new Set(['2026-03-01', '2026-03-04', '2026-03-06']);
  expect(rangesOfDays(days, rows, 200)).toEqual([
    { from: '2026-03-01T00:00:00Z', to: '2026-03-04T23:59:59Z' },
    { from: '2026-03-06T00:00:00Z', to: '2026-03-06T23:59:59Z' },
  ]);
});
