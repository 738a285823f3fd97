import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PAGE_SIZE } from '../../../src/shop/objects.ts';
import { offsetPager } from '../../../src/shop/pages/list-pager.ts';

/** An offset list whose rows go away while it is paged: `removals` are taken away, one before each request. */
function shrinkingList(rows: number[], removals: readonly number[]) {
  const present = [...rows];
  const removed = new Set<unknown>();
  let requests = 0;
  const pager = offsetPager({
    label: 'rows',
    identify: (row) => String(row.id),
    fetch: async (page, probePage) => {
      const removal = removals[requests];
      requests += 1;
      if (removal !== undefined && present.length > 0)
        removed.add(present.splice(removal % present.length, 1)[0]);
      const before = probePage === undefined ? undefined : present[probePage - 1];
      return {
        objects: present.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE).map((id) => ({ id })),
        before: before === undefined ? undefined : String(before),
      };
    },
  });
  return { pager, removed };
}

test('rows that go away while a list is paged by offset hide no other row', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 1_100 }),
      fc.array(fc.nat({ max: 1_100 }), { maxLength: 6 }),
      async (count, removals) => {
        const rows = Array.from({ length: count }, (_, index) => index);
        const { pager, removed } = shrinkingList(rows, removals);
        const seen = new Set<unknown>();
        for (let after: string | undefined, first = true; first || after !== undefined; first = false) {
          const page = await pager(after, new AbortController().signal);
          for (const { id } of page.objects) seen.add(id);
          after = page.next;
        }
        expect(rows.filter((id) => !seen.has(id) && !removed.has(id))).toEqual([]);
      },
    ),
  );
});

test('a position that makes no sense is refused', async () => {
  const { pager } = shrinkingList([1], []);
  await expect(pager('0:7', new AbortController().signal)).rejects.toMatchObject({
    code: 'centra/broken_answer',
  });
});
