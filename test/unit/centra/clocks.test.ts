import { expect, test } from 'vitest';
import { clockDifferenceMs, earlierClockMs } from '../../../src/centra/clocks.ts';

const receivedAtMs = Date.parse('2026-01-01T00:00:10.500Z');

test.each([
  ['the same second', '2026-01-01T00:00:10Z', 0, 0],
  ['one second ahead', '2026-01-01T00:00:11Z', 0, 500],
  ['two minutes ahead', '2026-01-01T00:02:10Z', 0, 119_500],
  ['an hour behind', '2025-12-31T23:00:10Z', 0, -3_599_501],
  ['the second in which a slow request was sent', '2026-01-01T00:00:02Z', 9_000, 0],
  ['before a slow request was sent', '2025-12-31T23:59:58Z', 9_000, -2_501],
])('a server whose clock shows %s', (_, shown, durationMs, difference) => {
  expect(clockDifferenceMs({ serverTimeMs: Date.parse(shown), receivedAtMs, durationMs })).toBe(difference);
});

test('the earlier of two clocks is trusted', () => {
  expect(earlierClockMs(undefined, 5)).toBe(5);
  expect(earlierClockMs(7, 5)).toBe(5);
  expect(earlierClockMs(3, 5)).toBe(3);
});
