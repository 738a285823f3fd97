import { stat } from 'node:fs/promises';
import type { CommandContext } from '../../console/command-context.ts';
import { readTextFile } from '../../text-file.ts';
import { withCatalog } from '../open-catalog.ts';
import { type DiffSide, sideOfCatalog, sideOfDiscovered } from './diff-side.ts';

/** One side of a comparison: what discover printed, or a catalog. */
export async function openSide(
  name: string,
  config: string | undefined,
  context: CommandContext,
): Promise<DiffSide> {
  const discovered = await discoveredIn(name);
  if (discovered !== undefined) return discovered;
  return withCatalog({ catalog: name, config }, context, ({ label, compiled, loaded }) => {
    for (const { stream, reason } of compiled.unreadable)
      context.log('warn', `${label}: the stream "${stream}" counts as not there: ${reason}`);
    return sideOfCatalog(label, compiled.streams, loaded.catalog.streams);
  });
}

/** Larger files are no catalogs; the discovered catalog of a shop is far below. */
const MOST_BYTES = 64_000_000;

async function discoveredIn(path: string): Promise<DiffSide | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || !found.isFile() || found.size > MOST_BYTES) return undefined;
  const text = await readTextFile(path, MOST_BYTES).catch(() => '');
  return sideOfDiscovered(path, text);
}
