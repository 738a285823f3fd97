import { utcSecond } from './timestamp.ts';

/** UTC with whole seconds, as states and rows carry it: such texts compare as the moments do. */
export type UtcSecond = string;

export function toUtcSecond(timeMs: number): UtcSecond {
  return `${new Date(Math.floor(timeMs / 1000) * 1000).toISOString().slice(0, 19)}Z`;
}

export function addSeconds(time: UtcSecond, seconds: number): UtcSecond {
  return toUtcSecond(Date.parse(time) + seconds * 1000);
}

export function laterOf(a: UtcSecond, b: UtcSecond): UtcSecond {
  return a > b ? a : b;
}

/** A moment as Centra writes it (`+01:00` or `+0100`), or undefined when it is none: without an offset, its zone is not known. */
export function parseCentraTime(value: unknown): UtcSecond | undefined {
  return typeof value === 'string' ? utcSecond(value) : undefined;
}
