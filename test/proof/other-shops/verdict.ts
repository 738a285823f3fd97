import type { BundledCatalog, BundledStream } from './bundled-catalogs.ts';
import type { Reading, StreamRows } from './reading.ts';
import type { ShopCase } from './shop-cases.ts';

export interface Verdict {
  /** Streams that had rows and have none. */
  readonly lost: readonly string[];
  /** Columns that are empty now. */
  readonly emptied: readonly string[];
  /** Sentences: what should not be. */
  readonly faults: readonly string[];
}

/** What a shop may cost: the columns that ask for what differs, and the streams that cannot be without it. */
export function verdictOn(shop: ShopCase, catalog: BundledCatalog, whole: Reading, found: Reading): Verdict {
  const verdicts = catalog.streams.map((stream) =>
    streamVerdict(shop, stream, whole.streams.get(stream.name), found.streams.get(stream.name)),
  );
  const lost = verdicts.flatMap((verdict) => verdict.lost);
  const faults = verdicts.flatMap((verdict) => verdict.faults);
  if (/^\s+at .*:\d+:\d+\)?$/m.test(found.stderr)) faults.push('it prints a stack trace');
  const codes = lost.length === 0 ? [0] : [2, 3];
  if (found.code === null || !codes.includes(found.code))
    faults.push(`the exit code is ${found.code}, not ${codes.join(' or ')}`);
  const emptied = verdicts.flatMap((verdict) => verdict.emptied);
  const isTold = shop.group === 'missing' || shop.isRefused === true;
  if (isTold && lost.length + emptied.length > 0 && saidBy(found).length === 0)
    faults.push('nothing is said of what is lost');
  return { lost, emptied, faults };
}

function streamVerdict(
  shop: ShopCase,
  { name, needs, touches, columns, key, hasGuardedKey }: BundledStream,
  whole: StreamRows | undefined,
  found: StreamRows | undefined,
): Verdict {
  const isAmong = (elements: ReadonlySet<string>) =>
    shop.disturbed === undefined || [...shop.disturbed].some((element) => elements.has(element));
  if (whole === undefined || whole.rows === 0) return { lost: [], emptied: [], faults: [] };
  if (found === undefined || found.rows === 0) {
    const isNeeded = shop.isRefused ? hasGuardedKey : shop.disturbed !== undefined && isAmong(needs);
    return { lost: [name], emptied: [], faults: isNeeded ? [] : [`${name} is lost`] };
  }
  const faults: string[] = [];
  if (found.rows !== whole.rows) faults.push(`${name} has ${found.rows} of ${whole.rows} rows`);
  if (found.hash === whole.hash) return { lost: [], emptied: [], faults };
  const differing = [...new Set([...whole.columns.keys(), ...found.columns.keys()])].filter(
    (column) => whole.columns.get(column)?.hash !== found.columns.get(column)?.hash,
  );
  const emptied = differing.filter((column) => found.columns.get(column)?.isEmpty ?? true);
  const changed = differing.filter(
    (column) => !emptied.includes(column) && !isAmong(columns.get(column) ?? new Set()),
  );
  if (!isAmong(touches) && found.rows === whole.rows)
    faults.push(`${name} differs in ${differing.join(', ')}, and asks for nothing that does`);
  else if (shop.columns === 'empty' && changed.length > 0 && found.rows === whole.rows)
    faults.push(`${name} has other values in ${changed.join(', ')}`);
  if (emptied.some((column) => key.includes(column))) faults.push(`${name} has an empty key`);
  return { lost: [], emptied: emptied.map((column) => `${name}.${column}`), faults };
}

/** The warnings and errors of a read, without their times. */
export function saidBy({ stderr }: Reading): readonly string[] {
  return stderr
    .split('\n')
    .filter((line) => !/^(\d\d:\d\d:\d\d )?info /.test(line) && line.trim() !== '')
    .map((line) => line.replace(/^\d\d:\d\d:\d\d /, ''));
}
