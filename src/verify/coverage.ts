import { decodeSent } from '../sync/memory/fingerprint.ts';
import type { WindowsState } from '../sync/state.generated.ts';
import { addSeconds, type UtcSecond } from '../time.ts';
import { subtract, type TimeRange } from './time-range.ts';

/** What a state promises of a stream: only that is compared. */
export interface Coverage {
  readonly through: UtcSecond;
  /** Times of which every row has been written. */
  readonly covered: readonly TimeRange[];
  /** Times that the next read asks for: what an interrupted one left, and all that came later. */
  readonly owed: readonly TimeRange[];
  /** The ids of rows that may change without a date, and that the next read asks for again. */
  readonly open: ReadonlySet<string>;
}

/** Undefined while nothing has been read to its end. */
export function coverageOf(state: WindowsState, startDate: UtcSecond | undefined): Coverage | undefined {
  const { through, owed } = state;
  if (through === undefined) return undefined;
  const windows = owed.map(({ from, to }): TimeRange => ({ from, to }));
  const covered = subtract([{ from: startDate, to: through }], windows);
  if (covered.length === 0) return undefined;
  return {
    through,
    covered,
    owed: [...windows, { from: addSeconds(through, 1) }],
    open: new Set([...decodeSent(state.open).keys()].map(String)),
  };
}
