import type { Message } from '../../protocol/message.ts';
import type { Run } from '../one-run.ts';
import type { FetchGroup, WindowsPlan } from '../plan.ts';
import { runPool } from '../pool.ts';
import type { Window } from '../state.generated.ts';
import type { StreamWriter } from '../stream-writer.ts';
import { openReader, readByKeys, type WindowsReader } from './group.ts';
import { type Estimate, readWindow } from './read-window.ts';
import { isReconcileDue, reconcile } from './reconcile.ts';
import { retrySetAside, setAside, takeAll } from './set-aside.ts';
import { splitWindow } from './split.ts';

/**
 * Reads what a group of streams is owed: the open rows by id, each window by its pages, and, when it is due, what left no date.
 * Returns the streams' writers.
 */
export async function readWindows(
  group: FetchGroup<WindowsPlan>,
  run: Run,
): Promise<readonly StreamWriter[]> {
  const reader = openReader(group, run);
  const { members } = reader;
  const { push } = run.outlet;
  await push(generations(reader, false));
  await retrySetAside(reader);
  await readOpen(reader);
  const windows = await windowsToRead(reader);
  const looksAhead = windows.length === 1;
  const estimate = estimateOf(reader);
  await runPool(
    windows.map((window) => () => readWindow(reader, window, looksAhead, estimate)),
    run.input.maxConcurrency,
  );
  await applyEvents(reader);
  if (isReconcileDue(reader)) await reconcile(reader);
  // Every stream ends with a state, also when it was owed nothing.
  if (windows.length === 0) await push(members.flatMap((member) => member.checkpoint()));
  await push(generations(reader, true));
  if (run.input.told !== undefined) tellHealed(reader);
  return members.map(({ writer }) => writer);
}

/** Each part of a split window tells its own number; the platform wants the whole. How many elements a nested list has is not known. */
function estimateOf({ group, run }: WindowsReader): Estimate {
  const streams = group.plans.flatMap(({ stream }) => (stream.each.length === 0 ? [stream.name] : []));
  let expected = 0;
  return (rows) => {
    expected += rows;
    void run.outlet.push(streams.map((stream) => ({ type: 'estimate', stream, rows: expected })));
  };
}

/** Webhooks get lost: what they did not tell of, or not yet, is found by its time. */
function tellHealed({ group, members, run }: WindowsReader): void {
  const { webhookType, label } = group.root;
  if (webhookType === undefined || group.plans.some(({ readBefore }) => readBefore === undefined)) return;
  const healed = Math.max(0, ...members.map(({ untold }) => untold));
  if (healed === 0 && run.input.saysOnlyNews) return;
  run.outlet.log('info', `${healed} changed ${label} came without a webhook, or before it.`);
}

/** Only a full refresh brings the whole of its streams. */
function generations({ group, members }: WindowsReader, isRead: boolean): readonly Message[] {
  return group.plans.flatMap(({ stream, state }): readonly Message[] => {
    if (state.began_at === undefined) return [];
    // Without some of its rows a read does not put those of an older one out of date.
    const aside = members.find(({ writer }) => writer.stream === stream)?.writer.aside;
    const isWhole = isRead && aside?.fresh.length === 0;
    return [{ type: 'generation', stream: stream.name, generation: Date.parse(state.began_at), isWhole }];
  });
}

/** The windows that are owed; a long one that was not begun is cut into parts. */
async function windowsToRead({ group, root, members, run }: WindowsReader): Promise<readonly Window[]> {
  for (const window of members[0]?.owed ?? []) {
    if (window.after !== undefined || !isLong(window)) continue;
    const parts = await splitWindow(window, root, group.change.filter, run.input.signal);
    if (parts.length > 1) for (const member of members) member.split(window, parts);
  }
  return members[0]?.owed ?? [];
}

const DAY_MS = 86_400_000;

function isLong({ from, to }: Window): boolean {
  return from === undefined || Date.parse(to) - Date.parse(from) > DAY_MS;
}

/** Rows whose changes have no date are asked for by id until they are final. */
async function readOpen(reader: WindowsReader): Promise<void> {
  const { members, run, group } = reader;
  const keys = [...new Set(members.flatMap((member) => member.openKeys))].sort((a, b) => a - b);
  const gone = await readByKeys(reader, keys);
  if (gone === 0) return;
  const told = members.some((member) => member.tellsDeletions)
    ? 'their rows are marked as deleted'
    : 'their rows stay as they were last written';
  run.outlet.log('warn', `${gone} ${group.root.label} that were open are gone from the shop; ${told}.`);
}

/** Takes in what the events system told: after the windows, so that it has the last word on what they gave. */
async function applyEvents(reader: WindowsReader): Promise<void> {
  const { group, rows, members, run } = reader;
  const { eventObject, label } = group.root;
  const { push, log } = run.outlet;
  const events = eventObject === undefined ? undefined : run.events.get(eventObject);
  if (events === undefined || group.plans.some(({ wanted }) => wanted.mode === 'full_refresh')) return;
  for await (const { objects, refused } of rows.byIds(events.changed, run.input.signal)) {
    setAside(reader, refused);
    takeAll(reader, objects, (member, object) => member.takeAgain(object, true));
    await push(members.flatMap((member) => member.checkpoint()));
  }
  for (const reference of events.deleted) {
    for (const member of members) member.dropReference(reference, run.serverNow);
  }
  for (const member of members) member.handled(events.eventIds);
  await push(members.flatMap((member) => member.checkpoint()));
  if (events.changed.length + events.deleted.length === 0) return;
  log(
    'info',
    `The events system told of ${events.changed.length} changed and ${events.deleted.length} deleted ${label}.`,
  );
}
