import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Inbox } from '../../../src/inbox/inbox.ts';
import { hintInbox } from '../../../src/read/hint-inbox.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { startSandbox } from '../../../src/sandbox/sandbox.ts';
import type { Extent } from '../../../src/sync/sync-input.ts';
import { clientOf, control, Destination, expectSame, runSync } from './in-process.ts';
import { advance, HOUR_SECONDS } from './passing-time.ts';
import { type Fate, type ModelEvent, ModelInbox, type ModelReader, Plugin } from './webhook-model.ts';

export type Step =
  | { readonly step: 'change'; readonly kind: string; readonly count: number; readonly fate: Fate }
  | { readonly step: 'advance'; readonly seconds: number }
  | { readonly step: 'catch up' }
  | { readonly step: 'leases end' }
  | { readonly step: 'faults'; readonly kinds: readonly string[] }
  | {
      readonly step: 'sync';
      readonly extent: Extent;
      readonly killAfter: number | undefined;
      readonly drops: readonly string[];
    };

const change = fc.record({
  step: fc.constant('change' as const),
  kind: fc.constantFrom(
    'orders.update',
    'orders.update',
    'orders.create',
    'returns.create',
    'returns.complete',
    'returns.reopen',
    'returns.delete',
  ),
  count: fc.integer({ min: 1, max: 6 }),
  fate: fc.constantFrom<Fate>(
    'arrives',
    'arrives',
    'lost',
    'late',
    'doubled',
    'stored, not answered',
    'receiver dead',
  ),
});
const faults = fc.record({
  step: fc.constant('faults' as const),
  kinds: fc.subarray(['500', '502-html', 'reset', 'half-body', 'partial-internal', 'throttle']),
});
const sync = fc.record({
  step: fc.constant('sync' as const),
  extent: fc.constantFrom<Extent>('told', 'told', 'changes', 'all'),
  killAfter: fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }),
  drops: fc.oneof(
    { weight: 8, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.subarray(['orders', 'returns'], { maxLength: 1 }) },
  ),
});
/** What happens to a shop, its webhook and its readers. */
export const webhookHistory: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: change },
    { weight: 3, arbitrary: advance },
    { weight: 1, arbitrary: fc.constant({ step: 'catch up' } as const) },
    { weight: 1, arbitrary: fc.constant({ step: 'leases end' } as const) },
    { weight: 1, arbitrary: faults },
    { weight: 4, arbitrary: sync },
  ),
  { minLength: 6, maxLength: 30 },
);

/** What a history needs of an inbox, be it the model or the real one. */
export interface Place {
  readonly store: (events: readonly ModelEvent[]) => Promise<void>;
  readonly reader: (done: (type: string, ids: readonly number[]) => Promise<void>) => ModelReader;
  readonly endLeases: () => void;
}

export function modelPlace(): Place {
  const inbox = new ModelInbox();
  return {
    store: async (events) => inbox.store(events),
    reader: (done) => {
      inbox.passDelays();
      return inbox.reader(done);
    },
    endLeases: () => inbox.endLeases(),
  };
}

/** Leases that end at once: whatever a killed reader holds, the next one may claim. */
export function realPlace(inbox: Inbox, tenant: string): Place {
  let calls = 0;
  return {
    store: async (events) => {
      calls += 1;
      const hints = events.map(({ type, id }) => ({ type, id: String(id), action: 'update' }));
      await inbox.add([{ tenant, signature: `${calls}`, sentAt: 1_700_000_000, hints }]);
    },
    reader: (done) => {
      let isAlive = true;
      const alive = <A extends readonly unknown[], R>(call: (...given: A) => Promise<R>) => {
        return async (...given: A): Promise<R> => {
          if (!isAlive) throw new Error('A killed reader reaches nothing.');
          return call(...given);
        };
      };
      const hints = hintInbox({ inbox, tenant, clock: Date.now, log: () => undefined });
      let type = '';
      return {
        kill: () => {
          isAlive = false;
        },
        ids: {
          claim: alive((asked, limit) => {
            type = asked;
            return hints.claim(asked, limit);
          }),
          done: alive(async (claimed) => {
            const ids = claimed.map(({ id }) => id);
            await done(type, ids);
            await hints.done(claimed);
          }),
          giveBack: alive(hints.giveBack),
          fail: alive(hints.fail),
        },
      };
    },
    endLeases: () => undefined,
  };
}

