import { ConnectorError } from '../errors.ts';

export interface GateOptions {
  /** This machine's clock, for people. */
  readonly clock: () => number;
  /** A clock that nobody sets. */
  readonly elapsedMs: () => number;
  readonly sleep: (delayMs: number, signal: AbortSignal) => Promise<void>;
  /** How long it may stay closed before that is an error; the API is not believed for longer either. */
  readonly longestMs: number;
  /** Requests go on at that time (milliseconds since 1970): told once for each time it closes. */
  readonly waiting: (untilMs: number, what: string) => void;
}

/** Timers cannot wait much longer, and a machine may sleep meanwhile. */
const LONGEST_SLEEP_MS = 60_000;

/** Shared by all requests: one 429 stops them all, since each one sent too early extends the wait. */
export class Gate {
  readonly #options: GateOptions;
  #closedAtMs = 0;
  #closedUntilMs = 0;
  #toldUntilMs = 0;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  close(delayMs: number): void {
    const nowMs = this.#options.elapsedMs();
    if (nowMs + delayMs <= this.#closedUntilMs) return;
    this.#closedAtMs = nowMs;
    this.#closedUntilMs = nowMs + delayMs;
  }

  /** Resolves when requests are let in; rejects at once where that would be too long after `sinceMs`. */
  async pass(what: string, signal: AbortSignal, sinceMs: number = this.#options.elapsedMs()): Promise<void> {
    const { clock, elapsedMs, sleep, longestMs, waiting } = this.#options;
    for (let delayMs = this.#leftMs(); delayMs > 0; delayMs = this.#leftMs()) {
      const untilMs = clock() + delayMs;
      if (elapsedMs() + delayMs - sinceMs > longestMs) throw limitsUsedUp(what, untilMs);
      if (this.#toldUntilMs !== this.#closedUntilMs) waiting(untilMs, what);
      this.#toldUntilMs = this.#closedUntilMs;
      await sleep(Math.min(delayMs, LONGEST_SLEEP_MS), signal);
    }
  }

  #leftMs(): number {
    const nowMs = this.#options.elapsedMs();
    return nowMs - this.#closedAtMs >= this.#options.longestMs ? 0 : this.#closedUntilMs - nowMs;
  }
}

function limitsUsedUp(what: string, untilMs: number): ConnectorError {
  return new ConnectorError({
    kind: 'throttled',
    code: 'centra/limits_used_up',
    message: `Centra's limits are used up until ${new Date(untilMs).toISOString()}, so ${what} cannot be asked for.`,
    hint: 'Try again then, or find out which of your other integrations uses them.',
  });
}
