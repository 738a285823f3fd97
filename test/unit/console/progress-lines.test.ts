import { expect, test } from 'vitest';
import { limitsLine } from '../../../src/console/progress-lines.ts';

test('the limits fit into a line of 80 columns, also when they are used up', () => {
  const limits = [10_000, 3_600_000].map((windowMs) => ({
    resource: 'requests' as const,
    windowMs,
    used: 1,
    share: 1,
  }));
  expect(limitsLine(limits, 80)).toBe(
    'API limits used     by all: 100% in 10 seconds, 100% in an hour; our share 100%',
  );
});
