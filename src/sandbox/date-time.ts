/** Centra's `DateTimeTz`: whole seconds, shown in the environment's own time zone, which is Europe/Stockholm here. */

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** One moment, as the environment's wall clock shows it. */
interface LocalTime {
  readonly epoch: number;
  /** Seconds east of Greenwich. */
  readonly offset: number;
  /** Its UTC getters read as the local time. */
  readonly wall: Date;
}

type Part = (time: LocalTime) => string;

/** When summer time begins and ends in a year, in epoch seconds: 01:00 UTC on the last Sundays of March and October. */
export function summerTime(year: number): readonly [begin: number, end: number] {
  return [lastSunday(year, 2), lastSunday(year, 9)];
}

function offsetAt(epoch: number): number {
  const [begin, end] = summerTime(new Date(epoch * 1000).getUTCFullYear());
  return epoch >= begin && epoch < end ? 7200 : 3600;
}

/** Formats epoch seconds by a PHP date format. */
export function formatDateTime(epoch: number, format: string): string {
  let parts = compiled.get(format);
  if (parts === undefined) {
    parts = compile(format);
    if (compiled.size < 200) compiled.set(format, parts);
  }
  const offset = offsetAt(epoch);
  const time = { epoch, offset, wall: new Date((epoch + offset) * 1000) };
  let text = '';
  for (const part of parts) text += part(time);
  return text;
}

const shape = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?)?\s?(Z|[+-]\d\d:?\d\d)?$/;

/** Epoch seconds; undefined when the text is no date. Without an offset it means the environment's own time. */
export function parseDateTime(text: string): number | undefined {
  const match = shape.exec(text.trim());
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0));
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const milliseconds = Date.UTC(year, month - 1, day, hour, minute, second);
  const back = new Date(milliseconds);
  if (back.getUTCMonth() !== month - 1 || back.getUTCDate() !== day) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const wall = milliseconds / 1000;
  const zone = match[7];
  if (zone === undefined) return fromWall(wall);
  if (zone === 'Z') return wall;
  const sign = zone.startsWith('-') ? -1 : 1;
  return wall - sign * (Number(zone.slice(1, 3)) * 3600 + Number(zone.slice(-2)) * 60);
}

/** The hour that comes twice means its first run; the hour that never is means the hour after it, as in PHP. */
function fromWall(wall: number): number {
  return offsetAt(wall - 7200) === 7200 ? wall - 7200 : wall - 3600;
}

function lastSunday(year: number, month: number): number {
  const last = new Date(Date.UTC(year, month + 1, 0));
  return Date.UTC(year, month, last.getUTCDate() - last.getUTCDay(), 1) / 1000;
}

const two = (value: number) => String(value).padStart(2, '0');
const hour12 = (time: LocalTime) => time.wall.getUTCHours() % 12 || 12;

function zone(time: LocalTime, colon: string): string {
  return `+${two(time.offset / 3600)}${colon}00`;
}

const letters: Readonly<Record<string, Part>> = {
  d: (time) => two(time.wall.getUTCDate()),
  D: (time) => (days[time.wall.getUTCDay()] ?? '').slice(0, 3),
  j: (time) => String(time.wall.getUTCDate()),
  l: (time) => days[time.wall.getUTCDay()] ?? '',
  N: (time) => String(time.wall.getUTCDay() || 7),
  w: (time) => String(time.wall.getUTCDay()),
  F: (time) => months[time.wall.getUTCMonth()] ?? '',
  m: (time) => two(time.wall.getUTCMonth() + 1),
  M: (time) => (months[time.wall.getUTCMonth()] ?? '').slice(0, 3),
  n: (time) => String(time.wall.getUTCMonth() + 1),
  Y: (time) => String(time.wall.getUTCFullYear()).padStart(4, '0'),
  y: (time) => two(time.wall.getUTCFullYear() % 100),
  a: (time) => (time.wall.getUTCHours() < 12 ? 'am' : 'pm'),
  A: (time) => (time.wall.getUTCHours() < 12 ? 'AM' : 'PM'),
  g: (time) => String(hour12(time)),
  G: (time) => String(time.wall.getUTCHours()),
  h: (time) => two(hour12(time)),
  H: (time) => two(time.wall.getUTCHours()),
  i: (time) => two(time.wall.getUTCMinutes()),
  s: (time) => two(time.wall.getUTCSeconds()),
  u: () => '000000',
  v: () => '000',
  e: () => 'Europe/Stockholm',
  I: (time) => (time.offset === 7200 ? '1' : '0'),
  O: (time) => zone(time, ''),
  P: (time) => zone(time, ':'),
  p: (time) => zone(time, ':'),
  T: (time) => (time.offset === 7200 ? 'CEST' : 'CET'),
  Z: (time) => String(time.offset),
  U: (time) => String(time.epoch),
};

/** Letters that stand for a whole format. */
const shorthands: Readonly<Record<string, string>> = { c: 'Y-m-d\\TH:i:sP', r: 'D, d M Y H:i:s O' };

const compiled = new Map<string, readonly Part[]>();

function compile(format: string): readonly Part[] {
  const parts: Part[] = [];
  for (let i = 0; i < format.length; i++) {
    const letter = format.charAt(i);
    const shorthand = shorthands[letter];
    if (letter === '\\') {
      i += 1;
      const literal = format.charAt(i);
      parts.push(() => literal);
    } else if (shorthand !== undefined) {
      parts.push(...compile(shorthand));
    } else {
      parts.push(letters[letter] ?? (() => letter));
    }
  }
  return parts;
}
