import { parseDuration } from '../given-time.ts';
import { badArguments } from './bad-arguments.ts';

/** The length of time that an option says, such as `90s`, in milliseconds. */
export function durationMs(option: string, text: string): number {
  const given = parseDuration(text);
  if ('value' in given) return given.value;
  throw badArguments('source-centra', `--${option} ${given.fault}: ${text}`, given.hint);
}

/** The same, or `never`. */
export function durationMsOrNever(option: string, text: string): number {
  return text.trim() === 'never' ? Number.POSITIVE_INFINITY : durationMs(option, text);
}
