const ZERO = 48;
const slowForm =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*([Zz]|[+-]\d{2}(?::?\d{2})?)$/;

/**
 * A time with an offset, in any way that the API writes it, as UTC with whole seconds: `2023-01-16T09:31:34Z`.
 * Undefined for everything else; a time without an offset is in the shop's own zone, which nobody tells us.
 */
export function utcSecond(text: string): string | undefined {
  if (text === lastText) return lastTime;
  if (text === formerText) return formerTime;
  const time = newUtcSecond(text);
  [formerText, formerTime] = [lastText, lastTime];
  [lastText, lastTime] = [text, time];
  return time;
}

/** An order shows two times, when it was placed and when it changed, in column after column and in stream after stream. */
let lastText = '';
let lastTime: string | undefined;
let formerText = '';
let formerTime: string | undefined;

function newUtcSecond(text: string): string | undefined {
  // The two forms that the API writes, `…T10:31:34+01:00` and `…T10:31:34+0100`, without a pattern: this runs for every time of every row.
  const length = text.length;
  if ((length === 25 || length === 24) && text.charCodeAt(10) === 84 && text.charCodeAt(19) !== 46) {
    const sign = text.charCodeAt(19);
    const minuteAt = length === 25 ? 23 : 22;
    if ((sign === 43 || sign === 45) && (length === 24 || text.charCodeAt(22) === 58)) {
      const offset = twoDigits(text, 20) * 60 + twoDigits(text, minuteAt);
      return shifted(text, sign === 43 ? offset : -offset);
    }
  }
  if (length === 20 && text.charCodeAt(10) === 84 && text.charCodeAt(19) === 90) return shifted(text, 0);
  return slowUtcSecond(text);
}

function slowUtcSecond(text: string): string | undefined {
  const parts = slowForm.exec(text.trim());
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second = '00', zone = 'Z'] = parts;
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  const offset = zone.toUpperCase() === 'Z' ? 0 : twoDigits(digits, 0) * 60 + twoDigits(digits, 2);
  return shifted(
    `${year}-${month}-${day}T${hour}:${minute}:${second}`,
    zone.startsWith('-') ? -offset : offset,
  );
}

/** The wall clock in the first 19 characters, moved back by its offset. Any digit that is none makes a comparison with NaN fail. */
function shifted(text: string, offsetMinutes: number): string | undefined {
  const minutes = twoDigits(text, 11) * 60 + twoDigits(text, 14);
  const second = twoDigits(text, 17);
  if (text.charCodeAt(13) !== 58 || text.charCodeAt(16) !== 58) return undefined;
  if (
    !(
      twoDigits(text, 11) < 24 &&
      twoDigits(text, 14) < 60 &&
      second < 60 &&
      Math.abs(offsetMinutes) <= 14 * 60
    )
  )
    return undefined;
  if (!isCalendarDate(text)) return undefined;
  const utc = minutes - offsetMinutes;
  if (utc >= 0 && utc < 1440) {
    return `${text.slice(0, 11)}${clock[utc]}${text.slice(16, 19)}Z`;
  }
  const moved = new Date(Date.UTC(2000, 0, 1));
  moved.setUTCFullYear(fourDigits(text), twoDigits(text, 5) - 1, twoDigits(text, 8));
  moved.setUTCMinutes(utc, second);
  const year = moved.getUTCFullYear();
  return year < 0 || year > 9999 ? undefined : `${moved.toISOString().slice(0, 19)}Z`;
}

/** `09:31` for every minute of a day. */
const clock: readonly string[] = Object.freeze(
  Array.from(
    { length: 1440 },
    (_, minute) =>
      `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`,
  ),
);

/** Whether a text begins with a day of the calendar, as in `2024-02-29`. */
export function isCalendarDate(text: string): boolean {
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return false;
  const year = fourDigits(text);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  if (!(year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= 31)) return false;
  if (day <= 28) return true;
  if (month === 2) return day === 29 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day <= (month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31);
}

function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - ZERO;
  const ones = text.charCodeAt(at + 1) - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

function fourDigits(text: string): number {
  return twoDigits(text, 0) * 100 + twoDigits(text, 2);
}
