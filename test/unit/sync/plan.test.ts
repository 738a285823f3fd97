import { expect, test } from 'vitest';
import { inventory } from '../../../src/roots/inventory.ts';
import { orders } from '../../../src/roots/orders.ts';
import { returns } from '../../../src/roots/returns.ts';
import { groupPlans, planStream } from '../../../src/sync/plan.ts';
import type { StreamState } from '../../../src/sync/state.generated.ts';
import { plainStream } from './compiled-stream.ts';

const serverNow = '2026-05-01T12:00:00Z';
const horizon = '2026-05-01T11:59:58Z';
const origin = { shop: 'sandbox---', root: 'orders', key: 'id', columns: {} };
const stockOrigin = { ...origin, root: 'inventory' };

interface Case {
  readonly mode?: 'full_refresh' | 'incremental';
  readonly state?: StreamState;
  readonly startDate?: string;
}

function plan({ mode = 'incremental', state, startDate }: Case) {
  const wanted = { name: 'orders', mode, columns: undefined, wantsDeletions: true };
  return planStream({
    wanted,
    stream: plainStream('orders', orders),
    state,
    startDate,
    serverNow,
    deletions: { reconciles: false, hasEvents: false },
    origin,
    lookbackSeconds: 60,
  }).state;
}

const done: StreamState = {
  version: 2,
  kind: 'windows',
  mode: 'incremental',
  origin,
  through: '2026-05-01T10:00:00Z',
  owed: [],
  edge: '1abcde',
  open: '2abcde',
};

test.each<[string, Case, object]>([
  [
    'a first sync is owed everything until a little before now',
    {},
    { through: horizon, owed: [{ to: horizon }] },
  ],
  [
    'a start date bounds it',
    { startDate: '2026-01-01T00:00:00Z' },
    { through: horizon, owed: [{ from: '2026-01-01T00:00:00Z', to: horizon }] },
  ],
  ['a start date in the future owes nothing yet', { startDate: '2027-01-01T00:00:00Z' }, { owed: [] }],
  [
    'the next sync reads the last seconds again',
    { state: done },
    {
      through: horizon,
      owed: [{ from: '2026-05-01T09:59:00Z', to: horizon }],
      edge: '1abcde',
      open: '2abcde',
    },
  ],
  [
    'a start date that was moved takes nothing from what is owed',
    { state: done, startDate: '2026-05-01T09:59:30Z' },
    { owed: [{ from: '2026-05-01T09:59:00Z', to: horizon }] },
  ],
  [
    'what an interrupted run left comes first',
    { state: { ...done, owed: [{ to: '2026-05-01T10:00:00Z', after: 'x' }] } },
    {
      owed: [
        { to: '2026-05-01T10:00:00Z', after: 'x' },
        { from: '2026-05-01T09:59:00Z', to: horizon },
      ],
    },
  ],
  [
    "a clock that went back by moments does not take the sync's end with it",
    { state: { ...done, through: '2026-05-01T12:00:20Z' } },
    { through: '2026-05-01T12:00:20Z', owed: [{ from: '2026-05-01T11:59:20Z', to: '2026-05-01T12:00:20Z' }] },
  ],
  [
    'an end that lies ahead is pulled back, and the last days are read again',
    { state: { ...done, through: '2026-05-01T13:00:00Z' } },
    { through: horizon, owed: [{ from: '2026-04-28T11:59:58Z', to: horizon }] },
  ],
  [
    'a full refresh does not go on from an incremental state',
    { mode: 'full_refresh', state: done },
    { owed: [{ to: horizon }] },
  ],
  [
    'a full refresh does not go on from a complete one',
    { mode: 'full_refresh', state: { ...done, mode: 'full_refresh' } },
    { owed: [{ to: horizon }] },
  ],
  [
    'a full refresh goes on from its own interrupted attempt',
    {
      mode: 'full_refresh',
      state: { ...done, mode: 'full_refresh', owed: [{ to: '2026-05-01T10:00:00Z', after: 'x' }] },
    },
    {
      owed: [
        { to: '2026-05-01T10:00:00Z', after: 'x' },
        { from: '2026-05-01T09:59:00Z', to: horizon },
      ],
    },
  ],
  [
    'a stream that was a snapshot before starts anew',
    {
      state: {
        version: 2,
        kind: 'snapshot',
        mode: 'incremental',
        origin: stockOrigin,
        snapshot_at: serverNow,
        complete: true,
      },
    },
    { owed: [{ to: horizon }] },
  ],
])('%s', (_, input, state) => {
  expect(plan(input)).toMatchObject(state);
});

