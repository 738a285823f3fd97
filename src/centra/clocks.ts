/** When an answer came and what its `Date` header said. */
export interface ClockReading {
  /** The server's clock: whole seconds, as a header has them. */
  readonly serverTimeMs: number;
  /** This machine's clock when the answer came. */
  readonly receivedAtMs: number;
  /** How long the request took, by a clock that nobody sets. */
  readonly durationMs: number;
}

/**
 * How far the server's clock is ahead of ours; negative: behind. The server wrote its time at some moment between the
 * request and its answer, and cut it to a second: where that leaves both clocks right, the difference is 0.
 */
export function clockDifferenceMs({ serverTimeMs, receivedAtMs, durationMs }: ClockReading): number {
  if (serverTimeMs > receivedAtMs) return serverTimeMs - receivedAtMs;
  return Math.min(0, serverTimeMs + 999 - (receivedAtMs - Math.max(0, durationMs)));
}

/**
 * A moment by which what the shop holds is certainly in its answers: the earlier of the server's clock and ours. A clock
 * that is ahead of the truth would make a read skip what is written until the truth has caught up.
 */
export function earlierClockMs(serverTimeMs: number | undefined, ownTimeMs: number): number {
  return Math.min(serverTimeMs ?? ownTimeMs, ownTimeMs);
}
