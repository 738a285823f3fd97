import { stat } from 'node:fs/promises';
import type { Surroundings } from '../../console/command-context.ts';
import { FINDINGS, SUCCESS } from '../../console/exit-code.ts';
import { readTextFile } from '../../text-file.ts';
import { type CatalogDiff, diffCatalogs } from '../diff/catalog-diff.ts';
import { type Change, needsAction } from '../diff/change.ts';
import { type DiffSide, sideOfCatalog, sideOfDiscovered } from '../diff/diff-side.ts';
import { openCatalog, refuseErrors } from './open-catalog.ts';

interface DiffArguments {
  readonly before: string;
  readonly after: string;
  readonly config?: string | undefined;
  readonly json: boolean;
}

/** Compares two catalogs. The exit code is 1 when a destination, or whoever looks after it, must act. */
export async function catalogDiff(args: DiffArguments, surroundings: Surroundings): Promise<number> {
  const before = await sideOf(args.before, args.config, surroundings);
  const after = await sideOf(args.after, args.config, surroundings);
  const diff = diffCatalogs(before, after);
  const text = args.json ? asJson(diff, before, after) : asText(diff, before, after);
  await surroundings.output.writeText(text);
  return diff.changes.some(needsAction) ? FINDINGS : SUCCESS;
}

async function sideOf(
  name: string,
  config: string | undefined,
  surroundings: Surroundings,
): Promise<DiffSide> {
  const discovered = await discoveredIn(name);
  if (discovered !== undefined) return discovered;
  const open = await openCatalog({ catalog: name, config }, surroundings);
  try {
    refuseErrors(open);
    const { label, compiled, loaded } = open;
    for (const { stream, reason } of compiled.unreadable)
      surroundings.log('warn', `${label}: the stream "${stream}" counts as not there: ${reason}`);
    return sideOfCatalog(label, compiled.streams, loaded.catalog.streams);
  } finally {
    await open.close();
  }
}

/** Larger files are no catalogs; the discovered catalog of a shop is far below. */
const MOST_BYTES = 64_000_000;

async function discoveredIn(path: string): Promise<DiffSide | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || !found.isFile() || found.size > MOST_BYTES) return undefined;
  const text = await readTextFile(path, MOST_BYTES).catch(() => '');
  return sideOfDiscovered(path, text);
}

function asText(diff: CatalogDiff, before: DiffSide, after: DiffSide): string {
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

function asJson({ changes, isMakingCompared }: CatalogDiff, before: DiffSide, after: DiffSide): string {
  const result = {
    before: before.label,
    after: after.label,
    needsAction: changes.some(needsAction),
    isMakingCompared,
    changes: changes.map((change) => ({ ...change, needsAction: needsAction(change) })),
  };
  return `${JSON.stringify(result, undefined, 2)}\n`;
}
