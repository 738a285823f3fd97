import {
  type Body,
  ControlError,
  numberIn,
  objectBody,
  onlyFields,
  textIn,
  textsIn,
} from '../control-error.ts';
import { type WebhookType, webhookTypes } from './events.ts';

/** A Centra Webhook plugin, version Integration API, as it is set up in a store. */
export interface WebhookOptions {
  /** Where to call. Centra itself calls ports 80 and 443 only; the sandbox calls any. */
  readonly url: string;
  /** The endpoint secret, which calls are signed with. */
  readonly secret: string;
  /** The event triggers that are on: `['order']` unless given. */
  readonly types?: readonly WebhookType[];
  /** How many events a call has at most; 100 unless given. */
  readonly maxEvents?: number;
  /** How long an answer is waited for; 5000 unless given. */
  readonly timeoutMs?: number;
  /** How often a call that was not answered with 2xx is made again, 0 to 3; 0 unless given. */
  readonly retries?: number;
  /** How long to wait before the first retry, and twice as long before each that follows; 1000 unless given. */
  readonly retryDelayMs?: number;
  /** How long changes are gathered for one call; 100 unless given. */
  readonly batchMs?: number;
  /** How many calls may be under way at once; 1 unless given: Centra makes its next call after the one before. */
  readonly concurrency?: number;
}

export type WebhookSettings = Required<WebhookOptions>;

type NumberName = 'maxEvents' | 'timeoutMs' | 'retries' | 'retryDelayMs' | 'batchMs' | 'concurrency';

const numbers: Readonly<Record<NumberName, { least: number; most: number; usual: number }>> = Object.freeze({
  maxEvents: { least: 1, most: 10_000, usual: 100 },
  timeoutMs: { least: 1, most: 600_000, usual: 5000 },
  retries: { least: 0, most: 3, usual: 0 },
  retryDelayMs: { least: 0, most: 600_000, usual: 1000 },
  batchMs: { least: 0, most: 600_000, usual: 100 },
  concurrency: { least: 1, most: 1000, usual: 1 },
});

/** Checks what was given and completes it; throws a ControlError that says what is wrong. */
export function webhookSettings(given: unknown): WebhookSettings {
  const body = objectBody(given);
  onlyFields(body, ['url', 'secret', 'types', ...Object.keys(numbers)], 'A webhook');
  const url = textIn(body, 'url') ?? '';
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new ControlError('"url" must be an address that begins with http:// or https://.');
  }
  const secret = textIn(body, 'secret') ?? '';
  if (secret === '') throw new ControlError('"secret" must be given, as a text.');
  const number = (name: NumberName) => numberOf(body, name);
  return Object.freeze({
    url,
    secret,
    types: typesIn(body),
    maxEvents: number('maxEvents'),
    timeoutMs: number('timeoutMs'),
    retries: number('retries'),
    retryDelayMs: number('retryDelayMs'),
    batchMs: number('batchMs'),
    concurrency: number('concurrency'),
  });
}

function numberOf(body: Body, name: NumberName): number {
  const { least, most, usual } = numbers[name];
  const value = numberIn(body, name) ?? usual;
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new ControlError(`"${name}" must be an integer from ${least} to ${most}.`);
}

function typesIn(body: Body): readonly WebhookType[] {
  const types = textsIn(body, 'types') ?? ['order'];
  const unknown = types.find((type) => !webhookTypes.some((known) => known === type));
  if (unknown === undefined) return types as readonly WebhookType[];
  throw new ControlError(`There is no event trigger "${unknown}"; there are ${webhookTypes.join(', ')}.`);
}
