import { duration } from '../console/durations.ts';

/** Clocks of two machines are hardly ever this far apart unless one is wrong. */
const APART_MS = 10_000;
const DAY_SECONDS = 86_400;

/** Undefined where the shop's clock and this machine's are about the same. */
export function clockWarning(differenceMs: number | undefined): string | undefined {
  if (differenceMs === undefined || Math.abs(differenceMs) < APART_MS) return undefined;
  const seconds = Math.abs(differenceMs) / 1000;
  const length = seconds < 2 * DAY_SECONDS ? duration(seconds) : 'days';
  return `The shop's clock is ${length} ${differenceMs > 0 ? 'ahead of' : 'behind'} this machine's. Rows are read up to the earlier of the two; set the one that is wrong.`;
}
