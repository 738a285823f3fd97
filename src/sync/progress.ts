import type { Message } from '../protocol/message.ts';

/** So often is said how far a long read is. */
const SAY_EVERY_MS = 30_000;

/**
 * Watches what a run hands on and says now and then how far it is. The rate is that of the whole run, waits for the limits
 * included, and so is the time that is left.
 */
export class Progress {
  readonly #clock: () => number;
  readonly #startedMs: number;
  readonly #streams = new Map<string, { records: number; expected: number | undefined }>();
  #saidMs: number;

  constructor(clock: () => number) {
    this.#clock = clock;
    this.#startedMs = clock();
    this.#saidMs = this.#startedMs;
  }

  /** One sentence a stream under way, when it is time for it. */
  follow(messages: readonly Message[]): readonly string[] {
    for (const message of messages) this.#take(message);
    const nowMs = this.#clock();
    if (nowMs - this.#saidMs < SAY_EVERY_MS) return [];
    this.#saidMs = nowMs;
    const seconds = (nowMs - this.#startedMs) / 1000;
    return [...this.#streams].map(([stream, { records, expected }]) =>
      describe(stream, records, expected, seconds),
    );
  }

  #take(message: Message): void {
    if (message.type === 'status' && message.status === 'started') {
      this.#streams.set(message.stream, { records: 0, expected: undefined });
    }
    if (message.type === 'status' && (message.status === 'complete' || message.status === 'incomplete')) {
      this.#streams.delete(message.stream);
    }
    const stream = 'stream' in message ? this.#streams.get(message.stream ?? '') : undefined;
    if (stream === undefined) return;
    if (message.type === 'records') stream.records += message.records.length;
    if (message.type === 'estimate') stream.expected = message.rows;
  }
}

function describe(stream: string, records: number, expected: number | undefined, seconds: number): string {
  const rate = records / seconds;
  const of = expected === undefined ? '' : ` of about ${Math.max(expected, records)}`;
  const isOpenEnded = expected === undefined || expected <= records || rate === 0;
  const left = isOpenEnded ? '' : `, about ${Math.ceil((expected - records) / rate)} s left`;
  return `${stream}: ${records}${of} records, ${rate.toFixed(rate < 10 ? 1 : 0)} a second${left}.`;
}
