import type { CentraClient } from '../centra/client.ts';
import { ConnectorError } from '../errors.ts';
import { isObject } from '../json.ts';
import * as documents from './documents.ts';
import { PAGE_SIZE } from './objects.ts';

/** What the events system says of one kind of object since its events were last confirmed. */
export interface ObjectEvents {
  /** Ids of the events that are taken in by this, and of those that earlier runs took in and nobody has confirmed yet. */
  readonly eventIds: readonly number[];
  /** Ids of the objects that changed or came. */
  readonly changed: readonly string[];
  /** Ids of the objects that are gone. */
  readonly deleted: readonly string[];
}

/** By the name of the kind of object: `Order`. */
export type EventsByObject = ReadonlyMap<string, ObjectEvents>;

/** So many events are handled by one run; the rest waits for the next. */
const MOST_PAGES = 50;

export interface WaitingQuestion {
  readonly client: CentraClient;
  readonly objectTypes: readonly string[];
  /** Events that an earlier run handled: they wait to be confirmed, and are not told again. */
  readonly handled: ReadonlySet<number>;
  readonly signal: AbortSignal;
}

/**
 * The events that wait in the queue of the token's integration name. They stay there: they are confirmed by a later run, when
 * a state has come back that knows them, which proves that their records were taken in.
 */
export async function waitingEvents({
  client,
  objectTypes,
  handled,
  signal,
}: WaitingQuestion): Promise<EventsByObject> {
  await listenTo(client, objectTypes, signal);
  const events: ShopEvent[] = [];
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const { data } = await client
      .ask({ what, ...documents.waitingEvents(objectTypes), variables: { page } }, signal)
      .catch((error: unknown) => {
        throw withoutEvents(error);
      });
    const batch = Array.isArray(data.events) ? data.events.flatMap(parseEvent) : [];
    events.push(...batch);
    if (batch.length < PAGE_SIZE) break;
  }
  return new Map(objectTypes.map((objectType) => [objectType, foldEvents(events, objectType, handled)]));
}

/** Throws what a read would meet: the events system is not enabled, or the token may not use it. */
export async function probeEvents(client: CentraClient, signal: AbortSignal): Promise<void> {
  await client
    .ask({ what, ...documents.waitingEvents(undefined), variables: { page: 1 } }, signal)
    .catch((error: unknown) => {
      throw withoutEvents(error);
    });
}

/** The API refuses the query where the system is not enabled; that is for the configuration to mend. */
function withoutEvents(error: unknown): unknown {
  if (!(error instanceof ConnectorError) || error.kind !== 'schema') return error;
  return new ConnectorError({
    kind: 'config',
    code: 'sync/events_not_enabled',
    message: 'The events system is not enabled for this shop.',
    hint: 'Ask Centra to enable it, or set "events" to false.',
    cause: error,
  });
}

/** Takes events out of the queue for good. */
export async function confirmEvents(
  client: CentraClient,
  ids: readonly number[],
  signal: AbortSignal,
): Promise<void> {
  for (let start = 0; start < ids.length; start += PAGE_SIZE) {
    // An event that is not in the queue any more is a userError here; it was confirmed before, and that is all that is wanted.
    const document = documents.confirmEvents(ids.slice(start, start + PAGE_SIZE));
    await client.ask({ what, ...document, variables: {} }, signal);
  }
}

const what = 'the events system';

interface ShopEvent {
  readonly id: number;
  readonly objectType: string;
  readonly changeType: string;
  readonly objectReference: string;
}

async function listenTo(
  client: CentraClient,
  objectTypes: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const { data } = await client
    .ask({ what, ...documents.eventListeners, variables: {} }, signal)
    .catch((error: unknown) => {
      throw withoutEvents(error);
    });
  const present = Array.isArray(data.eventListeners) ? data.eventListeners.filter(isObject) : [];
  const missing = objectTypes.filter((type) => present.every(({ objectType }) => objectType !== type));
  if (missing.length === 0) return;
  const answer = await client.ask({ what, ...documents.listenTo(missing), variables: {} }, signal);
  const payload = answer.data.setEventListeners;
  const errors = isObject(payload) && Array.isArray(payload.userErrors) ? payload.userErrors : [];
  if (errors.length === 0) return;
  throw new ConnectorError({
    kind: 'config',
    code: 'sync/event_listeners',
    message: `Centra does not let this token listen to the events of ${missing.join(', ')}.`,
    hint: 'Ask Centra to enable the events system for it, or set "events" to false.',
  });
}

function parseEvent(value: unknown): readonly ShopEvent[] {
  if (!isObject(value)) return [];
  const { id, objectType, changeType, objectReference } = value;
  if (typeof id !== 'number' || typeof objectType !== 'string' || typeof changeType !== 'string') return [];
  return typeof objectReference === 'string' ? [{ id, objectType, changeType, objectReference }] : [];
}

/** The last word on each object counts: one that was deleted and made again under the same id is a changed one. */
function foldEvents(
  events: readonly ShopEvent[],
  objectType: string,
  handled: ReadonlySet<number>,
): ObjectEvents {
  const own = events.filter((event) => event.objectType === objectType);
  const fresh = own.filter(({ id }) => !handled.has(id));
  const last = new Map(fresh.map(({ objectReference, changeType }) => [objectReference, changeType]));
  const isDeleted = ([, changeType]: readonly [string, string]) => changeType === 'DELETED';
  const entries = [...last];
  return {
    eventIds: own.map(({ id }) => id),
    changed: entries.filter((entry) => !isDeleted(entry)).map(([reference]) => reference),
    deleted: entries.filter(isDeleted).map(([reference]) => reference),
  };
}

/** Ids ascending, runs as `7001-7100`. */
export function encodeIds(ids: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const id of [...new Set(ids)].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === id - 1) last[1] = id;
    else runs.push([id, id]);
  }
  return runs.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`)).join(',');
}

/** No shop has more events at once: a longer run is nobody's. */
const MOST_IN_A_RUN = 1_000_000;

export function decodeIds(text: string | undefined): readonly number[] {
  if (text === undefined || text === '') return [];
  return text.split(',').flatMap((run) => {
    const [first = 0, last = first] = run.split('-').map(Number);
    if (!(last >= first && last - first < MOST_IN_A_RUN)) return [];
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
