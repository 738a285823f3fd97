import { noPages, type Pager } from './pager.ts';

/**
 * The pages of several pagers as those of one. A position `2|abc` stands for: the third of them, after `abc`. One that was
 * written before there were several begins with the first.
 */
export function oneAfterTheOther(pagers: readonly Pager[]): Pager {
  const [only] = pagers;
  if (only === undefined) return noPages;
  return async (after, signal) => {
    const [, place = '0', inner = ''] = /^(\d+)\|(.*)$/s.exec(after ?? '') ?? [];
    const at = Math.min(Number(place), pagers.length - 1);
    const pager = pagers[at] ?? only;
    const page = await pager(inner === '' ? undefined : inner, signal);
    const next = page.next === undefined ? '' : page.next;
    if (next !== '') return { ...page, next: `${at}|${next}` };
    return { ...page, next: at + 1 < pagers.length ? `${at + 1}|` : undefined };
  };
}
