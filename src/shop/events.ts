import { type GraphQLField, type GraphQLSchema, getNamedType, isEnumType, isInputObjectType } from 'graphql';
import { fieldOf } from '../catalog/query/selection-walk.ts';
import type { CentraClient } from '../centra/client.ts';
import { ConnectorError } from '../errors.ts';
import { isObject } from '../json.ts';
import * as documents from './documents.ts';
import { PAGE_SIZE } from './objects.ts';

export interface ShopEvent {
  readonly id: number;
  readonly objectType: string;
  readonly changeType: string;
  /** The object's page key: the number of an order, the id of a return. Undefined where it is no whole number. */
  readonly key: number | undefined;
}

/** A part of the events that wait: of one kind of object and some kinds of change, as far as the shop can tell them apart. */
export interface EventQueue {
  readonly objectType: string | undefined;
  readonly changeTypes: readonly string[] | undefined;
}

export interface EventBatch {
  /** The oldest that wait. */
  readonly events: readonly ShopEvent[];
  /** There may be more behind them, which come only once some of these are confirmed. */
  readonly isFull: boolean;
}

/** The events system of one shop, which keeps a queue for the integration name of the token. */
export interface EventsSystem {
  /** Whether it has events of this kind of object. */
  readonly knows: (objectType: string) => boolean;
  /** What is listened to; undefined where the shop does not say it. */
  readonly listeners: (signal: AbortSignal) => Promise<ReadonlyMap<string, readonly string[]> | undefined>;
  /** Sees to it that events of these objects are queued; gives those that were not listened to before. */
  readonly listenTo: (objectTypes: readonly string[], signal: AbortSignal) => Promise<ReadonlySet<string>>;
  readonly queuesOf: (objectTypes: readonly string[]) => readonly EventQueue[];
  /** The events that wait in each of these queues, asked for at once. */
  readonly waiting: (queues: readonly EventQueue[], signal: AbortSignal) => Promise<readonly EventBatch[]>;
  /** Takes events out of the queue for good. */
  readonly confirm: (ids: readonly number[], signal: AbortSignal) => Promise<void>;
}

export const DELETED = 'DELETED';
/** Not the object changed but one that it hangs on: no date of its own need say so. */
export const DEPENDENT = 'DEPENDENT_DATA_CHANGED';

/** Each is asked for by itself, so that what waits to be confirmed in one does not hold up the others. */
const changeTypeGroups: readonly (readonly string[])[] = [
  ['CREATED', 'UPDATED', 'COMPLETED'],
  [DEPENDENT],
  [DELETED],
];

const what = 'the events system';

/** Throws a ConnectorError of kind `schema` where this shop's API has none. Nothing is asked yet. */
export function openEvents(client: CentraClient, schema: GraphQLSchema): EventsSystem {
  const offer = offerOf(schema);
  const changeTypes = changeTypeGroups.flat().filter((type) => offer.changeTypes.has(type));

  async function listeners(signal: AbortSignal) {
    if (!offer.showsListeners) return undefined;
    const document = documents.eventListeners(offer.showsChangeTypes);
    const { data } = await client.ask({ what, ...document, variables: {} }, signal);
    const present = Array.isArray(data.eventListeners) ? data.eventListeners.filter(isObject) : [];
    return new Map(
      present.map(({ objectType, changeTypes: types }) => [
        String(objectType),
        Array.isArray(types) ? types.map(String) : changeTypes,
      ]),
    );
  }

  async function listenTo(objectTypes: readonly string[], signal: AbortSignal) {
    const present = await listeners(signal);
    const isWhole = (type: string) => changeTypes.every((one) => present?.get(type)?.includes(one));
    const missing = objectTypes.filter((type) => !isWhole(type));
    if (missing.length > 0 && offer.canListen) {
      const document = documents.listenTo(missing, offer.listensByChangeType ? changeTypes : undefined);
      const { data } = await client.ask({ what, ...document, variables: {} }, signal);
      throwRefusal(data.setEventListeners, missing);
    }
    return new Set(missing.filter((type) => !present?.has(type)));
  }

  function queuesOf(objectTypes: readonly string[]): readonly EventQueue[] {
    const { filters } = offer;
    const types = filters.has('objectType') ? objectTypes : [undefined];
    const groups = changeTypeGroups
      .map((group) => group.filter((type) => offer.changeTypes.has(type)))
      .filter((group) => group.length > 0);
    const split = filters.has('changeType') ? groups : [undefined];
    return types.flatMap((objectType) => split.map((group) => ({ objectType, changeTypes: group })));
  }

  async function waiting(queues: readonly EventQueue[], signal: AbortSignal) {
    if (queues.length === 0) return [];
    const document = documents.waitingEvents(queues, offer.hasLimit);
    const { data } = await client.ask({ what, ...document, variables: {} }, signal);
    return queues.map((_, at): EventBatch => {
      const answered = data[`q${at}`];
      const found = Array.isArray(answered) ? answered : [];
      return {
        events: found.flatMap(parseEvent),
        isFull: found.length >= (offer.hasLimit ? PAGE_SIZE : 1),
      };
    });
  }

  async function confirm(ids: readonly number[], signal: AbortSignal) {
    for (let start = 0; start < ids.length; start += PAGE_SIZE) {
      // An event that is not in the queue any more is a userError here; it was confirmed before, and that is all that is wanted.
      const document = documents.confirmEvents(ids.slice(start, start + PAGE_SIZE), offer.idsField);
      await client.ask({ what, ...document, variables: {} }, signal);
    }
  }

  const knows = (objectType: string) => offer.objectTypes === undefined || offer.objectTypes.has(objectType);
  return Object.freeze({ knows, listeners, listenTo, queuesOf, waiting, confirm });
}

