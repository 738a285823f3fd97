import type { WebhookEvent } from './events.ts';
import type { WebhookFaultKind } from './faults.ts';

/** One try to make a call. */
export interface WebhookAttempt {
  /** ISO text, in real time. */
  readonly at: string;
  /** The status of the answer; null when none came. */
  readonly status: number | null;
  /** Why none came: `timeout`, or the code of the connection's error, such as ECONNREFUSED. */
  readonly problem: string | null;
  /** How long the answer took. */
  readonly ms: number;
}

export interface WebhookCall {
  /** 1, 2, 3, …: in the order in which the calls were made up. */
  readonly id: number;
  /** For the second delivery of a `doubled` call: the first one's id. */
  readonly copyOf: number | null;
  readonly events: readonly WebhookEvent[];
  readonly fault: WebhookFaultKind | null;
  /**
   * `waiting`: held by a fault, queued, under way, or before a retry. `delivered`: answered with 2xx. `dropped`: given
   * up for good. `lost`: never made, by the fault of that name.
   */
  outcome: 'waiting' | 'delivered' | 'dropped' | 'lost';
  readonly attempts: WebhookAttempt[];
}

/** What became of all calls since the sandbox began, or since the log was cleared. */
export interface WebhookCounts {
  /** Events that a trigger let through. */
  events: number;
  calls: number;
  attempts: number;
  /** Attempts after the first of a call. */
  retried: number;
  delivered: number;
  dropped: number;
  lost: number;
}

const most = 20_000;

/** The calls that the sandbox has made up, up to a number that bounds its memory; the counts are of all. */
export class WebhookLog {
  counts: WebhookCounts = noCounts();
  readonly #calls: WebhookCall[] = [];
  #lastId = 0;

  open(
    events: readonly WebhookEvent[],
    { fault = null, copyOf = null }: { fault?: WebhookFaultKind | null; copyOf?: number | null } = {},
  ): WebhookCall {
    this.#lastId += 1;
    this.counts.calls += 1;
    const call: WebhookCall = { id: this.#lastId, copyOf, events, fault, outcome: 'waiting', attempts: [] };
    this.#calls.push(call);
    if (this.#calls.length > most) this.#calls.splice(0, most / 2);
    return call;
  }

  attempted(call: WebhookCall, attempt: WebhookAttempt): void {
    this.counts.attempts += 1;
    if (call.attempts.length > 0) this.counts.retried += 1;
    call.attempts.push(attempt);
  }

  end(call: WebhookCall, outcome: 'delivered' | 'dropped' | 'lost'): void {
    if (call.outcome !== 'waiting') return;
    call.outcome = outcome;
    this.counts[outcome] += 1;
  }

  /** The calls after the one with this id, the oldest first. */
  since(id: number): readonly WebhookCall[] {
    return id === 0 ? this.#calls : this.#calls.filter((call) => call.id > id);
  }

  clear(): void {
    this.#calls.length = 0;
    this.counts = noCounts();
  }
}

function noCounts(): WebhookCounts {
  return { events: 0, calls: 0, attempts: 0, retried: 0, delivered: 0, dropped: 0, lost: 0 };
}
