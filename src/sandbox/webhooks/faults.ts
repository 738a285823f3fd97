import { ControlError, numberIn, objectBody, onlyFields, textIn } from '../control-error.ts';
import type { FaultRule } from '../faults.ts';

type Field = 'minMs' | 'maxMs' | 'parts' | 'seconds';

/** What can go wrong with a call, with the fields that each takes beside those of every fault. */
const fieldsOf = Object.freeze({
  lost: [],
  late: ['minMs', 'maxMs'],
  doubled: ['minMs', 'maxMs'],
  reordered: ['maxMs'],
  split: ['parts'],
  merged: [],
  'wrong-signature': [],
  'old-timestamp': ['seconds'],
} satisfies Record<string, readonly Field[]>);

export type WebhookFaultKind = keyof typeof fieldsOf;

export interface WebhookFault extends FaultRule {
  /**
   * - `lost`: the call is never made.
   * - `late`: it is made after a delay, and calls that come after it may overtake it.
   * - `doubled`: the same bytes and the same signature come a second time.
   * - `reordered`: the next call goes first.
   * - `split`: its events come in several calls.
   * - `merged`: its events wait for the next batch and go with that, up to `maxEvents`.
   * - `wrong-signature`: it is signed with another secret.
   * - `old-timestamp`: it is signed rightly, as of some time ago.
   */
  readonly kind: WebhookFaultKind;
  /** The delay is drawn from this range. `late`: 1000 to 5000 unless given; `doubled`: 0 to 0. */
  readonly minMs?: number;
  /** For `reordered`: how long the next call is waited for, 1000 unless given. */
  readonly maxMs?: number;
  /** For `split`: how many calls its events come in, 2 unless given. */
  readonly parts?: number;
  /** For `old-timestamp`: how long ago, 3600 unless given. */
  readonly seconds?: number;
}

/** The delay of a fault; `fraction` is drawn for it. */
export function faultDelay({ kind, minMs, maxMs }: WebhookFault, fraction: number): number {
  if (kind === 'reordered') return maxMs ?? 1000;
  const [from, to] = kind === 'late' ? [1000, 5000] : [0, 0];
  const least = minMs ?? Math.min(from, maxMs ?? from);
  const most = Math.max(least, maxMs ?? to);
  return least + Math.floor(fraction * (most - least + 1));
}

/** Reads one fault of a control call. */
export function webhookFaultOf(value: unknown): WebhookFault {
  const fault = objectBody(value);
  const kind = Object.keys(fieldsOf).find((known): known is WebhookFaultKind => known === fault.kind);
  if (kind === undefined) {
    const known = Object.keys(fieldsOf).join(', ');
    throw new ControlError(`There is no webhook fault "${String(fault.kind)}"; there are ${known}.`);
  }
  onlyFields(
    fault,
    ['kind', 'rate', 'times', 'after', 'match', ...fieldsOf[kind]],
    `A webhook fault "${kind}"`,
  );
  for (const name of ['rate', 'times', 'after', 'minMs', 'maxMs', 'seconds', 'parts']) {
    if ((numberIn(fault, name) ?? 0) < 0) throw new ControlError(`"${name}" must not be negative.`);
  }
  if (fault.parts !== undefined && !(Number.isInteger(fault.parts) && Number(fault.parts) > 1)) {
    throw new ControlError('"parts" must be an integer above 1.');
  }
  textIn(fault, 'match');
  return { ...fault, kind };
}
