import type { WebhookEvent } from '../inbox/inbox.ts';
import { isObject } from '../json.ts';

/** The events in one call's body. */
export interface Payload {
  readonly events: readonly WebhookEvent[];
  /** How many events named no type or no object that could be stored. The others of their call are kept. */
  readonly unreadable: number;
}

/** What is wrong with a body whose signature is right. */
export type PayloadFault = 'no_payload' | 'not_json' | 'no_events';

/**
 * PostgreSQL cannot store every text that JSON can write, and a type, an action and an id are short words. None is an e-mail
 * address: the inbox holds nobody's data.
 */
const word = /^[\x21-\x3f\x41-\x7e]{1,100}$/;
const date = /^[\d:.TZ+ -]{0,40}$/;

/** Reads `payload=<url-encoded JSON>`. Types that are not known are events like the others. */
export function parsePayload(body: Uint8Array): Payload | PayloadFault {
  const text = new URLSearchParams(Buffer.from(body).toString('utf8')).get('payload');
  if (text === null) return 'no_payload';
  let payload: unknown;
  try {
    payload = JSON.parse(text);
  } catch {
    return 'not_json';
  }
  if (!isObject(payload) || !Array.isArray(payload.events)) return 'no_events';
  const read = payload.events.map(eventOf);
  const events = read.filter((event) => event !== undefined);
  return { events, unreadable: read.length - events.length };
}

function eventOf(value: unknown): WebhookEvent | undefined {
  if (!isObject(value)) return undefined;
  const id = wordOf(value.id);
  const type = wordOf(value.type);
  if (id === undefined || type === undefined) return undefined;
  const happened = typeof value.date === 'string' && date.test(value.date) ? value.date : '';
  return { type, action: wordOf(value.action) ?? '', date: happened, id };
}

function wordOf(value: unknown): string | undefined {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  return typeof text === 'string' && word.test(text) ? text : undefined;
}
