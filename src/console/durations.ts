import { shown } from './text-table.ts';

export function windowInWords(seconds: number): string {
  if (seconds === 3600) return 'an hour';
  return `${shown(seconds)} seconds`;
}

/** For people: two units at most. */
export function duration(seconds: number): string {
  if (seconds < 1) return 'less than 1 s';
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(whole / 60);
  return `${shown(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}
