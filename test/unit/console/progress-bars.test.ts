import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { LimitUse } from '../../../src/centra/budget.ts';
import { progressBars } from '../../../src/console/progress-bars.ts';
import type { Message } from '../../../src/protocol/message.ts';
import { Screen } from './screen.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const started = (stream: string): Message => ({ type: 'status', stream, status: 'started' });
const complete = (stream: string): Message => ({ type: 'status', stream, status: 'complete' });
const estimate = (stream: string, rows: number): Message => ({ type: 'estimate', stream, rows });
const records = (stream: string, count: number): Message => ({
  type: 'records',
  stream,
  records: Array.from({ length: count }, () => ({ data: {}, changes: [] })),
});

const limits: readonly LimitUse[] = [
  { resource: 'requests', windowMs: 10_000, used: 0.1, share: 0.5 },
  { resource: 'complexity', windowMs: 10_000, used: 0.42, share: 0.5 },
  { resource: 'complexity', windowMs: 3_600_000, used: 0.18, share: 0.5 },
];

const LIMITS_LINE = 'API limits used     by all: 42% in 10 seconds, 18% in an hour; our share 50%';

function onScreen(columns = 120, limitsUsed = () => limits) {
  const screen = new Screen(columns);
  const bars = progressBars({ stream: screen, clock: Date.now, limitsUsed });
  return { screen, bars };
}

test('shows rows, rate and the time that is left of each stream, and the limits', async () => {
  const { screen, bars } = onScreen();
  for (const message of [started('orders'), started('returns'), estimate('orders', 2_000)])
    bars.follow(message);
  for (let second = 0; second < 10; second += 1) {
    await vi.advanceTimersByTimeAsync(1_000);
    bars.follow(records('orders', 50));
    bars.follow(records('returns', 4));
  }
  await vi.advanceTimersByTimeAsync(200);
  expect(screen.lines()).toEqual([
    LIMITS_LINE,
    'orders              █████░░░░░░░░░░░░░░░  25%  500 of 2,000 rows  49/s  31 s left',
    'returns                                        40 rows  3.9/s',
  ]);
  bars.stop();
});

test('what is over moves up and stays; the bars go', async () => {
  const { screen, bars } = onScreen();
  bars.follow(started('orders'));
  bars.follow(started('returns'));
  bars.follow(records('orders', 1_200));
  await vi.advanceTimersByTimeAsync(4_000);
  bars.follow(complete('orders'));
  await vi.advanceTimersByTimeAsync(200);
  const orders = 'orders              1,200 rows in 4 s, 300/s';
  expect(screen.lines()).toEqual([orders, LIMITS_LINE, expect.stringMatching(/^returns +0 rows/)]);
  bars.follow({ type: 'status', stream: 'returns', status: 'incomplete' });
  bars.stop();
  expect(screen.lines()).toEqual([orders, 'returns             0 rows in 5 s, 0/s, not read to its end']);
  // No timer is left that would keep the process alive.
  expect(vi.getTimerCount()).toBe(0);
});

test('a log line tears no bar', async () => {
  const { screen, bars } = onScreen();
  bars.follow(started('orders'));
  bars.follow(estimate('orders', 10));
  await vi.advanceTimersByTimeAsync(400);
  bars.log('one\ntwo\n');
  await vi.advanceTimersByTimeAsync(200);
  const long = `12:03:04 warn  ${'a long message '.repeat(12)}end`;
  bars.log('12:03:04 info  short\n');
  bars.log(`${long}\n12:03:05 info  two\n`);
  await vi.advanceTimersByTimeAsync(400);
  const wrapped = [long.slice(0, 120), long.slice(120)].map((line) => line.trimEnd());
  const drawn = [LIMITS_LINE, `orders              ${'░'.repeat(20)}   0%  0 of 10 rows  0/s`];
  const logged = ['one', 'two', '12:03:04 info  short', ...wrapped, '12:03:05 info  two'];
  expect(screen.lines()).toEqual([...logged, ...drawn]);
  bars.log('last\n');
  bars.stop();
  expect(screen.lines()).toEqual([...logged, 'last']);
});

test('an end is open where there is no estimate, or where there are more rows than it said', async () => {
  const { screen, bars } = onScreen();
  bars.follow(started('orders'));
  bars.follow(estimate('orders', 100));
  await vi.advanceTimersByTimeAsync(2_000);
  bars.follow(records('orders', 101));
  await vi.advanceTimersByTimeAsync(200);
  expect(screen.lines().at(-1)).toBe(`orders${' '.repeat(41)}101 rows  46/s`);
  bars.stop();
});

test('a wait for the limits is said, until rows come again', async () => {
  const { screen, bars } = onScreen();
  const untilMs = Date.now() + 60_000;
  bars.follow(started('orders'));
  bars.follow({ type: 'status', stream: 'orders', status: 'running', rateLimitedUntilMs: untilMs });
  await vi.advanceTimersByTimeAsync(200);
  const time = new Date(untilMs).toTimeString().slice(0, 8);
  expect(screen.lines().at(-1)).toContain(`waits for the limits until ${time}`);
  bars.follow(records('orders', 1));
  await vi.advanceTimersByTimeAsync(200);
  expect(screen.lines().at(-1)).not.toContain('waits');
  bars.stop();
});

test('a narrow terminal gets shorter lines, none wider than itself', async () => {
  const { screen, bars } = onScreen(50);
  bars.follow(started('a_stream_with_a_name_that_is_far_too_long_for_this'));
  bars.follow(started('orders'));
  bars.follow(estimate('orders', 100));
  await vi.advanceTimersByTimeAsync(600);
  expect(screen.lines()).toEqual([
    LIMITS_LINE.slice(0, 49).trimEnd(),
    'a_stream_with_a_name_that_is_far_too_long_for_thi',
    'orders              0 of 100 rows',
  ]);
  bars.stop();
});

test('more streams than the terminal has lines take turns', async () => {
  const { screen, bars } = onScreen();
  for (let number = 1; number <= 12; number += 1) bars.follow(started(`stream_${number}`));
  await vi.advanceTimersByTimeAsync(400);
  expect(screen.lines()).toHaveLength(1 + screen.rows - 3);
  for (let number = 1; number <= 5; number += 1) bars.follow(complete(`stream_${number}`));
  await vi.advanceTimersByTimeAsync(400);
  const names = screen.lines().map((line) => line.split('  ')[0]);
  expect(names).toEqual([
    ...[1, 2, 3, 4, 5].map((number) => `stream_${number}`),
    'API limits used',
    ...[6, 7, 8, 9, 10, 11, 12].map((number) => `stream_${number}`),
  ]);
  bars.stop();
});

test('limits that the API does not tell are not made up', async () => {
  const { screen, bars } = onScreen(120, () => []);
  await vi.advanceTimersByTimeAsync(300);
  expect(screen.lines()).toEqual(['API limits used     not known']);
  bars.stop();
});
