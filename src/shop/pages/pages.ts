import type { Page, Pager } from './pager.ts';

export interface PagesOptions {
  readonly after: string | undefined;
  readonly signal: AbortSignal;
  /** Whether the next page is asked for while the one before is being written. */
  readonly looksAhead: boolean;
}

/** All pages after a position. */
export async function* pagesAfter(
  pager: Pager,
  { after, signal, looksAhead }: PagesOptions,
): AsyncGenerator<Page> {
  let page = await pager(after, signal);
  for (;;) {
    const { next } = page;
    const coming = next !== undefined && looksAhead ? pager(next, signal) : undefined;
    // Whoever stops early does not wait for it; whoever goes on gets its error from the await below.
    coming?.catch(() => undefined);
    yield page;
    if (next === undefined) return;
    page = await (coming ?? pager(next, signal));
  }
}
