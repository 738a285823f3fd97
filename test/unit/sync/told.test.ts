import { setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CompiledStream } from '../../../src/catalog/compile/compiled.ts';
import type { Message } from '../../../src/protocol/message.ts';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.ts';
import type { ToldIds } from '../../../src/sync/hints/hint-ids.ts';
import { LARGEST_EDGE } from '../../../src/sync/memory/fingerprint.ts';
import { ToldRows } from '../../../src/sync/memory/hinted-rows.ts';
import type { Extent } from '../../../src/sync/sync-input.ts';
import { control, Destination, runSync, streamsOf } from './in-process.ts';
import { ModelInbox } from './webhook-model.ts';

describe('what is remembered of rows that something told of', () => {
  const at = (second: number) => `2026-05-01T12:00:${String(second).padStart(2, '0')}Z`;
  type Deed = { readonly key: number; readonly print: string; readonly second: number } | 'forget' | number;
  const deed: fc.Arbitrary<Deed> = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        key: fc.integer({ min: 0, max: 9 }),
        print: fc.constantFrom('aaaaa', 'bbbbb'),
        second: fc.integer({ min: 0, max: 59 }),
      }),
    },
    { weight: 1, arbitrary: fc.constant('forget' as const) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 59 }) },
  );

  test('is the last print of each, until windows have read past all of them, whatever the state went through', () => {
    fc.assert(
      fc.property(fc.array(deed), (deeds) => {
        let rows = new ToldRows(undefined);
        const expected = new Map<number, string>();
        let until = -1;
        for (const one of deeds) {
          if (one === 'forget') {
            rows.forget(3);
            expected.delete(3);
          } else if (typeof one === 'number') {
            rows.readUntil(at(one));
            if (one >= until) {
              expected.clear();
              until = -1;
            }
          } else {
            rows.add(one.key, one.print, at(one.second));
            expected.set(one.key, one.print);
            until = Math.max(until, one.second);
          }
          const state = rows.encode();
          const sorted = [...expected].sort(([a], [b]) => a - b);
          let previous = 0;
          const text = sorted.map(([key, print]) => {
            const token = `${(key - previous).toString(36)}${print}`;
            previous = key;
            return token;
          });
          expect(state).toEqual(text.length === 0 ? undefined : { until: at(until), rows: text.join(' ') });
          // As after a restart; a state without rows forgets their time with them.
          rows = new ToldRows(state);
          if (state === undefined) until = -1;
        }
      }),
    );
  });

  test('of too many, the newest', () => {
    const rows = new ToldRows(undefined);
    for (let key = 1; key <= LARGEST_EDGE + 5; key += 1) rows.add(key, 'aaaaa', at(0));
    rows.add(6, 'bbbbb', at(0));
    const tokens = rows.encode()?.rows.split(' ') ?? [];
    expect(tokens).toHaveLength(LARGEST_EDGE);
    expect(tokens[0]).toBe('6bbbbb');
  });
});

/** What webhooks tell of here. */
const followed = (await streamsOf({ source: 'bundled', name: 'default' })).filter(({ name }) =>
  ['orders', 'order_lines'].includes(name),
);

