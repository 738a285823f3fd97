import { compileFilter, type FilterFields, type Where } from './filter.ts';
import { checkRange } from './paging.ts';
import type { Arguments } from './request-context.ts';
import { requestError } from './request-error.ts';

/** The values that a list can be sorted by; the rest of its sorts leave it as it is. */
export type SortKeys<Row> = Readonly<Record<string, (row: Row) => number | string>>;

/** How many rows a list is asked for: what it is told, or its own default; all of them where it takes no limit. */
export function limitOf({ limit }: Arguments): number {
  if (limit === undefined || limit === null) return Number.POSITIVE_INFINITY;
  checkRange('limit', Number(limit), 1, 200);
  return Number(limit);
}

export function pageNumberOf(args: Arguments): number {
  const page = Number(args.page ?? 1);
  if (page < 1) throw requestError(`page must be at least 1, ${page} given.`);
  return page;
}

export function sortOf(args: Arguments): readonly string[] {
  return (args.sort ?? []) as readonly string[];
}

/** One page of the rows below an object: filtered, sorted, and cut where a limit says so. */
export function paged<Row>(
  rows: readonly Row[],
  args: Arguments,
  fields: FilterFields<Row>,
  keys: SortKeys<Row>,
): readonly Row[] {
  const test = compileFilter(args.where as Where | null | undefined, fields);
  const found = test === undefined ? rows : rows.filter(test);
  const limit = limitOf(args);
  const sorted = [...found].sort(byTerms(sortOf(args), keys));
  if (limit === Number.POSITIVE_INFINITY) return sorted;
  const begin = (pageNumberOf(args) - 1) * limit;
  return sorted.slice(begin, begin + limit);
}

function byTerms<Row>(terms: readonly string[], keys: SortKeys<Row>) {
  return (a: Row, b: Row): number => {
    for (const term of terms) {
      const [name = '', direction] = term.split('_');
      const key = keys[name];
      if (key === undefined) continue;
      const [left, right] = [key(a), key(b)];
      if (left !== right) return (left < right ? -1 : 1) * (direction === 'DESC' ? -1 : 1);
    }
    return 0;
  };
}