/** Plays a history, and expects what must hold at its end. */
export async function playWebhooks(steps: readonly Step[], seed: number, place: Place): Promise<void> {
  const sandbox = await startSandbox({
    plan: 'unlimited',
    seed,
    orders: 250,
    clockStart: '2026-03-29T00:30:00Z',
    clockFrozen: true,
  });
  try {
    const destination = new Destination();
    const plugin = new Plugin(place.store);
    await read(sandbox, destination, place, { extent: 'all' });
    for (const step of steps) await playStep(step, { sandbox, destination, plugin, place });
    await control(sandbox, 'faults', { faults: [] });
    await plugin.catchUp();
    place.endLeases();
    await read(sandbox, destination, place, { extent: 'told' });
    await control(sandbox, 'advance', { seconds: 25 * HOUR_SECONDS });
    await read(sandbox, destination, place, { extent: 'all' });
    await read(sandbox, destination, place, { extent: 'all' });
    await expectSame(sandbox, destination, false);
    expect(destination.repeats.get('orders') ?? 0, 'orders that came twice in the same version').toBe(0);
  } finally {
    await sandbox.close();
  }
}

interface Scene {
  readonly sandbox: Sandbox;
  readonly destination: Destination;
  readonly plugin: Plugin;
  readonly place: Place;
}

async function playStep(step: Step, { sandbox, destination, plugin, place }: Scene): Promise<void> {
  switch (step.step) {
    case 'change': {
      const changes = [{ kind: step.kind, count: step.count }];
      const { changed } = (await control(sandbox, 'change', { changes })) as {
        changed: Readonly<Record<string, readonly number[]>>;
      };
      // No webhook tells of a deletion, but of what was changed before it.
      const tells = step.kind === 'returns.delete' && step.count % 2 === 0 ? {} : changed;
      await plugin.call(
        [
          ...(tells.orders ?? []).map((id) => ({ type: 'order' as const, id })),
          ...(tells.returns ?? []).map((id) => ({ type: 'return' as const, id })),
        ],
        step.fate,
      );
      return;
    }
    case 'advance':
      await control(sandbox, 'advance', { seconds: step.seconds });
      return;
    case 'catch up':
      return plugin.catchUp();
    case 'leases end':
      return place.endLeases();
    case 'faults': {
      const rate = 0.3 / Math.max(1, step.kinds.length);
      await control(sandbox, 'faults', { faults: step.kinds.map((kind) => ({ kind, rate })), seed: 1 });
      return;
    }
    case 'sync':
      for (const name of step.drops) {
        destination.states.delete(name);
        destination.tables.get(name)?.clear();
      }
      await read(sandbox, destination, place, step);
  }
}

async function read(
  sandbox: Sandbox,
  destination: Destination,
  place: Place,
  { extent, killAfter }: { readonly extent: Extent; readonly killAfter?: number | undefined },
): Promise<void> {
  const faults: unknown[] = [];
  const { ids, kill } = place.reader((type, done) =>
    // A read survives an inbox that fails: so it is kept for later.
    expectTaken(sandbox, destination, type, done).catch((error: unknown) => void faults.push(error)),
  );
  try {
    await runSync({
      sandbox,
      hasEvents: false,
      destination,
      mode: 'incremental',
      killAfter,
      told: ids,
      extent,
      // The sync gets ahead of the destination, as far as it may.
      hear: () => nextTurn(),
    });
  } finally {
    kill();
  }
  for (const fault of faults) throw fault;
}

/** An id is done only when the destination holds the version that the shop shows, with a state that covers it. */
async function expectTaken(
  sandbox: Sandbox,
  destination: Destination,
  type: string,
  numbers: readonly number[],
): Promise<void> {
  if (type !== 'order' || numbers.length === 0) return;
  const { data } = await clientOf(sandbox).ask(
    {
      what: 'the orders',
      operationName: 'versions',
      query:
        'query versions($numbers: [Int!]) { orders(where: { number: $numbers }, limit: 200) { id updatedAt } }',
      variables: { numbers },
    },
    new AbortController().signal,
  );
  const shown = data.orders as readonly { readonly id: string; readonly updatedAt: string }[];
  for (const { id, updatedAt } of shown) {
    const row = destination.tables.get('orders')?.get(JSON.stringify([id]));
    expect(Date.parse(String(row?.updated_at)), `the order ${id}, which is done`).toBe(Date.parse(updatedAt));
  }
}
