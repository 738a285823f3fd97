import type { WindowsReader } from './group.ts';
import { setAside, takeAll } from './set-aside.ts';

/** So many numbers are named in one sentence. */
const MOST_NAMED = 20;

/** Takes in what the events system told: after the windows, so that what they have read need not be read again. */
export async function applyEvents(reader: WindowsReader): Promise<void> {
  const { group, rows, members, run } = reader;
  const { eventObject, label, pageKey } = group.root;
  const { push, log } = run.outlet;
  const events = eventObject === undefined ? undefined : run.events.get(eventObject);
  if (events === undefined || group.plans.some(({ wanted }) => wanted.mode === 'full_refresh')) return;
  const toRead = events.changed.filter((key) => !members.every((member) => member.hasSeen(key)));
  for await (const { objects, refused } of rows.byIds(toRead, run.input.signal, pageKey.field)) {
    setAside(reader, refused);
    takeAll(reader, objects, (member, object) => member.takeTold(object));
    await push(members.flatMap((member) => member.checkpoint()));
  }
  await dropDeleted(reader, events.deleted);
  for (const member of members) member.handled(events.eventIds);
  tellSilence(reader, events.isSilent);
  await push(members.flatMap((member) => member.checkpoint()));
  if (events.changed.length + events.deleted.length === 0) return;
  log(
    'info',
    `The events system told of ${events.changed.length} changed and ${events.deleted.length} deleted ${label}.`,
  );
}

/** What is there after all is not gone: it is left to the windows. */
async function dropDeleted(
  { group, root, members, run, identity }: WindowsReader,
  deleted: readonly number[],
): Promise<void> {
  const { pageKey, label } = group.root;
  const unnamed = new Map<string, number[]>();
  for await (const { ids, objects, refused } of root
    .rows(identity)
    .byIds(deleted, run.input.signal, pageKey.field)) {
    const present = new Set([
      ...objects.map((object) => object[pageKey.field]),
      ...refused.map(({ key }) => key),
    ]);
    for (const key of ids.map(Number).filter((one) => !present.has(one))) {
      for (const member of members) {
        const { name } = member.writer.stream;
        if (member.drop(key, run.serverNow) === 'unnamed')
          unnamed.set(name, [...(unnamed.get(name) ?? []), key]);
      }
    }
  }
  for (const [stream, keys] of unnamed) {
    const named = keys.slice(0, MOST_NAMED).join(', ');
    const more = keys.length > MOST_NAMED ? ` and ${keys.length - MOST_NAMED} more` : '';
    run.outlet.log(
      'warn',
      `The shop deleted the ${label} with the ${pageKey.field} ${named}${more}, and ${stream} cannot mark them: its key does not hold the ${pageKey.field}, and only the newest ${label} are remembered with their keys. Delete them in the destination.`,
    );
  }
}

/** Where Centra has not switched the events system on, nothing errs and nothing comes. */
function tellSilence({ group, members, run }: WindowsReader, isSilent: boolean): void {
  const changed = Math.max(0, ...members.map(({ changedMeanwhile }) => changedMeanwhile));
  const { label } = group.root;
  if (!isSilent) for (const member of members) member.areEventsSilent(false);
  if (!isSilent || changed === 0) return;
  // Of a reader that goes on and on, once is enough.
  const isSaid = run.input.saysOnlyNews === true && members.every(({ wasSilent }) => wasSilent);
  for (const member of members) member.areEventsSilent(true);
  if (isSaid) return;
  run.outlet.log(
    'warn',
    `${changed} ${label} changed since the last read, and the events system told of none of them: Centra has probably not switched it on for this shop. Ask for it, or set "events" to false. Until then nothing that only events tell comes, such as deleted ${label}.`,
  );
}
