import { describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.ts';
import { control, Destination, expectSame, runSync } from './in-process.ts';

const kinds = [
  'throttle',
  '500',
  '502-html',
  '503',
  'reset',
  'hang',
  'half-body',
  'internal',
  'partial-internal',
  'bad-json',
];

async function withShop(play: (sandbox: Sandbox) => Promise<void>): Promise<void> {
  const sandbox = await startSandbox({
    plan: 'unlimited',
    orders: 1_300,
    clockStart: '2026-05-01T12:00:00Z',
    clockFrozen: true,
  });
  try {
    await control(sandbox, 'advance', { seconds: 60 });
    await play(sandbox);
  } finally {
    await sandbox.close();
  }
}

async function expectWholeUnder(faults: readonly object[]): Promise<void> {
  await withShop(async (sandbox) => {
    await control(sandbox, 'faults', { faults, seed: 7 });
    const destination = new Destination();
    await runSync({ sandbox, hasEvents: false, destination, mode: 'incremental' });
    const requests = (await control(sandbox, 'requests')) as { fault: unknown }[];
    expect(requests.some(({ fault }) => fault !== null && fault !== undefined)).toBe(true);
    await control(sandbox, 'faults', { faults: [] });
    await expectSame(sandbox, destination, false);
  });
}

describe('every tenth request fails', () => {
  test.each(kinds)('with %s: the read brings the right rows all the same', async (kind) => {
    await expectWholeUnder([{ kind, rate: 0.1, seconds: 2, ms: 5_000 }]);
  });
});

test('three of ten requests fail, in all ways: the read brings the right rows all the same', async () => {
  await expectWholeUnder(kinds.map((kind) => ({ kind, rate: 0.3 / kinds.length, seconds: 2, ms: 5_000 })));
});
