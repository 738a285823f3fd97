import type { Change } from './change.ts';
import { columnChanges } from './column-diff.ts';
import type { DiffSide, SideStream } from './diff-side.ts';

export interface CatalogDiff {
  readonly changes: readonly Change[];
  /** Filters and sources are known on both sides. */
  readonly isMakingCompared: boolean;
}

export function diffCatalogs(before: DiffSide, after: DiffSide): CatalogDiff {
  const old = new Map(before.streams.map((stream) => [stream.name, stream]));
  const present = new Set(after.streams.map(({ name }) => name));
  const removed = before.streams.filter(({ name }) => !present.has(name)).map(streamRemoved);
  const others = after.streams.flatMap((stream) => {
    const previous = old.get(stream.name);
    return previous === undefined ? [streamAdded(stream)] : streamChanges(previous, stream);
  });
  const isKnown = ({ streams }: DiffSide) => streams.every(({ making }) => making !== undefined);
  return { changes: [...removed, ...others], isMakingCompared: isKnown(before) && isKnown(after) };
}

function streamRemoved({ name }: SideStream): Change {
  return {
    stream: name,
    kind: 'stream_removed',
    what: 'the stream is gone',
    action: 'drop_or_keep',
    todo: 'Its table is not written any more: drop it, or keep it as it is; whatever reads it grows stale.',
  };
}

function streamAdded({ name, columns }: SideStream): Change {
  return {
    stream: name,
    kind: 'stream_added',
    what: `a new stream with ${columns.length} ${columns.length === 1 ? 'column' : 'columns'}`,
    action: 'add',
    todo: 'A new table, once the stream is switched on in the connection.',
  };
}

function streamChanges(before: SideStream, after: SideStream): readonly Change[] {
  return [
    ...identityChanges(before, after),
    ...makingChanges(before, after),
    ...columnChanges(before, after),
  ];
}

function identityChanges(before: SideStream, after: SideStream): readonly Change[] {
  const changes: Change[] = [];
  const [oldKey, newKey] = [before.key.join(', '), after.key.join(', ')];
  if (oldKey !== newKey) {
    changes.push({
      stream: after.name,
      kind: 'key_changed',
      before: oldKey,
      after: newKey,
      what: `the key changes from ${oldKey || 'none'} to ${newKey || 'none'}`,
      action: 'resync',
      todo: 'Clear the table and read the stream again: rows of both keys would stand beside each other.',
    });
  }
  if (before.cursor !== after.cursor) {
    changes.push({
      stream: after.name,
      kind: 'cursor_changed',
      before: before.cursor ?? '',
      after: after.cursor ?? '',
      what: `the cursor changes from ${before.cursor ?? 'none'} to ${after.cursor ?? 'none'}`,
      action: 'resync',
      todo: "Refresh the connection's schema and read the stream again: a destination that keeps the latest row compares the new cursor, which old rows lack.",
    });
  }
  return changes;
}

function makingChanges(
  { making: before }: SideStream,
  { name, making: after }: SideStream,
): readonly Change[] {
  if (before === undefined || after === undefined) return [];
  const changes: Change[] = [];
  const compare = (kind: string, of: string, from: string, to: string, todo: string): void => {
    if (from === to) return;
    const what = `${of} changes from ${from || 'none'} to ${to || 'none'}`;
    changes.push({ stream: name, kind, before: from, after: to, what, action: 'resync', todo });
  };
  const otherRows = 'Clear the table and read the stream again: its rows are others now.';
  compare('from_changed', 'the root list', before.from, after.from, otherRows);
  compare('each_changed', '`each`', before.each, after.each, otherRows);
  compare(
    'where_changed',
    'the filter',
    before.where,
    after.where,
    'Clear the table and read the stream again: rows that the filter now leaves out would stay, and those that it now lets in would come only when they change.',
  );
  return changes;
}
