import { ConnectorError } from '../../errors.ts';
import type { Message } from '../../protocol/message.ts';
import { PAGE_SIZE } from '../../shop/objects.ts';
import type { Run } from '../one-run.ts';
import type { Outlet } from '../outlet.ts';
import type { FetchGroup, StreamPlan, WindowsPlan } from '../plan.ts';
import type { WindowsState } from '../state.generated.ts';
import { asConnectorError } from '../stream-errors.ts';
import type { ToldId, ToldIds } from './hint-ids.ts';
import { ToldReader } from './hint-reader.ts';

/** So many pages of ids are taken by one run; the rest waits for the next. */
const MOST_PAGES = 100;

/**
 * Reads what something outside told of, before anything else, and returns the plans that go on, with the states that this
 * left. An id is done once its records and a state have been written; whatever fails in between leaves it to a later run,
 * and the windows find the object in any case.
 */
export async function takeTold(plans: readonly StreamPlan[], run: Run): Promise<readonly StreamPlan[]> {
  const { input, outlet } = run;
  const { told } = input;
  if (told === undefined || input.slice !== undefined || input.extent === 'wholes') return plans;
  let remaining = plans;
  for (const [type, groups] of groupsByType(plans)) {
    const names = groups.flatMap((group) => group.plans.map(({ stream }) => stream.name));
    try {
      const states = await takeType(type, new ToldReader(groups, run), told, run);
      remaining = remaining.map((plan) => withState(plan, states));
    } catch (error) {
      if (input.signal.aborted) return remaining;
      await fail(names, asConnectorError(error, names), outlet);
      remaining = remaining.filter(({ stream }) => !names.includes(stream.name));
    }
  }
  return remaining;
}

function groupsByType(plans: readonly StreamPlan[]): ReadonlyMap<string, readonly FetchGroup<WindowsPlan>[]> {
  const types = new Map<string, Map<string, FetchGroup<WindowsPlan>>>();
  for (const plan of plans) {
    const { root, where } = plan.stream;
    // What is read as a generation takes the place of all that was written before it.
    const isGeneration = plan.kind === 'windows' && plan.state.began_at !== undefined;
    if (plan.kind !== 'windows' || root.webhookType === undefined || isGeneration) continue;
    const groups = types.get(root.webhookType) ?? new Map<string, FetchGroup<WindowsPlan>>();
    types.set(root.webhookType, groups);
    const key = JSON.stringify([root.root, where ?? null]);
    const present = groups.get(key)?.plans ?? [];
    groups.set(key, { root, where, change: plan.change, plans: [...present, plan] });
  }
  return new Map([...types].map(([type, groups]) => [type, [...groups.values()]]));
}

function withState(plan: StreamPlan, states: ReadonlyMap<string, WindowsState>): StreamPlan {
  const state = states.get(plan.stream.name);
  return plan.kind === 'windows' && state !== undefined ? { ...plan, state } : plan;
}

async function fail(names: readonly string[], error: ConnectorError, outlet: Outlet): Promise<void> {
  await outlet.push(
    names.flatMap((stream): readonly Message[] => [
      { type: 'failure', stream, error },
      { type: 'status', stream, status: 'incomplete' },
    ]),
  );
}

/** Returns the states of the streams that could be read. */
async function takeType(
  type: string,
  reader: ToldReader,
  told: ToldIds,
  run: Run,
): Promise<ReadonlyMap<string, WindowsState>> {
  const { input, outlet } = run;
  const counts = { told: 0, unreadable: 0 };
  let reason: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const claimed = await claimPage(type, told, outlet);
    if (claimed.length === 0) break;
    if (counts.told === 0) await begin(reader.names, outlet);
    const unreadable = await readPage(reader, claimed, told, outlet);
    counts.told += claimed.length;
    counts.unreadable += unreadable.size;
    for (const other of unreadable.values()) reason ??= other;
    input.signal.throwIfAborted();
    if (reader.isAtAnEnd) break;
  }
  const { label } = reader;
  if (reason !== undefined) {
    outlet.log(
      'warn',
      `${counts.unreadable} ${label} that webhooks told of cannot be read now, and are tried again later: ${reason}`,
    );
  }
  if (counts.told > 0 && !input.saysOnlyNews)
    outlet.log('info', `Webhooks told of ${counts.told} ${label}, which gave ${reader.records} records.`);
  await tellSetAside(reader, run);
  return reader.states;
}

/** The windows of these streams meet the same and tell of it; where they are not read, and nothing else is, it is told here. */
async function tellSetAside(reader: ToldReader, { input, outlet }: Run): Promise<void> {
  if (input.extent !== 'told' || !reader.isAtAnEnd) return;
  for (const [stream, error] of reader.setAside) await fail([stream], error, outlet);
}

/** A read does without what waits rather than not run at all: its windows find the same. */
async function claimPage(type: string, told: ToldIds, outlet: Outlet): Promise<readonly ToldId[]> {
  return told.claim(type, PAGE_SIZE).catch((error: unknown) => {
    outlet.log('warn', `${inboxFault(error)} The read goes on without it.`);
    return [];
  });
}

async function begin(names: readonly string[], outlet: Outlet): Promise<void> {
  const fresh = names.filter((name) => !outlet.started.has(name));
  for (const name of fresh) outlet.started.add(name);
  await outlet.push(fresh.map((stream): Message => ({ type: 'status', stream, status: 'started' })));
}

/** Returns those that cannot be read, with the reason. */
async function readPage(
  reader: ToldReader,
  claimed: readonly ToldId[],
  told: ToldIds,
  outlet: Outlet,
): Promise<ReadonlyMap<number, string>> {
  let unreadable: ReadonlyMap<number, string>;
  try {
    unreadable = await reader.read(claimed.map(({ id }) => id));
    await outlet.written();
  } catch (error) {
    await told.giveBack(claimed).catch(() => undefined);
    throw error;
  }
  // From here on it does not matter when this process ends.
  try {
    await told.done(claimed.filter(({ id }) => !unreadable.has(id)));
    for (const [reason, ids] of byReason(claimed, unreadable)) await told.fail(ids, reason);
  } catch (error) {
    outlet.log('warn', `${inboxFault(error)} What was read of it is read once more later.`);
  }
  return unreadable;
}

function byReason(
  claimed: readonly ToldId[],
  unreadable: ReadonlyMap<number, string>,
): ReadonlyMap<string, readonly ToldId[]> {
  const reasons = new Map<string, ToldId[]>();
  for (const told of claimed) {
    const reason = unreadable.get(told.id);
    if (reason !== undefined) reasons.set(reason, [...(reasons.get(reason) ?? []), told]);
  }
  return reasons;
}

function inboxFault(error: unknown): string {
  return error instanceof ConnectorError ? error.message : 'The webhook inbox does not answer.';
}
