import fc from 'fast-check';
import { expect, test } from 'vitest';
import { startSandbox } from '../../../src/sandbox/sandbox.ts';
import { control, Destination, expectSame, names, type Run, runSync } from './in-process.ts';
import { advance, HOUR_SECONDS } from './passing-time.ts';

/** `npm run proof:histories` runs ten times as many. */
const HISTORIES = Number(process.env.HISTORIES ?? 15);
/** Seeds of histories that failed once. */
const KEPT_SEEDS: readonly number[] = [];

type Step =
  | { readonly step: 'change'; readonly kind: string; readonly count: number }
  | { readonly step: 'dated back'; readonly count: number; readonly daysBack: number }
  | { readonly step: 'events'; readonly on: boolean }
  | { readonly step: 'advance'; readonly seconds: number }
  | { readonly step: 'faults'; readonly kinds: readonly string[] }
  | { readonly step: 'sync'; readonly killAfter: number | undefined; readonly drops: readonly string[] };

const change = fc.record({
  step: fc.constant('change' as const),
  kind: fc.constantFrom(
    'orders.update',
    'orders.create',
    'orders.delete',
    'returns.create',
    'returns.complete',
    'returns.reopen',
    'returns.delete',
    'deliveries.create',
    'deliveries.advance',
    'deliveries.accept',
    'deliveries.shorten',
    'deliveries.delete',
  ),
  count: fc.integer({ min: 1, max: 6 }),
});
const datedBack = fc.record({
  step: fc.constant('dated back' as const),
  count: fc.integer({ min: 1, max: 3 }),
  daysBack: fc.integer({ min: 1, max: 900 }),
});
const events = fc.record({ step: fc.constant('events' as const), on: fc.boolean() });
const faults = fc.record({
  step: fc.constant('faults' as const),
  kinds: fc.subarray([
    '500',
    '502-html',
    '503',
    'reset',
    'half-body',
    'internal',
    'partial-internal',
    'bad-json',
    'throttle',
  ]),
});
const sync = fc.record({
  step: fc.constant('sync' as const),
  killAfter: fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined }),
  // A stream whose state gets lost is read from the beginning.
  drops: fc.oneof(
    { weight: 6, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.subarray([...names], { maxLength: 2 }) },
  ),
});
const history = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: change },
    { weight: 1, arbitrary: datedBack },
    { weight: 1, arbitrary: events },
    { weight: 3, arbitrary: advance },
    { weight: 1, arbitrary: faults },
    { weight: 3, arbitrary: sync },
  ),
  { minLength: 4, maxLength: 24 },
);

async function play(steps: readonly Step[], seed: number, hasEvents: boolean): Promise<void> {
  const sandbox = await startSandbox({
    plan: 'unlimited',
    seed,
    events: hasEvents,
    orders: 450,
    clockStart: '2026-03-29T00:30:00Z',
    clockFrozen: true,
  });
  try {
    const destination = new Destination();
    const shop = { areEventsOn: hasEvents };
    for (const step of steps) {
      await playStep(step, { sandbox, destination, hasEvents, mode: 'incremental' }, shop);
    }
    await control(sandbox, 'faults', { faults: [] });
    await control(sandbox, 'advance', { seconds: 25 * HOUR_SECONDS });
    await runSync({ sandbox, hasEvents, destination, mode: 'incremental' });
    await runSync({ sandbox, hasEvents, destination, mode: 'incremental' });
    await expectSame(sandbox, destination, hasEvents);
    const sizes = [...destination.states.values()].map((state) => JSON.stringify(state).length);
    expect(Math.max(...sizes)).toBeLessThan(100_000);
  } finally {
    await sandbox.close();
  }
}

/** Whether somebody listens, and Centra has switched the events system on: since when, nothing else tells that an order is gone. */
async function playStep(step: Step, run: Run, shop: { areEventsOn: boolean }): Promise<void> {
  const { sandbox, destination, hasEvents } = run;
  const isListening = hasEvents && shop.areEventsOn && destination.states.size > 0;
  if (step.step === 'change' && step.kind === 'orders.delete' && !isListening) return;
  if (step.step === 'change') {
    const book = step.kind === 'deliveries.accept' ? { book: false, share: 0.5 } : {};
    await control(sandbox, 'change', { changes: [{ kind: step.kind, count: step.count, ...book }] });
  } else if (step.step === 'dated back') {
    const { now } = (await control(sandbox, 'clock')) as { now: string };
    const createdAt = new Date(Date.parse(now) - step.daysBack * 24 * HOUR_SECONDS * 1000).toISOString();
    await control(sandbox, 'change', { changes: [{ kind: 'returns.create', count: step.count, createdAt }] });
  } else if (step.step === 'events') {
    shop.areEventsOn = step.on;
    await control(sandbox, 'events', { on: step.on });
  } else if (step.step === 'advance') {
    await control(sandbox, 'advance', { seconds: step.seconds });
  } else if (step.step === 'faults') {
    const rate = 0.3 / Math.max(1, step.kinds.length);
    await control(sandbox, 'faults', { faults: step.kinds.map((kind) => ({ kind, rate })), seed: 1 });
  } else {
    for (const name of step.drops) {
      destination.states.delete(name);
      destination.tables.get(name)?.clear();
    }
    await runSync({ ...run, killAfter: step.killAfter });
  }
}

test(
  'after any history of changes, faults, kills and lost states, the destination holds what the shop holds',
  async () => {
    await fc.assert(fc.asyncProperty(history, fc.integer({ min: 1, max: 5 }), fc.boolean(), play), {
      numRuns: HISTORIES,
      endOnFailure: true,
    });
  },
  HISTORIES * 20_000,
);

test.each(KEPT_SEEDS.map((seed) => [seed]))('the history of seed %i, which failed once', async (seed) => {
  await fc.assert(fc.asyncProperty(history, fc.integer({ min: 1, max: 5 }), fc.boolean(), play), {
    seed,
    numRuns: 1,
  });
});