describe('a read that webhooks tell of changes', () => {
  let small: Sandbox;
  /** With more orders than come at once. */
  let large: Sandbox;
  let sandbox: Sandbox;
  let inbox: ModelInbox;
  let destination: Destination;

  beforeAll(async () => {
    const clock = { clockStart: '2026-05-01T12:00:00Z', clockFrozen: true, plan: 'unlimited' } as const;
    small = await startSandbox({ ...clock, orders: 60 });
    large = await startSandbox({ ...clock, orders: 260 });
  });
  afterAll(async () => {
    await small.close();
    await large.close();
  });
  beforeEach(async () => {
    inbox = new ModelInbox();
    destination = new Destination();
    sandbox = small;
    await advance(600);
  });

  const advance = (seconds: number) => control(sandbox, 'advance', { seconds });

  async function changeOrders(count: number, set?: object): Promise<readonly number[]> {
    const { changed } = (await control(sandbox, 'change', {
      changes: [{ kind: 'orders.update', count, ...(set && { set }) }],
    })) as { changed: { orders: readonly number[] } };
    return changed.orders;
  }

  const tell = (ids: readonly number[]) => inbox.store(ids.map((id) => ({ type: 'order', id })));

  /** What one read said. */
  async function read(
    options: {
      readonly extent?: Extent;
      readonly streams?: readonly CompiledStream[];
      readonly told?: ToldIds;
      readonly killAfter?: number;
    } = {},
  ) {
    const heard: Message[] = [];
    const told = options.told ?? inbox.reader().ids;
    await runSync({
      sandbox,
      hasEvents: false,
      destination,
      mode: 'incremental',
      toleratesFailures: true,
      streams: followed,
      hear: (message) => void heard.push(message),
      ...options,
      told,
    });
    const records = (stream: string) =>
      heard.flatMap((message) => {
        if (message.type !== 'records' || message.stream !== stream) return [];
        return message.records.map(({ data }) => data.number);
      });
    return {
      orders: records('orders').sort(),
      records,
      logs: heard.flatMap((message) => (message.type === 'log' ? [message.message] : [])),
      failures: heard.flatMap((message) =>
        message.type === 'failure' ? [`${message.stream}: ${message.error.kind}`] : [],
      ),
    };
  }

  /** A first read of the large shop that is killed after its first page of orders. */
  let killAfter = 4;
  async function readHalf(): Promise<void> {
    sandbox = large;
    await advance(600);
    for (; ; killAfter += 1) {
      destination = new Destination();
      await read({ killAfter });
      const { size = 0 } = destination.tables.get('orders') ?? {};
      expect(size).toBeLessThan(260);
      if (size > 0) return;
    }
  }

  describe('brings each version of an order once', () => {
    test('told first, polled later', async () => {
      await read();
      const ids = await changeOrders(3);
      tell(ids);
      expect((await read({ extent: 'told' })).orders).toEqual([...ids].sort());
      for (const seconds of [0, 2, 70, 600]) {
        await advance(seconds);
        expect((await read({ extent: 'changes' })).orders).toEqual([]);
      }
      expect(inbox.waiting).toBe(0);
    });

    test.each([3, 30, 120, 4_000])('polled first, told %i seconds later', async (seconds) => {
      await read();
      const ids = await changeOrders(3);
      await advance(3);
      expect((await read({ extent: 'changes' })).orders).toEqual([...ids].sort());
      await advance(seconds);
      for (const extent of ['told', 'changes', 'told'] as const) {
        tell(ids);
        expect((await read({ extent })).orders).toEqual([]);
      }
      expect(inbox.waiting).toBe(0);
    });

    test('told twice, and told late between two polls', async () => {
      await read();
      const ids = await changeOrders(2);
      tell(ids);
      await read({ extent: 'told' });
      tell(ids);
      expect((await read({ extent: 'told' })).orders).toEqual([]);
      await advance(5);
      await read({ extent: 'changes' });
      tell(ids);
      await advance(100);
      expect((await read({ extent: 'changes' })).orders).toEqual([]);
    });

    test('and the version that comes after it', async () => {
      await read();
      const [id = 0] = await changeOrders(1, { otherComment: 'a' });
      tell([id]);
      await read({ extent: 'told' });
      const { changed } = (await control(sandbox, 'change', {
        changes: [{ kind: 'orders.update', numbers: [id], set: { isOnHold: true } }],
      })) as { changed: { orders: readonly number[] } };
      expect(changed.orders).toEqual([id]);
      await advance(5);
      expect((await read({ extent: 'changes' })).orders).toEqual([id]);
      tell([id]);
      expect((await read({ extent: 'told' })).orders).toEqual([]);
    });

    test('also when the poll that brought it was killed in its middle', async () => {
      await readHalf();
      const held = [...(destination.tables.get('orders')?.values() ?? [])].map(({ number }) =>
        Number(number),
      );
      tell(held);
      expect((await read({ extent: 'told' })).orders).toEqual([]);
      await read();
      expect(destination.repeats.get('orders') ?? 0).toBe(0);
    });
  });

  test('an id is done only when its records and a state have been written, however slow the destination is', async () => {
    await read();
    const ids = await changeOrders(3);
    tell(ids);
    let checkpoints = 0;
    let checkpointsAtTheEnd: number | undefined;
    const { ids: told } = inbox.reader(async () => {
      checkpointsAtTheEnd = checkpoints;
    });
    await runSync({
      sandbox,
      hasEvents: false,
      destination,
      mode: 'incremental',
      extent: 'told',
      told,
      hear: async ({ type }) => {
        await wait(20);
        if (type === 'checkpoint') checkpoints += 1;
      },
    });
    // Of orders and of their lines.
    expect(checkpointsAtTheEnd).toBe(2);
  });

  describe('tells how many the webhooks missed', () => {
    const healed = (logs: readonly string[]) => logs.find((line) => /^\d+ changed orders came/.test(line));

    test('just those', async () => {
      expect(healed((await read()).logs)).toBeUndefined();
      const ids = await changeOrders(5);
      tell(ids.slice(0, 3));
      await advance(5);
      expect(healed((await read()).logs)).toBe('2 changed orders came without a webhook, or before it.');
      await advance(5);
      expect(healed((await read()).logs)).toBe('0 changed orders came without a webhook, or before it.');
    });

    test('and not what an interrupted first read left', async () => {
      await readHalf();
      expect(healed((await read()).logs)).toBe('0 changed orders came without a webhook, or before it.');
    });
  });

  describe('an object that does not come', () => {
    test('is tried again later, and put aside with its reason after five times; the others are done', async () => {
      await read();
      const ids = await changeOrders(2);
      tell([...ids, 999_999]);
      expect((await read({ extent: 'told' })).orders).toEqual([...ids].sort());
      expect(inbox.waiting).toBe(1);
      for (let tries = 1; tries < 5; tries += 1) {
        expect(inbox.deadLetters.size).toBe(0);
        inbox.passDelays();
        await read({ extent: 'told' });
      }
      expect(inbox.waiting).toBe(0);
      expect([...inbox.deadLetters]).toEqual([
        ['order 999999', 'The shop shows none of its orders under 999999.'],
      ]);
    });

    test('since no stream wants it is done; one that is not there is not', async () => {
      const streams = await streamsOf({
        source: 'inline',
        yaml: `version: 1
streams:
  held: { from: orders, where: { isOnHold: true }, key: [id], columns: { id: id, number: number, updated_at: updatedAt } }
`,
      });
      await read({ streams });
      const [held = 0] = await changeOrders(1, { isOnHold: true });
      const others = (await changeOrders(4, { isOnHold: false })).filter((id) => id !== held);
      tell([held, ...others, 999_999]);
      const { records } = await read({ streams, extent: 'told' });
      expect(records('held')).toEqual([held]);
      expect(inbox.waiting).toBe(1);
    });

    test('goes to each of the streams whose filter lets it through', async () => {
      const streams = await streamsOf({
        source: 'inline',
        yaml: `version: 1
streams:
  retail: { from: orders, where: { storeType: DIRECT_TO_CONSUMER }, key: [id], columns: { id: id, number: number, updated_at: updatedAt } }
  wholesale: { from: orders, where: { storeType: WHOLESALE }, key: [id], columns: { id: id, number: number, updated_at: updatedAt } }
`,
      });
      await read({ streams });
      const ids = await changeOrders(40);
      tell(ids);
      const { records } = await read({ streams, extent: 'told' });
      expect(records('retail').length).toBeGreaterThan(0);
      expect(records('wholesale').length).toBeGreaterThan(0);
      expect([...records('retail'), ...records('wholesale')].sort()).toEqual([...ids].sort());
      expect(inbox.waiting).toBe(0);
    });
  });

  describe('a stream that fails takes no other with it', () => {
    test('over one object', async () => {
      const streams = await streamsOf({
        source: 'inline',
        yaml: `version: 1
streams:
  plain: { from: orders, key: [id], columns: { id: id, number: number, updated_at: updatedAt } }
  strict: { from: orders, key: [id], columns: { id: id, number: number, updated_at: updatedAt, external: { path: externalId, type: integer, on_error: fail } } }
`,
      });
      await read({ streams });
      const [bad = 0, good = 0] = await changeOrders(2, { externalId: '7' });
      await control(sandbox, 'change', {
        changes: [{ kind: 'orders.update', numbers: [bad], set: { externalId: 'not a number' } }],
      });
      tell([bad, good]);
      const { records, logs } = await read({ streams, extent: 'told' });
      expect(records('plain').sort()).toEqual([bad, good].sort());
      expect(records('strict')).toEqual([good]);
      expect(inbox.waiting).toBe(1);
      expect(logs.find((line) => line.includes('cannot be read now'))).toMatch(
        /^1 orders that webhooks told of/,
      );
    });

    test('over all', async () => {
      const streams = await streamsOf({
        source: 'inline',
        yaml: `version: 1
streams:
  plain: { from: orders, key: [id], columns: { id: id, number: number, updated_at: updatedAt } }
  broken: { from: orders, key: [id], columns: { id: id, number: number, updated_at: updatedAt } }
`,
      });
      const [plain, whole] = streams;
      if (plain === undefined || whole === undefined) throw new Error('There are two streams.');
      // As if the shop had lost a field since the session began.
      const fields = [...whole.selection.fields];
      const lost = { responseKey: 'lost', name: 'lost', args: [], selection: undefined };
      const broken = { ...whole, selection: { ...whole.selection, fields: [...fields, lost] } };
      await read({ streams: [plain] });
      const ids = await changeOrders(2);
      tell(ids);
      const both = await read({ streams: [plain, broken], extent: 'told' });
      expect(both.records('plain').sort()).toEqual([...ids].sort());
      expect(both.failures).toEqual([]);
      expect(inbox.waiting).toBe(0);
      expect((await read({ streams: [plain, broken] })).failures).toEqual(['broken: schema']);
      // With nothing left to read, they wait, and it is told why.
      tell(ids);
      expect((await read({ streams: [broken], extent: 'told' })).failures).toEqual(['broken: schema']);
      expect(inbox.waiting).toBe(2);
    });
  });

  describe('an inbox that fails', () => {
    const nothing: ToldIds = {
      claim: async () => [],
      done: async () => undefined,
      giveBack: async () => undefined,
      fail: async () => undefined,
    };
    const down = async () => {
      throw new Error('down');
    };

    test('when it is asked, is done without', async () => {
      await read();
      const ids = await changeOrders(2);
      await advance(5);
      const { orders, logs, failures } = await read({ told: { ...nothing, claim: down } });
      expect(orders).toEqual([...ids].sort());
      expect(failures).toEqual([]);
      expect(logs).toContain('The webhook inbox does not answer. The read goes on without it.');
    });

    test('when it is told what is done, brings nothing twice', async () => {
      await read();
      const ids = await changeOrders(2);
      tell(ids);
      const { ids: told } = inbox.reader();
      const { orders, failures } = await read({ told: { ...told, done: down } });
      expect(orders).toEqual([...ids].sort());
      expect(failures).toEqual([]);
      inbox.endLeases();
      expect(inbox.waiting).toBe(2);
      expect((await read()).orders).toEqual([]);
      expect(inbox.waiting).toBe(0);
    });
  });

  test('what is claimed is given back when the shop does not answer', async () => {
    await read();
    tell(await changeOrders(2));
    await control(sandbox, 'faults', { faults: [{ kind: 'internal', rate: 1 }] });
    const { failures } = await read({ extent: 'told' });
    await control(sandbox, 'faults', { faults: [] });
    expect(failures).toEqual(['orders: transient', 'order_lines: transient']);
    expect((await read({ extent: 'told' })).orders).toHaveLength(2);
  });
});
