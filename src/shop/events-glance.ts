import type { CentraClient } from '../centra/client.ts';
import { isObject } from '../json.ts';
import * as documents from './documents.ts';

/** The kinds of objects whose events are queued for the token's integration. */
export async function listenedTo(client: CentraClient, signal: AbortSignal): Promise<readonly string[]> {
  const { data } = await client.ask({ what, ...documents.listenedTo, variables: {} }, signal);
  const listeners = Array.isArray(data.eventListeners) ? data.eventListeners.filter(isObject) : [];
  return listeners.map(({ objectType }) => String(objectType));
}

/** An event that waits, without what it is about. */
export interface WaitingEvent {
  readonly objectType: string;
  readonly changeType: string;
  /** How the reference came: as a number, or as text. */
  readonly referenceForm: string;
  /** Undefined where it is no number. */
  readonly reference: number | undefined;
}

/** The oldest event that waits; undefined: none does. Nothing is confirmed, so that it waits on. */
export async function oldestWaitingEvent(
  client: CentraClient,
  signal: AbortSignal,
): Promise<WaitingEvent | undefined> {
  const { data } = await client.ask({ what, ...documents.oldestEvent, variables: {} }, signal);
  const [event] = Array.isArray(data.events) ? data.events.filter(isObject) : [];
  if (event === undefined) return undefined;
  const number = Number(event.objectReference);
  return {
    objectType: String(event.objectType),
    changeType: String(event.changeType),
    referenceForm: typeof event.objectReference,
    reference: Number.isSafeInteger(number) ? number : undefined,
  };
}

const what = 'the events system';
