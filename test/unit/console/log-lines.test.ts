import { expect, test } from 'vitest';
import { type LogEntry, logLineOf } from '../../../src/console/log-lines.ts';

/** Local, as the line shows it. */
const timeMs = new Date(2026, 4, 1, 12, 3, 4).getTime();
const entry: LogEntry = { timeMs, level: 'warn', message: 'Two rows were held back.' };

test('a line for people', () => {
  expect(logLineOf('text', entry, false)).toBe('12:03:04 warn  Two rows were held back.\n');
  expect(logLineOf('text', { ...entry, level: 'error', stream: 'orders' }, false)).toBe(
    '12:03:04 error orders: Two rows were held back.\n',
  );
});

test('the level is coloured, the rest is not', () => {
  expect(logLineOf('text', entry, true)).toBe('12:03:04 \u001b[33mwarn \u001b[0m Two rows were held back.\n');
});

test('further lines stand under the first, and nothing in them moves the cursor', () => {
  const message = 'one\r\ntwo\u001b[2J\u0007\u009b1A';
  expect(logLineOf('text', { ...entry, message }, false)).toBe(
    '12:03:04 warn  one\n               two[2J1A\n',
  );
});

test('one JSON object for machines', () => {
  const line = logLineOf('json', { ...entry, stream: 'orders', message: 'one\ntwo' }, true);
  expect(line.trimEnd()).not.toContain('\n');
  expect(line.endsWith('}\n')).toBe(true);
  expect(JSON.parse(line)).toEqual({
    time: new Date(timeMs).toISOString(),
    level: 'warn',
    stream: 'orders',
    message: 'one\ntwo',
  });
  expect(JSON.parse(logLineOf('json', entry, false))).not.toHaveProperty('stream');
});
