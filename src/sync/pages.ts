import type { Page, Pager } from './pager.ts';

/** All pages after a position. The next page is asked for while the one before is being written. */
export async function* pagesAfter(
  pager: Pager,
  after: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<Page> {
  let coming: Promise<Page> | undefined = pager(after, signal);
  while (coming !== undefined) {
    const page: Page = await coming;
    coming = page.next === undefined ? undefined : pager(page.next, signal);
    // Whoever stops early does not wait for it; whoever goes on gets the error from the await above.
    coming?.catch(() => undefined);
    yield page;
  }
}
