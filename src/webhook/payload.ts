import type { Hint } from '../inbox/inbox.ts';
import { isObject } from '../json.ts';

/** The hints in one call's body: what its events name. */
export interface Payload {
  readonly hints: readonly Hint[];
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
  const read = payload.events.map(hintOf);
  const hints = read.filter((hint) => hint !== undefined);
  return { hints, unreadable: read.length - hints.length };
}

function hintOf(value: unknown): Hint | undefined {
  if (!isObject(value)) return undefined;
  const id = wordOf(value.id);
  const type = wordOf(value.type);
  if (id === undefined || type === undefined) return undefined;
  return { type, id, action: wordOf(value.action) ?? '' };
}

function wordOf(value: unknown): string | undefined {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  return typeof text === 'string' && word.test(text) ? text : undefined;
}
