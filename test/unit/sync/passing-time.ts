import fc from 'fast-check';

export const HOUR_SECONDS = 3_600;

/** Time goes by in the shop: within what the next read looks at again, beyond it, or for days. */
export const advance = fc.record({
  step: fc.constant('advance' as const),
  seconds: fc.oneof(
    fc.integer({ min: 0, max: 3 }),
    fc.integer({ min: 4, max: 90 }),
    fc.integer({ min: 100, max: 30 * HOUR_SECONDS }),
  ),
});
