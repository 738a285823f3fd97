import { addSeconds, type UtcSecond } from '../time.ts';

/** Seconds from one to another, both included; undefined stands for no bound. */
export interface TimeRange {
  readonly from?: UtcSecond | undefined;
  readonly to?: UtcSecond | undefined;
}

/** Before every second, and after. */
const FIRST = '';
const LAST = '~';

export function contains(ranges: readonly TimeRange[], time: UtcSecond): boolean {
  return ranges.some(({ from = FIRST, to = LAST }) => from <= time && time <= to);
}

export function intersect(ranges: readonly TimeRange[], other: TimeRange): readonly TimeRange[] {
  return ranges.flatMap((range): readonly TimeRange[] => {
    const from = later(range.from, other.from);
    const to = earlier(range.to, other.to);
    return (from ?? FIRST) > (to ?? LAST) ? [] : [{ from, to }];
  });
}

/** What is left of ranges without the holes. */
export function subtract(ranges: readonly TimeRange[], holes: readonly TimeRange[]): readonly TimeRange[] {
  return holes.reduce(
    (left, hole) =>
      left.flatMap((range): readonly TimeRange[] => {
        if (intersect([range], hole).length === 0) return [range];
        const before: TimeRange[] =
          hole.from === undefined ? [] : [{ from: range.from, to: addSeconds(hole.from, -1) }];
        const after: TimeRange[] =
          hole.to === undefined ? [] : [{ from: addSeconds(hole.to, 1), to: range.to }];
        return [...before, ...after].filter(({ from = FIRST, to = LAST }) => from <= to);
      }),
    ranges,
  );
}

/** The day of a time, in UTC. */
export function dayOf(time: UtcSecond): string {
  return time.slice(0, 10);
}

export function rangeOfDay(day: string): TimeRange {
  return { from: `${day}T00:00:00Z`, to: `${day}T23:59:59Z` };
}

function later(a: UtcSecond | undefined, b: UtcSecond | undefined): UtcSecond | undefined {
  return (a ?? FIRST) > (b ?? FIRST) ? a : b;
}

function earlier(a: UtcSecond | undefined, b: UtcSecond | undefined): UtcSecond | undefined {
  return (a ?? LAST) < (b ?? LAST) ? a : b;
}
