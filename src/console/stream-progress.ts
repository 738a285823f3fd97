import type { Message } from '../protocol/message.ts';

/** How far one stream is. */
export interface StreamProgress {
  readonly name: string;
  readonly rows: number;
  /** How many rows there will be, about; undefined where nobody knows, or where there are more than were expected. */
  readonly expected: number | undefined;
  /** Rows a second, lately; undefined in the first second. */
  readonly rate: number | undefined;
  /** Undefined where the end is open. */
  readonly secondsLeft: number | undefined;
  /** While the limits of the API keep requests out: until when, in milliseconds since 1970. */
  readonly waitsUntilMs: number | undefined;
}

/** How a stream ended. */
export interface StreamEnd {
  readonly name: string;
  readonly rows: number;
  readonly seconds: number;
  readonly isComplete: boolean;
}

/** A rate is that of the last so many milliseconds: long enough for a heavy page, short enough to show a change. */
const RATE_WINDOW_MS = 20_000;

interface Tracked {
  readonly startedMs: number;
  rows: number;
  expected: number | undefined;
  waitsUntilMs: number | undefined;
  /** The rows at some moments, the oldest first. */
  samples: { readonly atMs: number; readonly rows: number }[];
}

/** Follows the streams of a read by what it says. */
export class ProgressTracker {
  readonly #clock: () => number;
  readonly #streams = new Map<string, Tracked>();

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** Returns how a stream ended, when this message says that it did. */
  take(message: Message): StreamEnd | undefined {
    if (message.type === 'status') return this.#takeStatus(message);
    const tracked = 'stream' in message ? this.#streams.get(message.stream ?? '') : undefined;
    if (tracked === undefined) return undefined;
    if (message.type === 'estimate') tracked.expected = message.rows;
    if (message.type === 'records') {
      tracked.rows += message.records.length;
      tracked.waitsUntilMs = undefined;
      this.#sample(tracked);
    }
    return undefined;
  }

  /** The streams under way, in the order in which they began. */
  current(): readonly StreamProgress[] {
    return [...this.#streams.keys()].flatMap((name) => this.of(name) ?? []);
  }

  of(name: string): StreamProgress | undefined {
    const tracked = this.#streams.get(name);
    if (tracked === undefined) return undefined;
    const nowMs = this.#clock();
    const { rows, expected, waitsUntilMs } = tracked;
    const isOpenEnded = expected === undefined || expected < rows;
    const rate = rateOf(tracked, nowMs);
    return {
      name,
      rows,
      expected: isOpenEnded ? undefined : expected,
      rate,
      secondsLeft: isOpenEnded || rate === undefined || rate === 0 ? undefined : (expected - rows) / rate,
      waitsUntilMs: waitsUntilMs !== undefined && waitsUntilMs > nowMs ? waitsUntilMs : undefined,
    };
  }

  #takeStatus(message: Extract<Message, { type: 'status' }>): StreamEnd | undefined {
    const nowMs = this.#clock();
    const { stream: name, status, rateLimitedUntilMs } = message;
    if (status === 'started') {
      this.#streams.set(name, {
        startedMs: nowMs,
        rows: 0,
        expected: undefined,
        waitsUntilMs: undefined,
        samples: [{ atMs: nowMs, rows: 0 }],
      });
      return undefined;
    }
    const tracked = this.#streams.get(name);
    if (status === 'running') {
      if (tracked !== undefined) tracked.waitsUntilMs = rateLimitedUntilMs;
      return undefined;
    }
    this.#streams.delete(name);
    const seconds = tracked === undefined ? 0 : (nowMs - tracked.startedMs) / 1000;
    return { name, rows: tracked?.rows ?? 0, seconds, isComplete: status === 'complete' };
  }

  #sample(tracked: Tracked): void {
    const nowMs = this.#clock();
    const { rows } = tracked;
    // The last one before the window is kept: from it the window begins.
    const firstInside = tracked.samples.findIndex(({ atMs }) => atMs > nowMs - RATE_WINDOW_MS);
    const from = firstInside === -1 ? tracked.samples.length - 1 : Math.max(0, firstInside - 1);
    tracked.samples = [...tracked.samples.slice(from), { atMs: nowMs, rows }];
  }
}

function rateOf({ samples, rows }: Tracked, nowMs: number): number | undefined {
  const before = samples.findLast(({ atMs }) => atMs <= nowMs - RATE_WINDOW_MS) ?? samples[0];
  if (before === undefined || nowMs - before.atMs < 1000) return undefined;
  return (rows - before.rows) / ((nowMs - before.atMs) / 1000);
}