export interface EventsFinding {
  /** The kinds of objects whose events are queued; undefined where the shop does not say it. */
  readonly objectTypes: readonly string[] | undefined;
}

/** Throws what a read would meet: the token may not use the events system. Whether Centra has switched it on cannot be asked. */
export async function probeEvents(
  client: CentraClient,
  schema: GraphQLSchema,
  signal: AbortSignal,
): Promise<EventsFinding> {
  const system = openEvents(client, schema);
  await system.waiting([{ objectType: undefined, changeTypes: undefined }], signal);
  const listeners = await system.listeners(signal);
  return { objectTypes: listeners && [...listeners.keys()] };
}

/** What the live schema has of the events system. */
interface Offer {
  readonly changeTypes: ReadonlySet<string>;
  /** Undefined: it does not say which. */
  readonly objectTypes: ReadonlySet<string> | undefined;
  /** What the events that wait are filtered by. */
  readonly filters: ReadonlySet<string>;
  readonly hasLimit: boolean;
  readonly showsListeners: boolean;
  readonly showsChangeTypes: boolean;
  readonly canListen: boolean;
  readonly listensByChangeType: boolean;
  /** The field of the confirmation that takes the ids. */
  readonly idsField: string;
}

function offerOf(schema: GraphQLSchema): Offer {
  const query = schema.getQueryType() ?? undefined;
  const mutation = schema.getMutationType() ?? undefined;
  const events = fieldOf(query, 'events');
  const confirm = fieldOf(mutation, 'confirmEvents');
  const event = getNamedType(events?.type);
  const lacking = ['id', 'objectType', 'changeType', 'objectReference'].find((name) => !fieldOf(event, name));
  if (events === undefined) throw noEvents('it has no list "events"');
  if (lacking !== undefined) throw noEvents(`its events have no ${lacking}`);
  if (confirm === undefined) throw noEvents('events cannot be confirmed');
  const listeners = fieldOf(query, 'eventListeners');
  const listen = fieldOf(mutation, 'setEventListeners');
  const ids = [...inputsOf(confirm, 'input')];
  return {
    changeTypes: new Set(valuesOf(getNamedType(fieldOf(event, 'changeType')?.type))),
    objectTypes: setOf(valuesOf(getNamedType(fieldOf(event, 'objectType')?.type))),
    filters: inputsOf(events, 'where'),
    hasLimit: events.args.some(({ name }) => name === 'limit'),
    showsListeners: fieldOf(getNamedType(listeners?.type), 'objectType') !== undefined,
    showsChangeTypes: fieldOf(getNamedType(listeners?.type), 'changeTypes') !== undefined,
    canListen: listen !== undefined,
    listensByChangeType: listen !== undefined && inputsOf(listen, 'input').has('changeTypes'),
    idsField: ids.length === 1 ? String(ids[0]) : 'eventsIds',
  };
}

function inputsOf(field: GraphQLField<unknown, unknown>, argument: string): ReadonlySet<string> {
  const type = getNamedType(field.args.find(({ name }) => name === argument)?.type);
  return new Set(isInputObjectType(type) ? Object.keys(type.getFields()) : []);
}

function valuesOf(type: unknown): readonly string[] {
  return isEnumType(type) ? type.getValues().map(({ name }) => name) : [];
}

function setOf(values: readonly string[]): ReadonlySet<string> | undefined {
  return values.length === 0 ? undefined : new Set(values);
}

function noEvents(reason: string): ConnectorError {
  return new ConnectorError({
    kind: 'schema',
    code: 'sync/no_events',
    message: `This shop's API has no events system that can be read: ${reason}.`,
    hint: 'Set "events" to false.',
  });
}

function throwRefusal(payload: unknown, objectTypes: readonly string[]): void {
  const errors = isObject(payload) && Array.isArray(payload.userErrors) ? payload.userErrors : [];
  if (errors.length === 0) return;
  throw new ConnectorError({
    kind: 'config',
    code: 'sync/event_listeners',
    message: `Centra does not let this token listen to the events of ${objectTypes.join(', ')}.`,
    hint: 'Ask Centra to switch the events system on for it, or set "events" to false.',
  });
}

function parseEvent(value: unknown): readonly ShopEvent[] {
  if (!isObject(value)) return [];
  const { objectType, changeType, objectReference } = value;
  const id = wholeNumber(value.id);
  if (id === undefined || typeof objectType !== 'string' || typeof changeType !== 'string') return [];
  return [{ id, objectType, changeType, key: wholeNumber(objectReference) }];
}

/** Of a type whose values may come as numbers or as text. */
function wholeNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
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