test.each<[string, StreamState | undefined, object]>([
  ['none', undefined, { snapshot_at: serverNow, complete: false }],
  [
    'a complete snapshot',
    {
      version: 2,
      kind: 'snapshot',
      mode: 'incremental',
      origin: stockOrigin,
      snapshot_at: '2026-05-01T11:00:00Z',
      complete: true,
    },
    { snapshot_at: serverNow, complete: false },
  ],
  [
    'an interrupted snapshot',
    {
      version: 2,
      kind: 'snapshot',
      mode: 'incremental',
      origin: stockOrigin,
      snapshot_at: '2026-05-01T11:00:00Z',
      complete: false,
      after: '3|2:9',
    },
    { snapshot_at: '2026-05-01T11:00:00Z', after: '3|2:9' },
  ],
  [
    'an interrupted snapshot of yesterday',
    {
      version: 2,
      kind: 'snapshot',
      mode: 'incremental',
      origin: stockOrigin,
      snapshot_at: '2026-04-30T11:00:00Z',
      complete: false,
      after: '3|2:9',
    },
    { snapshot_at: serverNow, complete: false },
  ],
])('after %s, a snapshot is planned', (_, state, expected) => {
  const wanted = {
    name: 'inventory',
    mode: 'incremental',
    columns: undefined,
    wantsDeletions: true,
  } as const;
  const stream = plainStream('inventory', inventory, { each: ['stock'] });
  expect(
    planStream({
      wanted,
      stream,
      state,
      startDate: undefined,
      serverNow,
      deletions: { reconciles: false, hasEvents: false },
      origin: stockOrigin,
      lookbackSeconds: 60,
    }).state,
  ).toMatchObject(expected);
});

test('streams share requests when root, filter and what is owed are the same', () => {
  const planOf = (
    name: string,
    root: typeof orders,
    state?: StreamState,
    where?: Readonly<Record<string, string>>,
  ) =>
    planStream({
      wanted: { name, mode: 'incremental', columns: undefined, wantsDeletions: true },
      stream: plainStream(name, root, { where }),
      state,
      startDate: undefined,
      serverNow,
      deletions: { reconciles: false, hasEvents: false },
      origin,
      lookbackSeconds: 60,
    });
  const { windows, snapshots } = groupPlans([
    planOf('orders', orders),
    planOf('order_lines', orders),
    planOf('orders_of_old', orders, done),
    planOf('wholesale', orders, undefined, { storeType: 'WHOLESALE' }),
    planOf('returns', returns),
    planOf('warehouses', inventory),
  ]);
  expect(windows.map(({ plans }) => plans.map(({ stream }) => stream.name))).toEqual([
    ['orders', 'order_lines'],
    ['orders_of_old'],
    ['wholesale'],
    ['returns'],
  ]);
  expect(snapshots).toHaveLength(1);
});

test('a first read is compared with the shop when something was told of before it, for that may be gone', () => {
  const reconciledAt = (state: StreamState | undefined) => {
    const { state: planned } = planStream({
      wanted: { name: 'returns', mode: 'incremental', columns: undefined, wantsDeletions: true },
      stream: plainStream('returns', returns),
      state,
      startDate: undefined,
      serverNow,
      deletions: { reconciles: true, hasEvents: false },
      origin,
      lookbackSeconds: 60,
    });
    return planned.kind === 'windows' ? planned.reconciled_at : undefined;
  };
  expect(reconciledAt(undefined)).toBe(serverNow);
  const told: StreamState = {
    version: 2,
    kind: 'windows',
    mode: 'incremental',
    origin,
    owed: [],
    known: 'some',
  };
  expect(reconciledAt(told)).toBeUndefined();
});
