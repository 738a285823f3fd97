import { ConnectorError } from '../errors.ts';
import type { Message } from '../protocol/message.ts';
import { PAGE_SIZE } from './pager.ts';
import type { FetchGroup, StreamPlan, WindowsPlan } from './plan.ts';
import { contextOf } from './run-context.ts';
import { asConnectorError } from './stream-errors.ts';
import type { Outlet, SyncInput } from './sync-input.ts';
import type { ToldId, ToldIds } from './told-ids.ts';
import { askForIds, openReader, type WindowsReader } from './windows-reader.ts';

/** So many pages of ids are taken by one run; the rest waits for the next. */
const MOST_PAGES = 100;

/** Errors that may be about one object of several that are read together. */
const separableKinds: ReadonlySet<string> = new Set(['mapping', 'schema']);

/**
 * Reads what something outside told of, before anything else, and returns the plans that go on, with the states that this
 * left. An id is done once its records and a state have been written; whatever fails in between leaves it to a later run,
 * and the windows find the object in any case.
 */
export async function takeTold(
  plans: readonly StreamPlan[],
  input: SyncInput,
  outlet: Outlet,
): Promise<readonly StreamPlan[]> {
  const { told } = input;
  if (told === undefined || input.slice !== undefined) return plans;
  let remaining = plans;
  for (const [type, groups] of groupsByType(plans)) {
    const names = groups.flatMap((group) => group.plans.map(({ stream }) => stream.name));
    try {
      const readers = groups.map((group) =>
        openReader(
          group,
          contextOf({ ...input, events: new Map() }, outlet, () => undefined),
        ),
      );
      await takeAll(type, readers, told, input, outlet);
      remaining = remaining.map((plan) => withState(plan, readers));
    } catch (error) {
      if (input.signal.aborted) return remaining;
      const failure = asConnectorError(error, names);
      await outlet.push(
        names.flatMap((stream): readonly Message[] => [
          { type: 'failure', stream, error: failure },
          { type: 'status', stream, status: 'incomplete' },
        ]),
      );
      remaining = remaining.filter(({ stream }) => !names.includes(stream.name));
    }
  }
  return remaining;
}

function groupsByType(plans: readonly StreamPlan[]): ReadonlyMap<string, readonly FetchGroup<WindowsPlan>[]> {
  const types = new Map<string, Map<string, FetchGroup<WindowsPlan>>>();
  for (const plan of plans) {
    const { root, where } = plan.stream;
    if (plan.kind !== 'windows' || root.webhookType === undefined || plan.wanted.mode !== 'incremental')
      continue;
    const groups = types.get(root.webhookType) ?? new Map<string, FetchGroup<WindowsPlan>>();
    types.set(root.webhookType, groups);
    const key = JSON.stringify([root.root, where ?? null]);
    const present = groups.get(key)?.plans ?? [];
    groups.set(key, { root, where, change: plan.change, plans: [...present, plan] });
  }
  return new Map([...types].map(([type, groups]) => [type, [...groups.values()]]));
}

function withState(plan: StreamPlan, readers: readonly WindowsReader[]): StreamPlan {
  const member = readers
    .flatMap(({ members }) => members)
    .find(({ writer }) => writer.stream.name === plan.stream.name);
  return plan.kind === 'windows' && member !== undefined ? { ...plan, state: member.state } : plan;
}

async function takeAll(
  type: string,
  readers: readonly WindowsReader[],
  told: ToldIds,
  input: SyncInput,
  outlet: Outlet,
): Promise<void> {
  const counts = { told: 0, unreadable: 0 };
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const claimed = await claimPage(type, told, outlet);
    if (claimed.length === 0) break;
    if (counts.told === 0) await begin(readers, outlet);
    try {
      const unreadable = await readPage(readers, claimed, outlet);
      await outlet.written();
      // From here on it does not matter when this process ends.
      await told.done(claimed.filter((id) => !unreadable.has(id)));
      for (const [id, reason] of unreadable) await told.fail([id], reason);
      counts.told += claimed.length;
      counts.unreadable += unreadable.size;
    } catch (error) {
      await told.giveBack(claimed).catch(() => undefined);
      throw error;
    }
    input.signal.throwIfAborted();
  }
  if (counts.told === 0) return;
  const records = readers
    .flatMap(({ members }) => members)
    .reduce((sum, { writer }) => sum + writer.tally.records, 0);
  const failed = counts.unreadable === 0 ? '' : ` ${counts.unreadable} of them cannot be read now.`;
  outlet.log(
    'info',
    `Webhooks told of ${counts.told} ${readers[0]?.group.root.label ?? type}, which gave ${records} records.${failed}`,
  );
}

/** A read does without what waits rather than not run at all: its windows find the same. */
async function claimPage(type: string, told: ToldIds, outlet: Outlet): Promise<readonly ToldId[]> {
  return told.claim(type, PAGE_SIZE).catch((error: unknown) => {
    const what = error instanceof ConnectorError ? error.message : 'The webhook inbox cannot be asked.';
    outlet.log('warn', `${what} The read goes on without it.`);
    return [];
  });
}

async function begin(readers: readonly WindowsReader[], outlet: Outlet): Promise<void> {
  const names = readers.flatMap(({ group }) => group.plans.map(({ stream }) => stream.name));
  const fresh = names.filter((name) => !outlet.started.has(name));
  for (const name of fresh) outlet.started.add(name);
  await outlet.push(fresh.map((stream): Message => ({ type: 'status', stream, status: 'started' })));
}

/** Returns those that cannot be read, with the reason. */
async function readPage(
  readers: readonly WindowsReader[],
  claimed: readonly ToldId[],
  outlet: Outlet,
): Promise<ReadonlyMap<ToldId, string>> {
  const found = new Set<unknown>();
  const unreadable = new Map<ToldId, string>();
  for (const reader of readers) {
    await readTold(reader, claimed, { found, unreadable });
    await outlet.push(reader.members.flatMap((member) => member.checkpoint()));
  }
  // A filter may leave an object out; without one, an object that does not come is not there.
  const isWhole = readers.some(({ group }) => group.where === undefined);
  const label = readers[0]?.group.root.label ?? 'objects';
  for (const told of claimed) {
    if (isWhole && !found.has(told.id) && !unreadable.has(told)) {
      unreadable.set(told, `The shop shows none of its ${label} under ${told.id}.`);
    }
  }
  return unreadable;
}

async function readTold(
  reader: WindowsReader,
  claimed: readonly ToldId[],
  outcome: { readonly found: Set<unknown>; readonly unreadable: Map<ToldId, string> },
): Promise<void> {
  const { field } = reader.group.root.pageKey;
  try {
    const { objects } = await askForIds(
      reader,
      claimed.map(({ id }) => id),
      field,
    );
    for (const object of objects) {
      outcome.found.add(object[field]);
      for (const member of reader.members) member.takeTold(object);
    }
  } catch (error) {
    if (!(error instanceof ConnectorError) || !separableKinds.has(error.kind)) throw error;
    const [only, ...others] = claimed;
    if (only === undefined) return;
    if (others.length === 0) outcome.unreadable.set(only, error.message);
    else for (const told of claimed) await readTold(reader, [told], outcome);
  }
}
