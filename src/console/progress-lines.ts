import type { LimitUse } from '../centra/budget.ts';
import { duration, windowInWords } from './durations.ts';
import type { StreamEnd, StreamProgress } from './stream-progress.ts';
import { count, shown } from './text-table.ts';

const NAME_WIDTH = 18;
export const BAR_WIDTH = 20;
/** Below this a line has no room for a bar. */
const NARROW = 80;

/** One stream under way, in at most `width` columns. `bar` draws a part from 0 to 1. */
export function streamLine(
  { name, rows, expected, rate, secondsLeft, waitsUntilMs }: StreamProgress,
  bar: (part: number) => string,
  width: number,
): string {
  const part = expected === undefined ? undefined : expected === 0 ? 1 : rows / expected;
  const drawn =
    part === undefined
      ? ' '.repeat(BAR_WIDTH + 5)
      : `${bar(part)} ${`${Math.floor(part * 100)}%`.padStart(4)}`;
  const columns = [
    name.padEnd(NAME_WIDTH),
    ...(width < NARROW ? [] : [drawn]),
    expected === undefined ? count(rows, 'row') : `${shown(rows)} of ${shown(expected)} rows`,
    ...(rate === undefined ? [] : [`${shownRate(rate)}/s`]),
    ...(secondsLeft === undefined ? [] : [`${duration(secondsLeft)} left`]),
    ...(waitsUntilMs === undefined ? [] : [`waits for the limits until ${clockTime(waitsUntilMs)}`]),
  ];
  return cut(columns.join('  '), width);
}

/** What stays when a stream has ended. */
export function endLine({ name, rows, seconds, isComplete }: StreamEnd): string {
  const rate = seconds < 1 ? '' : `, ${shownRate(rows / seconds)}/s`;
  const ended = isComplete ? '' : ', not read to its end';
  return `${name.padEnd(NAME_WIDTH)}  ${count(rows, 'row')} in ${duration(seconds)}${rate}${ended}`;
}

/** Of each window the limit that is closest to its end. */
export function limitsLine(limits: readonly LimitUse[], width: number): string {
  const windows = [...new Set(limits.map(({ windowMs }) => windowMs))].sort((a, b) => a - b);
  const parts = windows.map((windowMs) => {
    const used = Math.max(
      ...limits.filter((limit) => limit.windowMs === windowMs).map((limit) => limit.used),
    );
    return `${Math.round(used * 100)}% in ${windowInWords(windowMs / 1000)}`;
  });
  const share = limits[0]?.share;
  const text =
    share === undefined ? 'not known' : `by all: ${parts.join(', ')}; our share ${Math.round(share * 100)}%`;
  return cut(`${'API limits used'.padEnd(NAME_WIDTH)}  ${text}`, width);
}

function shownRate(rate: number): string {
  return shown(rate < 10 ? Math.round(rate * 10) / 10 : Math.round(rate));
}

function clockTime(timeMs: number): string {
  return new Date(timeMs).toTimeString().slice(0, 8);
}

/** A full line would wrap in some terminals. */
function cut(text: string, width: number): string {
  return text.length < width ? text : text.slice(0, Math.max(0, width - 1));
}
