import { badArguments } from './bad-arguments.ts';

const units: Readonly<Record<string, number>> = Object.freeze({ s: 1_000, m: 60_000, h: 3_600_000 });

/** `90s`, `5m` or `1h` in milliseconds. */
export function durationMs(option: string, text: string): number {
  const [, number, unit = ''] = /^(\d+)([smh])$/.exec(text) ?? [];
  const unitMs = units[unit];
  if (number !== undefined && unitMs !== undefined && Number(number) > 0) return Number(number) * unitMs;
  throw badArguments('source-centra', `--${option} is not a length of time such as 60s, 5m or 1h: ${text}`);
}
