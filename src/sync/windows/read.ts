import type { Message } from '../../protocol/message.ts';
import { PAGE_SIZE, withOffset } from '../../shop/pages/pager.ts';
import { pagesAfter } from '../../shop/pages/pages.ts';
import type { ReadContext } from '../context.ts';
import type { FetchGroup, WindowsPlan } from '../plan.ts';
import { runPool } from '../pool.ts';
import type { Window } from '../state.generated.ts';
import { askForIds, openReader, readByKeys, rootPager, type WindowsReader } from './group.ts';
import { isReconcileDue, reconcile } from './reconcile.ts';
import { splitWindow } from './split.ts';

/** Reads what a group of streams is owed: the open rows by id, each window by its pages, and, when it is due, what left no date. */
export async function readWindows(group: FetchGroup<WindowsPlan>, context: ReadContext): Promise<void> {
  const reader = openReader(group, context);
  const { members } = reader;
  await context.push(generations(reader, false));
  await readOpen(reader);
  const windows = await windowsToRead(reader);
  const looksAhead = windows.length === 1;
  await runPool(
    windows.map((window) => () => readWindow(reader, window, looksAhead)),
    context.maxConcurrency,
  );
  await applyEvents(reader);
  if (isReconcileDue(reader)) await reconcile(reader);
  // Every stream ends with a state, also when it was owed nothing.
  if (windows.length === 0) await context.push(members.flatMap((member) => member.checkpoint()));
  await context.push(generations(reader, true));
  if (context.hasWebhooks) tellHealed(reader);
}

/** Webhooks get lost: what they did not tell of, or not yet, is found by its time. */
function tellHealed({ group, members, context }: WindowsReader): void {
  const { webhookType, label } = group.root;
  if (webhookType === undefined || group.plans.some(({ readBefore }) => readBefore === undefined)) return;
  const healed = Math.max(0, ...members.map(({ untold }) => untold));
  if (healed === 0 && context.saysOnlyNews) return;
  context.log('info', `${healed} changed ${label} came without a webhook, or before it.`);
}

/** Only a full refresh brings the whole of its streams. */
function generations({ group }: WindowsReader, isWhole: boolean): readonly Message[] {
  return group.plans.flatMap(({ stream, state }): readonly Message[] =>
    state.began_at === undefined
      ? []
      : [{ type: 'generation', stream: stream.name, generation: Date.parse(state.began_at), isWhole }],
  );
}

/** The windows that are owed; a long one that was not begun is cut into parts. */
async function windowsToRead({ group, root, members, context }: WindowsReader): Promise<readonly Window[]> {
  const { client, signal } = context;
  for (const window of members[0]?.owed ?? []) {
    if (window.after !== undefined || !isLong(window)) continue;
    const options = { client, root, where: group.where, filter: group.change.filter, signal };
    const parts = await splitWindow(window, options);
    if (parts.length > 1) for (const member of members) member.split(window, parts);
  }
  return members[0]?.owed ?? [];
}

const DAY_MS = 86_400_000;

function isLong({ from, to }: Window): boolean {
  return from === undefined || Date.parse(to) - Date.parse(from) > DAY_MS;
}

async function readWindow(reader: WindowsReader, window: Window, looksAhead: boolean): Promise<void> {
  const { members, context, group } = reader;
  const { signal } = context;
  const { change } = group;
  const range = { ...(window.from && { from: withOffset(window.from) }), to: withOffset(window.to) };
  const pager = rootPager(reader, { [change.filter]: range }, reader.selection);
  for await (const page of pagesAfter(pager, { after: window.after, signal, looksAhead })) {
    if (page.totalRows !== undefined) context.estimate(group.plans, page.totalRows);
    const objects = await reader.complete(page.objects, signal);
    for (const object of objects) for (const member of members) member.take(object, window);
    await context.push(members.flatMap((member) => member.checkpointIn(window, page.next)));
  }
}

/** Rows whose changes have no date are asked for by id until they are final. */
async function readOpen(reader: WindowsReader): Promise<void> {
  const { members, context, group } = reader;
  const keys = [...new Set(members.flatMap((member) => member.openKeys))].sort((a, b) => a - b);
  const gone = await readByKeys(reader, keys);
  if (gone === 0) return;
  const told = members.some((member) => member.tellsDeletions)
    ? 'their rows are marked as deleted'
    : 'their rows stay as they were last written';
  context.log('warn', `${gone} ${group.root.label} that were open are gone from the shop; ${told}.`);
}

/** Takes in what the events system told: after the windows, so that it has the last word on what they gave. */
async function applyEvents(reader: WindowsReader): Promise<void> {
  const { group, members, context } = reader;
  const { eventObject, label } = group.root;
  const events = eventObject === undefined ? undefined : context.events.get(eventObject);
  if (events === undefined || group.plans.some(({ wanted }) => wanted.mode === 'full_refresh')) return;
  for (let start = 0; start < events.changed.length; start += PAGE_SIZE) {
    await readByReferences(reader, events.changed.slice(start, start + PAGE_SIZE));
  }
  for (const reference of events.deleted) {
    for (const member of members) member.dropReference(reference, context.serverNow);
  }
  for (const member of members) member.handled(events.eventIds);
  await context.push(members.flatMap((member) => member.checkpoint()));
  if (events.changed.length + events.deleted.length === 0) return;
  context.log(
    'info',
    `The events system told of ${events.changed.length} changed and ${events.deleted.length} deleted ${label}.`,
  );
}

async function readByReferences(reader: WindowsReader, references: readonly string[]): Promise<void> {
  const { members, context, group } = reader;
  const areNumbers = group.root.pageKey.field === group.root.id;
  const { objects } = await askForIds(reader, areNumbers ? references.map(Number) : references);
  for (const object of objects) for (const member of members) member.takeAgain(object, true);
  await context.push(members.flatMap((member) => member.checkpoint()));
}
