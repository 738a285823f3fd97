import type { Selection } from '../../catalog/query/selection.ts';
import type { CentraClient } from '../../centra/client.ts';
import type { JsonObject } from '../../json.ts';
import { listPage } from '../documents.ts';
import type { LiveRoot } from '../live-root.ts';
import { brokenAnswer, type CentraObject, objectsOf, PAGE_SIZE } from '../objects.ts';
import type { Page, Pager } from './pager.ts';

/** One offset page, with the row just before it as it is at that same moment. */
export interface OffsetPage {
  readonly objects: readonly CentraObject[];
  /** The identity of the row before the page; undefined when there is none any more. */
  readonly before: string | undefined;
}

export interface OffsetSource {
  readonly label: string;
  /** Fetches page `page` (from 1); `probePage` is the same place counted in pages of one row, less one row. */
  readonly fetch: (page: number, probePage: number | undefined, signal: AbortSignal) => Promise<OffsetPage>;
  readonly identify: (object: CentraObject) => string;
}

/**
 * Pages a list by offset. When rows before the page go away, those behind move up and would be skipped: so each request also
 * asks for the row before its page, and when that is not the row that the last page ended with, it goes back a page.
 */
export function offsetPager(source: OffsetSource): Pager {
  /** The last row of each page that was read in this run. */
  const lastOf = new Map<number, string>();

  async function read(page: number, wentBack: boolean, signal: AbortSignal): Promise<Page> {
    const expected = lastOf.get(page - 1);
    const probePage = page > 1 ? (page - 1) * PAGE_SIZE : undefined;
    const { objects, before } = await source.fetch(page, probePage, signal);
    if (page > 1 && before !== expected) return read(page - 1, true, signal);
    const last = objects.at(-1);
    if (last !== undefined) lastOf.set(page, source.identify(last));
    const isLast = last === undefined || objects.length < PAGE_SIZE;
    const next = isLast ? undefined : formatPosition(page + 1, source.identify(last));
    return { objects, next, totalRows: undefined, wentBack };
  }

  return async (after, signal) => {
    const { page, last } = parsePosition(after, source.label);
    if (last !== undefined) lastOf.set(page - 1, last);
    return read(page, false, signal);
  };
}

/** `3:41` stands for: page 3, after a row that is identified by 41. */
function formatPosition(page: number, last: string): string {
  return `${page}:${last}`;
}

function parsePosition(text: string | undefined, label: string): { page: number; last: string | undefined } {
  if (text === undefined) return { page: 1, last: undefined };
  const [, page, last] = /^([1-9]\d*):(.*)$/.exec(text) ?? [];
  if (page === undefined) throw brokenAnswer(label, `cannot go on from the position "${text}"`);
  return { page: Number(page), last };
}

export interface ListPagerOptions {
  readonly client: CentraClient;
  readonly root: LiveRoot;
  readonly where: JsonObject;
  /** Holds the root's id. */
  readonly selection: Selection;
  /** What is read, for people; the root's label unless given. */
  readonly what?: string;
  /** Ascending by the page key unless given. */
  readonly sort?: string;
}

/** Pages a root list by offset, sorted by a field that never changes. */
export function listPager({ client, root, where, selection, what, sort }: ListPagerOptions): Pager {
  const { id, label } = root.definition;
  const document = listPage(root, selection, sort);
  const named = what ?? label;
  return offsetPager({
    label: named,
    identify: (object) => String(object[id]),
    fetch: async (page, probePage, signal) => {
      const isProbed = probePage !== undefined;
      const variables = { where, limit: PAGE_SIZE, page, probePage: probePage ?? 1, isProbed };
      const { data } = await client.ask({ what: named, ...document, variables, rows: PAGE_SIZE }, signal);
      const before = isProbed ? objectsOf(data.before, named)[0] : undefined;
      return {
        objects: objectsOf(data[root.list.name], named),
        before: before === undefined ? undefined : String(before[id]),
      };
    },
  });
}
