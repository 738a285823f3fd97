import { timeRange } from '../../shop/filter.ts';
import { addSeconds } from '../../time.ts';
import { readByKeys, type WindowsReader } from './group.ts';

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
 * Compares the ids of the last days with the shop's. An object that was reopened, or that was never seen, is read again;
 * one that is gone is told to be deleted. It asks for ids and statuses alone.
 */
export async function reconcile(reader: WindowsReader): Promise<void> {
  const { group, root, members, run, identity } = reader;
  const { serverNow, outlet } = run;
  const { reconcileDaysBack, startDate, signal } = run.input;
  const { label, pageKey } = group.root;
  if (group.change.kind !== 'created') return;
  const { finalStatuses, filter } = group.change;
  const day = addSeconds(serverNow, -reconcileDaysBack * DAY_SECONDS).slice(0, 10);
  const range = timeRange({
    from: laterStart(`${day}T00:00:00Z`, startDate),
    to: members[0]?.through ?? serverNow,
  });
  const present = new Set<number>();
  const toRead = new Set<number>();
  for await (const { objects, refused } of root.rows(identity).all({ [filter]: range }, signal)) {
    for (const { key } of refused) present.add(Number(key));
    for (const object of objects) {
      const key = Number(object[pageKey.field]);
      present.add(key);
      const isFinal =
        root.statusField === undefined || finalStatuses.includes(String(object[root.statusField]));
      if (members.some((member) => differs(member, key, isFinal))) toRead.add(key);
    }
  }
  const missing = new Set(
    members.flatMap((member) => member.knownSince(day).filter((key) => !present.has(key))),
  );
  // Those that are missing are asked for once more by id: only that proves that they are gone.
  const gone = await readByKeys(
    reader,
    [...toRead, ...missing].sort((a, b) => a - b),
  );
  for (const member of members) {
    member.forgetBefore(day);
    member.reconciled(serverNow);
  }
  await outlet.push(members.flatMap((member) => member.checkpoint()));
  outlet.log(
    'info',
    `Compared ${present.size} ${label} since ${day} with the shop: ${toRead.size} were read again, ${gone} are gone.`,
  );
}

type Member = WindowsReader['members'][number];

/** Rows are known only where deletions are told; without that, what is final is taken as seen. */
function differs(member: Member, key: number, isFinal: boolean): boolean {
  if (isFinal) return member.isOpen(key) || (member.tellsDeletions && !member.isKnown(key));
  return !member.isOpen(key);
}

/** Rows from before the start date were never read, so their absence says nothing. */
function laterStart(start: string, startDate: string | undefined): string {
  return startDate !== undefined && startDate > start ? startDate : start;
}
