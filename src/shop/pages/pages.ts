import { ConnectorError } from '../../errors.ts';
import type { Page, Pager } from './pager.ts';

export interface PagesOptions {
  readonly after: string | undefined;
  readonly signal: AbortSignal;
  /** Whether the next page is asked for while the one before is being written. */
  readonly looksAhead: boolean;
  /** Told when `after`, which an earlier run saved, is not known any more, and all is read from the beginning. Without it, that is an error. */
  readonly refused?: () => void;
}

/** All pages after a position. */
export async function* pagesAfter(pager: Pager, options: PagesOptions): AsyncGenerator<Page> {
  const { signal, looksAhead } = options;
  let page = await firstPage(pager, options);
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

async function firstPage(pager: Pager, { after, signal, refused }: PagesOptions): Promise<Page> {
  try {
    return await pager(after, signal);
  } catch (error) {
    if (after === undefined || refused === undefined || !isOfThePosition(error)) throw error;
    // Where the query itself is at fault, this says so.
    const page = await pager(undefined, signal);
    refused();
    return page;
  }
}

/** The API refuses a cursor as it refuses a query, and only another try tells which of them it was. */
function isOfThePosition(error: unknown): boolean {
  if (!(error instanceof ConnectorError)) return false;
  return error.code === 'shop/position_refused' || error.code === 'centra/invalid_query';
}
