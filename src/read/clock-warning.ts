import { duration } from '../console/durations.ts';

/** Clocks of two machines are hardly ever this far apart unless one is wrong. */
const APART_MS = 10_000;
const DAYS_MS = 2 * 86_400_000;

/** Undefined where the shop's clock and this machine's are about the same. */
export function clockWarning(differenceMs: number | undefined, endpoint: string): string | undefined {
  const apartMs = Math.abs(differenceMs ?? 0);
  if (differenceMs === undefined || apartMs < APART_MS || isOnThisMachine(endpoint)) return undefined;
  const length = apartMs > DAYS_MS ? 'days' : duration(apartMs / 1000);
  return `The shop's clock is ${length} ${differenceMs > 0 ? 'ahead of' : 'behind'} this machine's. Rows are read up to the earlier of the two; set the one that is wrong.`;
}

/** A shop on this machine has its clock: where the two differ, it is a sandbox that was told to live at another time. */
export function isOnThisMachine(endpoint: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(new URL(endpoint).hostname);
}
