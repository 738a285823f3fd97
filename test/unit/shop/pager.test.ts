import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConnectorError } from '../../../src/errors.ts';
import { offsetPager } from '../../../src/shop/pages/offset-pager.ts';
import { PageSize } from '../../../src/shop/pages/page-size.ts';

const tooMuch = new ConnectorError({
  kind: 'transient',
  code: 'centra/too_slow',
  message: 'It took too long.',
  isTooMuch: true,
});

/** An offset list whose rows go away while it is paged: `removals` are taken away, one before each request; `failures` says which requests fail, if they ask for more than one row. */
function shrinkingList(rows: number[], removals: readonly number[], failures: readonly boolean[] = []) {
  const present = [...rows];
  const removed = new Set<unknown>();
  let requests = 0;
  const pager = offsetPager({
    label: 'rows',
    size: new PageSize(),
    wait: async () => undefined,
    apart: async (_, error) => {
      throw error;
    },
    fetch: async ({ offset, rows: asked }) => {
      const removal = removals[requests];
      requests += 1;
      if (failures[requests] === true && asked > 1) throw tooMuch;
      if (removal !== undefined && present.length > 0)
        removed.add(present.splice(removal % present.length, 1)[0]);
      const before = offset === 0 ? undefined : present[offset - 1];
      const page = present.slice(offset, offset + asked);
      return {
        objects: page.map((id) => ({ id })),
        refused: [],
        rows: page.map(String),
        before: before === undefined ? undefined : String(before),
      };
    },
  });
  return { pager, removed };
}

test('rows that go away, and pages that get smaller, while a list is paged by offset hide no other row', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 1_100 }),
      fc.array(fc.nat({ max: 1_100 }), { maxLength: 6 }),
      fc.array(fc.boolean(), { maxLength: 30 }),
      async (count, removals, failures) => {
        const rows = Array.from({ length: count }, (_, index) => index);
        const { pager, removed } = shrinkingList(rows, removals, failures);
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
    code: 'shop/position_refused',
  });
});
