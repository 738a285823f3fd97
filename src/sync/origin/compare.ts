import type { CompiledStream } from '../../catalog/compile/compiled.ts';
import type { UtcSecond } from '../../time.ts';
import type { Origin } from '../state.generated.ts';
import { NOT_GIVEN } from './origin.ts';

/** What is not as it was when a state was written. */
export interface OriginChange {
  /** What makes the rows other rows, in words: then all that was remembered of the old ones says nothing. */
  readonly identity: readonly string[];
  /** The start date was moved back: from then on (undefined: from the beginning) until before the old one, nothing was read. */
  readonly earlier: { readonly from: UtcSecond | undefined; readonly before: UtcSecond } | undefined;
  /** Columns whose values in old rows are not what a read would bring now. */
  readonly columns: ColumnChanges;
}

export interface ColumnChanges {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  /** The shop, or the token, did not give them before. */
  readonly regained: readonly string[];
}

export function compareOrigins(before: Origin, now: Origin): OriginChange {
  const identity = [
    ...(before.root === now.root ? [] : [`it comes from ${now.root}, and came from ${before.root}`]),
    ...(before.each === now.each ? [] : ['its "each" is another']),
    ...(before.key === now.key ? [] : ['its key is another']),
    ...(before.where === now.where ? [] : ['its "where" is another']),
  ];
  const { start } = before;
  const isEarlier = start !== undefined && (now.start === undefined || now.start < start);
  return {
    identity,
    earlier: isEarlier ? { from: now.start, before: start } : undefined,
    columns: changesOfColumns(before.columns, now.columns),
  };
}

/** A stream that is read as a whole must not hold rows of two kinds. */
export function isSameThroughout({ identity, earlier, columns }: OriginChange): boolean {
  const { added, changed, regained } = columns;
  return (
    identity.length === 0 && earlier === undefined && added.length + changed.length + regained.length === 0
  );
}

function changesOfColumns(before: Origin['columns'], now: Origin['columns']): ColumnChanges {
  const added: string[] = [];
  const changed: string[] = [];
  const regained: string[] = [];
  const known = new Map(Object.entries(before));
  for (const [name, hash] of Object.entries(now)) {
    const old = known.get(name);
    if (hash === NOT_GIVEN || hash === old) continue;
    if (old === undefined) added.push(name);
    else if (old === NOT_GIVEN) regained.push(name);
    else changed.push(name);
  }
  return { added, changed, regained };
}

/** What the state of a stream says once it goes on: what was read before the start date stays read. */
export function goesOnAs(before: Origin | undefined, now: Origin): Origin {
  const { start: _, ...rest } = now;
  if (before === undefined || now.start === undefined) return now;
  if (before.start === undefined) return rest;
  return before.start < now.start ? { ...now, start: before.start } : now;
}

/** The columns that a state says were read, and that cannot be read any more. */
export function lostColumns(
  before: Origin | undefined,
  stream: CompiledStream,
  isSameFilter: boolean,
): readonly CompiledStream['columns'][number][] {
  if (before === undefined) return [];
  const known = new Map(Object.entries(before.columns));
  return stream.columns.filter(
    ({ name, unavailable }) =>
      unavailable !== undefined &&
      (known.get(name) ?? NOT_GIVEN) !== NOT_GIVEN &&
      // Under another filter, a column can be one that these objects never have.
      (isSameFilter || unavailable.permission !== undefined),
  );
}
