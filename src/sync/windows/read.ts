import type { Message } from '../../protocol/message.ts';
import type { Run } from '../one-run.ts';
import type { FetchGroup, WindowsPlan } from '../plan.ts';
import { runPool } from '../pool.ts';
import type { Window } from '../state.generated.ts';
import type { StreamWriter } from '../stream-writer.ts';
import { applyEvents } from './apply-events.ts';
import { openReader, readByKeys, type WindowsReader } from './group.ts';
import { settleMissing } from './missing-rows.ts';
import { markGreatest, readNewest } from './newest.ts';
import { type Estimate, readWindow } from './read-window.ts';
import { forgetOld, isReconcileDue, reconcile } from './reconcile.ts';
import { retrySetAside } from './set-aside.ts';
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
  await markGreatest(reader);
  await retrySetAside(reader);
  const missing = await readOpen(reader);
  const windows = await windowsToRead(reader);
  const looksAhead = windows.length === 1;
  const estimate = estimateOf(reader);
  await runPool(
    windows.map((window) => () => readWindow(reader, window, looksAhead, estimate)),
    run.input.maxConcurrency,
  );
  await readNewest(reader);
  await applyEvents(reader);
  // Judged together: few of one kind may be missing because many of another are.
  const gone = isReconcileDue(reader)
    ? await reconcile(reader, missing)
    : await settleMissing(reader, missing);
  if (gone > 0 && missing.length > 0) tellGone(reader, missing.length);
  if (run.input.reconcileEveryHours === 0) forgetOld(reader);
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

/** Rows whose changes have no date are asked for by id until they are final. Returns those that the shop does not give any more. */
async function readOpen(reader: WindowsReader): Promise<readonly number[]> {
  const { members } = reader;
  const open = new Set(members.flatMap((member) => member.openKeys));
  const dropped = members.flatMap((member) => member.droppedKeys);
  const missing = await readByKeys(
    reader,
    [...new Set([...open, ...dropped])].sort((a, b) => a - b),
  );
  for (const member of members) member.openWereRead();
  return missing.filter((key) => open.has(key));
}

function tellGone({ members, run, group }: WindowsReader, gone: number): void {
  const told = members.some((member) => member.tellsDeletions)
    ? 'their rows are marked as deleted'
    : 'their rows stay as they were last written';
  run.outlet.log('warn', `${gone} ${group.root.label} that were open are gone from the shop; ${told}.`);
}
