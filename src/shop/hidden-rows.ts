import { ConnectorError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { AskedRoot } from './asked-root.ts';
import { countListed } from './counts.ts';
import { partsBy } from './live-root.ts';

export interface HiddenRows {
  readonly fields: readonly string[];
  /** How many rows the list has while no filter names them, and how many there are. */
  readonly listed: number;
  readonly all: number;
}

/**
 * Compares the number of all rows with those by what they may be hidden by: where the parts exceed the whole, the list leaves
 * rows out. Whoever may not count, or not by one field, learns nothing of that field, and the others are compared all the same.
 */
export async function hiddenRows(asked: AskedRoot, signal: AbortSignal): Promise<HiddenRows | undefined> {
  const { definition, filter } = asked.root;
  const fields = (definition.mayHideBy ?? []).filter((field) => filter.has(field));
  if (fields.length === 0) return undefined;
  const found = await countedBy(asked, fields, signal);
  const counted = found ?? (await Promise.all(fields.map((field) => countedBy(asked, [field], signal))));
  const flat = counted.flatMap((one) => one ?? []);
  const listed = flat[0]?.listed;
  const hidden = flat.filter(({ parts, listed: whole }) => parts > whole).map(({ field }) => field);
  if (listed === undefined || hidden.length === 0) return undefined;
  const all = sum(await countListed(asked, partsBy(hidden, filter), signal));
  // What does not cover the list would lose rows instead of finding them.
  return all === undefined || all <= listed ? undefined : { fields: hidden, listed, all };
}

interface Counted {
  readonly field: string;
  readonly listed: number;
  readonly parts: number;
}

async function countedBy(
  asked: AskedRoot,
  fields: readonly string[],
  signal: AbortSignal,
): Promise<readonly Counted[] | undefined> {
  const parts = fields.map((field) => ({ field, filters: eachValue(asked, field) }));
  try {
    const [listed, ...counts] = await countListed(
      asked,
      [{}, ...parts.flatMap(({ filters }) => filters)],
      signal,
    );
    let at = 0;
    return parts.flatMap(({ field, filters }): readonly Counted[] => {
      const total = sum(counts.slice(at, at + filters.length));
      at += filters.length;
      return listed === undefined || total === undefined ? [] : [{ field, listed, parts: total }];
    });
  } catch (error) {
    if (error instanceof ConnectorError && ['permission', 'schema'].includes(error.kind)) return undefined;
    throw error;
  }
}

function eachValue({ root: { filter } }: AskedRoot, field: string): readonly JsonObject[] {
  const words = filter.words(field) ?? [true, false];
  return words.map((word) => ({ [field]: filter.takesSeveral(field) ? [word] : word }));
}

function sum(counts: readonly (number | undefined)[]): number | undefined {
  return counts.reduce<number | undefined>(
    (total, count) => (total === undefined || count === undefined ? undefined : total + count),
    0,
  );
}
