import { timeRange } from '../../shop/filter.ts';
import type { CentraObject } from '../../shop/objects.ts';
import type { RefusedRow } from '../../shop/pages/pager.ts';
import { addSeconds } from '../../time.ts';
import { readByKeys, type WindowsReader } from './group.ts';
import { settleMissing } from './missing-rows.ts';

const DAY_SECONDS = 86_400;

/** Only streams that have been read before, of roots whose rows change without a date, and only so often as configured. */
export function isReconcileDue({ group, members, run }: WindowsReader): boolean {
  const { input, serverNow } = run;
  const { reconcileEveryHours } = input;
  if (group.change.kind !== 'created' || reconcileEveryHours === 0) return false;
  if (group.plans.some(({ wanted, state }) => wanted.mode === 'full_refresh' || state.through === undefined))
    return false;
  return members.some(
    ({ reconciledAt }) =>
      reconciledAt === undefined || addSeconds(reconciledAt, reconcileEveryHours * 3600) <= serverNow,
  );
}

/**
 * Compares the ids and statuses of the last days with the shop's. An object that was reopened, or that was never seen, is read
 * again; one that is gone is told to be deleted. It asks for ids and statuses alone. `missingOpen`: open rows that were asked
 * for by id, and not given. Returns how many are gone.
 */
export async function reconcile(reader: WindowsReader, missingOpen: readonly number[]): Promise<number> {
  const { group, root, members, run, identity } = reader;
  const { serverNow, outlet } = run;
  const { startDate, signal } = run.input;
  const { label, pageKey } = group.root;
  if (group.change.kind !== 'created') return 0;
  const { filter } = group.change;
  const day = firstDay(reader);
  const range = timeRange({
    from: laterStart(`${day}T00:00:00Z`, startDate),
    to: members[0]?.through ?? serverNow,
  });
  const present = new Set<number>();
  const toRead = new Set<number>();
  const compare = (objects: readonly CentraObject[], refused: readonly RefusedRow[]) => {
    for (const { key } of refused) present.add(Number(key));
    for (const object of objects) {
      const key = Number(object[pageKey.field]);
      present.add(key);
      if (members.some((member) => member.differs(object, key))) toRead.add(key);
    }
  };
  const rows = root.rows(identity);
  for await (const { objects, refused } of rows.all({ [filter]: range }, signal)) compare(objects, refused);
  // What was first seen lately can have an older date. Of what is missing here too, that it is gone is proved.
  const others = new Set(
    members.flatMap((member) => member.knownSince(day)).filter((key) => !present.has(key)),
  );
  const sorted = (keys: ReadonlySet<number>) => [...keys].sort((a, b) => a - b);
  for await (const { objects, refused } of rows.byIds(sorted(others), signal, pageKey.field))
    compare(objects, refused);
  const missing = new Set([...others].filter((key) => !present.has(key)));
  const asked = await readByKeys(reader, sorted(new Set([...toRead, ...missing])));
  // Judged together: few of one kind may be missing because many of another are.
  const gone = await settleMissing(reader, [...new Set([...missingOpen, ...asked])]);
  forgetOld(reader);
  for (const member of members) member.reconciled(serverNow);
  await outlet.push(members.flatMap((member) => member.checkpoint()));
  outlet.log(
    'info',
    `Compared ${present.size} ${label} since ${day} with the shop: ${toRead.size} were read again, ${gone} are gone.`,
  );
  return gone;
}

/** Rows that are final, and that were first seen longer ago than is compared, are not remembered any more. */
export function forgetOld(reader: WindowsReader): void {
  const day = firstDay(reader);
  for (const member of reader.members) member.forgetBefore(day);
}

function firstDay({ run }: WindowsReader): string {
  return addSeconds(run.serverNow, -run.input.reconcileDaysBack * DAY_SECONDS).slice(0, 10);
}

/** Rows from before the start date were never read, so their absence says nothing. */
function laterStart(start: string, startDate: string | undefined): string {
  return startDate !== undefined && startDate > start ? startDate : start;
}
