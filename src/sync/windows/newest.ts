import type { CentraObject } from '../../shop/objects.ts';
import { PAGE_SIZE } from '../../shop/objects.ts';
import { addSeconds, parseCentraTime } from '../../time.ts';
import type { WindowsReader } from './group.ts';
import { setAside, takeAll } from './set-aside.ts';

/**
 * Before a first read: the greatest page key of the shop. What it has by then is found by its date, or is older than what is
 * wanted; what comes later has a greater one, whatever its date.
 */
export async function markGreatest(reader: WindowsReader): Promise<void> {
  if (!isWalked(reader) || reader.members.every(({ greatestKey }) => greatestKey !== undefined)) return;
  // Without an order from the greatest down, the greatest key cannot be seen before all are read.
  if (reader.root.rows(reader.identity).newestFirst(reader.run.input.signal) === undefined) return;
  let greatest = 0;
  for await (const keys of newestKeys(reader, Number.POSITIVE_INFINITY))
    greatest = Math.max(greatest, ...keys);
  for (const member of reader.members) if (member.greatestKey === undefined) member.knowsUpTo(greatest);
}

/**
 * Reads what is new by its page key and that no window gave: whoever makes a return can date it back, also to before the
 * start date.
 */
export async function readNewest(reader: WindowsReader): Promise<void> {
  const { group, rows, members, run } = reader;
  if (!isWalked(reader)) return;
  // Where the shop does not show its greatest key, the greatest that came is what is known.
  for (const member of members) if (member.greatestKey === undefined) member.knowsUpTo(member.greatestTaken);
  const known = Math.min(...members.map(({ greatestKey = 0 }) => greatestKey));
  const fresh = new Set<number>();
  let greatest = known;
  for await (const keys of newestKeys(reader, known)) {
    for (const key of keys) {
      greatest = Math.max(greatest, key);
      if (key > known) fresh.add(key);
    }
  }
  const toRead = [...fresh]
    .filter((key) => members.some((member) => member.isNew(key)))
    .sort((a, b) => a - b);
  let dated = 0;
  for await (const { objects, refused } of rows.byIds(toRead, run.input.signal, group.root.pageKey.field)) {
    setAside(reader, refused);
    dated += objects.filter((object) => isDatedBack(object, reader)).length;
    takeAll(reader, objects, (member, object) => member.takeTold(object));
    await run.outlet.push(members.flatMap((member) => member.checkpoint()));
  }
  for (const member of members) member.knowsUpTo(greatest);
  await run.outlet.push(members.flatMap((member) => member.checkpoint()));
  if (dated > 0)
    run.outlet.log(
      'info',
      `${dated} new ${group.root.label} have a date of the past, and were read as well.`,
    );
}

/** Of rows whose changes have dates, none can be missed. */
function isWalked({ group, run }: WindowsReader): boolean {
  const isIncremental = group.plans.every(({ wanted }) => wanted.mode === 'incremental');
  return group.change.kind === 'created' && isIncremental && run.input.slice === undefined;
}

function keysOf(objects: readonly CentraObject[], { group }: WindowsReader): readonly number[] {
  return objects.map((object) => Number(object[group.root.pageKey.field]));
}

function isDatedBack(object: CentraObject, { group, members, run }: WindowsReader): boolean {
  const time = parseCentraTime(object[group.change.field]);
  const through = members[0]?.through;
  return (
    time !== undefined && through !== undefined && time < addSeconds(through, -run.input.lookbackSeconds)
  );
}

/** Page keys from the greatest down to one that is not above `known`; where the shop does not sort them so, those right above it. */
async function* newestKeys(reader: WindowsReader, known: number): AsyncGenerator<readonly number[]> {
  const { group, root, identity, run } = reader;
  const rows = root.rows(identity);
  const pages = rows.newestFirst(run.input.signal);
  if (pages !== undefined) {
    for await (const { objects } of pages) {
      const keys = keysOf(objects, reader);
      yield keys;
      if (keys.some((key) => key <= known)) return;
    }
    return;
  }
  for (let from = known + 1; ; from += PAGE_SIZE) {
    const ids = Array.from({ length: PAGE_SIZE }, (_, at) => from + at);
    let found: readonly number[] = [];
    for await (const { objects } of rows.byIds(ids, run.input.signal, group.root.pageKey.field))
      found = keysOf(objects, reader);
    if (found.length === 0) return;
    yield found;
  }
}
