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

/** A moment as Centra writes it (`+01:00` or `+0100`), or undefined when it is none. */
export function parseCentraTime(value: unknown): UtcSecond | undefined {
  if (typeof value !== 'string') return undefined;
  const timeMs = Date.parse(value.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
  return Number.isNaN(timeMs) ? undefined : toUtcSecond(timeMs);
}
