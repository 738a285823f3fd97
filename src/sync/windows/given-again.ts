import { addSeconds, type UtcSecond } from '../../time.ts';
import type { Window, WindowsState } from '../state.generated.ts';
import { overlaps } from '../window-bounds.ts';

type Owed = Pick<WindowsState, 'through' | 'owed'>;

/** Rows become visible, or change, so long after the time that they carry: a later read looks back so far. */
type LookbackSeconds = number;

/**
 * Whether the version that an object has now was written, as far as its time tells: by a window that was read to its end,
 * or beyond this object. What became visible late is told by the edges.
 */
export function isDelivered(
  { through, owed }: Owed,
  time: UtcSecond | undefined,
  key: number,
  lookbackSeconds: LookbackSeconds,
): boolean {
  if (time === undefined || through === undefined || time > addSeconds(through, -lookbackSeconds))
    return false;
  const settledBy = (to: UtcSecond) => time <= addSeconds(to, -lookbackSeconds);
  return owed.every(
    ({ from = '', to, last_key: lastKey = -1 }) =>
      time < from || time > to || (key <= lastKey && settledBy(to)),
  );
}

/**
 * The windows that give an object of this one again: the one of the next run, and any other that is owed and begins before
 * this one's end.
 */
export function edgesOf(
  { through, owed }: Owed,
  window: Window,
  timeOf: () => UtcSecond | undefined,
  lookbackSeconds: LookbackSeconds,
): readonly Window[] {
  const isLast = window.to === through;
  const others = owed.filter((other) => overlaps(other, window));
  if (!isLast && others.length === 0) return others;
  const time = timeOf();
  if (time === undefined) return [];
  const again = others.filter((other) => time >= (other.from ?? '') && time <= other.to);
  return isLast && time >= addSeconds(window.to, -lookbackSeconds) ? [...again, window] : again;
}
