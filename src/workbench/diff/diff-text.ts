import type { CatalogDiff } from './catalog-diff.ts';
import { type Change, needsAction } from './change.ts';
import type { DiffSide } from './diff-side.ts';

/** For people. */
export function diffText(diff: CatalogDiff, before: DiffSide, after: DiffSide): string {
  const { changes, isMakingCompared } = diff;
  const title = `${before.label} → ${after.label}\n`;
  const note = isMakingCompared
    ? ''
    : '\nWhere values come from and how streams are filtered was not compared: a discovered catalog does not hold it.\n';
  if (changes.length === 0) return `${title}\nNothing that a destination would notice differs.\n${note}`;
  const must = changes.filter(needsAction);
  const others = changes.filter((change) => !needsAction(change));
  const parts = [
    title,
    ...(must.length === 0 ? [] : [`Needs action\n${changesText(must)}`]),
    ...(others.length === 0 ? [] : [`Needs nothing\n${changesText(others)}`]),
    `${summary(changes, must)}\n${note}`,
  ];
  return parts.join('\n');
}

/** What neighbours have to do alike is said once, below them. */
function changesText(changes: readonly Change[]): string {
  return changes
    .map(({ stream, column, what, todo }, at) => {
      const subject = column === undefined ? stream : `${stream}.${column}`;
      const isSaidBelow = changes[at + 1]?.todo === todo && changes[at + 1]?.stream === stream;
      return `  ${subject}: ${what}\n${isSaidBelow ? '' : `      ${todo}\n`}`;
    })
    .join('');
}

function summary(changes: readonly Change[], must: readonly Change[]): string {
  const all = `${changes.length} ${changes.length === 1 ? 'change' : 'changes'}`;
  if (must.length === 0) return `${all}, none of which needs action.`;
  const again = [...new Set(must.filter(({ action }) => action === 'resync').map(({ stream }) => stream))];
  const resync = again.length === 0 ? '' : ` To be read again: ${again.join(', ')}.`;
  return `${all}, ${must.length} of which ${must.length === 1 ? 'needs' : 'need'} action.${resync}`;
}

/** For machines. */
export function diffJson(
  { changes, isMakingCompared }: CatalogDiff,
  before: DiffSide,
  after: DiffSide,
): string {
  const result = {
    before: before.label,
    after: after.label,
    needsAction: changes.some(needsAction),
    isMakingCompared,
    changes: changes.map((change) => ({ ...change, needsAction: needsAction(change) })),
  };
  return `${JSON.stringify(result, undefined, 2)}\n`;
}
