import type { LogMessage } from '../protocol/message.ts';

/** `text` for people, `json` for machines. */
export type LogFormat = 'text' | 'json';

export interface LogEntry extends Pick<LogMessage, 'level' | 'message'> {
  /** Milliseconds since 1970. */
  readonly timeMs: number;
  readonly stream?: string | undefined;
}

const colours: Readonly<Record<LogMessage['level'], number>> = Object.freeze({
  debug: 90,
  info: 36,
  warn: 33,
  error: 31,
});

/**
 * One entry of a log, with its line break: `12:03:04 warn  orders: …` in local time, since a person compares it with a
 * clock on the wall, or one JSON object with the time in UTC.
 */
export function logLineOf(format: LogFormat, entry: LogEntry, isColoured: boolean): string {
  const { timeMs, level, message, stream } = entry;
  if (format === 'json') {
    return `${JSON.stringify({ time: new Date(timeMs).toISOString(), level, ...(stream !== undefined && { stream }), message })}\n`;
  }
  const time = new Date(timeMs).toTimeString().slice(0, 8);
  const word = level.padEnd(5);
  const shown = isColoured ? `\u001b[${colours[level]}m${word}\u001b[0m` : word;
  const about = stream === undefined ? '' : `${stream}: `;
  return `${time} ${shown} ${harmless(`${about}${message}`)}\n`;
}

/** A message holds words of the API: what would move the cursor is taken out, and further lines stand under the first. */
function harmless(text: string): string {
  return text.replaceAll(/(?!\n)\p{Cc}/gu, '').replaceAll('\n', `\n${' '.repeat('12:03:04 warn  '.length)}`);
}
