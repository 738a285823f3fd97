import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ConnectorError } from '../../../src/errors.ts';
import type { Message } from '../../../src/protocol/message.ts';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.ts';
import { reasonOf, SetAsideRows } from '../../../src/sync/set-aside.ts';
import { readByKeys } from '../../../src/sync/windows/group.ts';
import { control, Destination, runSync, streamsOf } from './in-process.ts';
import { ModelInbox } from './webhook-model.ts';

const failure = (message = 'Centra failed.', path?: readonly (string | number)[]) =>
  new ConnectorError({ kind: 'transient', code: 'centra/failed', message, path });
const NOW = '2026-05-01T12:00:00Z';
const LATER = '2026-05-02T12:00:00Z';

describe('the rows of a stream that are set aside', () => {
  test('keep the time and the name under which they were set aside first', () => {
    const first = new SetAsideRows(undefined);
    first.add({ id: 'a1', key: 7, error: failure() }, NOW);
    expect(first.fresh).toHaveLength(1);
    const second = new SetAsideRows(first.encode());
    second.add({ id: 'a1', key: 'a1', error: failure('Centra fails still.') }, LATER);
    expect(second.fresh).toEqual([]);
    expect(second.known).toEqual([{ id: 'a1', key: 7, reason: 'Centra fails still.', since: NOW }]);
  });

  test('are so few that a state stays small; with more it is the stream that fails', () => {
    const rows = new SetAsideRows(undefined);
    for (let id = 1; id <= 100; id += 1) rows.add({ id, key: id, error: failure('x'.repeat(5_000)) }, NOW);
    const error = failure('one too many');
    expect(() => rows.add({ id: 101, key: 101, error }, NOW)).toThrow(error);
    expect(JSON.stringify(rows.encode()).length).toBeLessThan(40_000);
  });

  test('are over when everything was read since, and they were not refused again', () => {
    const rows = new SetAsideRows([
      { id: 1, key: 1, reason: 'r', since: NOW },
      { id: 2, key: 2, reason: 'r', since: NOW },
    ]);
    rows.add({ id: 2, key: 2, error: failure() }, LATER);
    expect(rows.settle(LATER).map(({ id }) => id)).toEqual([1]);
    expect(rows.encode()?.map(({ id }) => id)).toEqual([2]);
  });

  test.each([
    [['orders', 17, 'lines', 3, 'productSize'], 'its field lines.productSize fails'],
    [['orderConnection', 'edges', 17, 'node', 'lines_limit_200'], 'its field lines fails'],
    [['orders', 17, '__typename'], 'its field __typename fails'],
    [['orders'], 'Centra failed.'],
    [undefined, 'Centra failed.'],
  ])('name the field of %j', (path, reason) => {
    expect(reasonOf(failure('Centra failed.', path))).toBe(reason);
  });
});

test('a row that is refused when it is read again by its id is not taken for deleted', async () => {
  const seen = { dropped: [] as number[], aside: [] as unknown[] };
  const member = {
    writer: { aside: { add: ({ key }: { key: unknown }) => seen.aside.push(key) } },
    drop: (key: number) => seen.dropped.push(key),
    checkpoint: () => [],
  };
  const reader = {
    group: { root: { id: 'id', pageKey: { field: 'id' } } },
    members: [member],
    run: { serverNow: NOW, input: {}, outlet: { push: async () => undefined } },
    rows: {
      async *byIds(ids: readonly number[]) {
        yield { ids, objects: [], refused: [{ id: 1, key: 1, error: failure() }] };
      },
    },
  };
  expect(await readByKeys(reader as never, [1, 2])).toEqual([2]);
  expect(seen).toEqual({ dropped: [], aside: [1] });
});

const all = (await streamsOf({ source: 'bundled', name: 'default' })).filter(({ name }) =>
  ['orders', 'order_lines'].includes(name),
);

describe('in a read', () => {
  let sandbox: Sandbox;
  let destination: Destination;
  beforeAll(async () => {
    sandbox = await startSandbox({ clockStart: NOW, clockFrozen: true, plan: 'unlimited', orders: 60 });
  });
  afterAll(() => sandbox.close());
  beforeEach(async () => {
    destination = new Destination();
    await control(sandbox, 'advance', { seconds: 600 });
    await control(sandbox, 'unservable', { orders: [] });
  });
  async function read(options: Partial<Parameters<typeof runSync>[0]> = {}) {
    const heard: Message[] = [];
    await runSync({
      sandbox,
      hasEvents: false,
      destination,
      mode: 'incremental',
      toleratesFailures: true,
      streams: all,
      hear: (message) => void heard.push(message),
      ...options,
    });
    return {
      numbers: heard.flatMap((message) =>
        message.type === 'records' && message.stream === 'orders'
          ? message.records.map(({ data }) => Number(data.number))
          : [],
      ),
      failures: heard.flatMap((message) =>
        message.type === 'failure'
          ? [`${message.stream} ${message.error.kind}: ${message.error.message}`]
          : [],
      ),
      ends: heard.flatMap((message) =>
        message.type === 'status' && /complete/.test(message.status)
          ? [`${message.stream} ${message.status}`]
          : [],
      ),
      logs: heard.flatMap((message) => (message.type === 'log' ? [message.message] : [])).join('\n'),
    };
  }

  test('a value that our own code stumbles over is the fault of its row alone', async () => {
    const rows = (await control(sandbox, 'ids?root=orders')) as { number: number }[];
    const bad = rows[20]?.number;
    const stumbling = all.map((stream) => ({
      ...stream,
      rows: (...given: Parameters<typeof stream.rows>) => {
        if (stream.name === 'orders' && given[0].number === bad) throw new TypeError('It is not a list.');
        return stream.rows(...given);
      },
    }));
    const first = await read({ streams: stumbling });
    expect(first.failures).toHaveLength(1);
    expect(first.failures[0]).toMatch(`orders mapping: 1 of the orders cannot be read and was set aside`);
    expect(first.failures[0]).toMatch(`${bad} (no row of orders can be made of it (TypeError))`);
    expect(first.ends.toSorted()).toEqual(['order_lines complete', 'orders incomplete']);
    expect(first.numbers).toHaveLength(59);

    const second = await read({ streams: stumbling });
    expect(second.failures).toEqual([]);
    expect(second.logs).toMatch('orders: 1 of the orders set aside since');

    const third = await read();
    expect(third.numbers).toContain(bad);
    expect(third.logs).toMatch(`Of the orders, ${bad}, set aside since`);
    expect(destination.tables.get('orders')?.size).toBe(60);
  });

  test('an order of which a webhook told, and that the API refuses, takes no other with it', async () => {
    await read();
    const inbox = new ModelInbox();
    await control(sandbox, 'advance', { seconds: 60 });
    const { changed } = (await control(sandbox, 'change', {
      changes: [{ kind: 'orders.update', count: 4 }],
    })) as { changed: { orders: readonly number[] } };
    const [bad = 0, ...others] = changed.orders;
    await control(sandbox, 'unservable', { orders: [bad] });
    inbox.store(changed.orders.map((id) => ({ type: 'order', id })));
    const outcome = await read({ told: inbox.reader().ids, extent: 'told' });
    expect(outcome.failures).toEqual([]);
    expect(outcome.numbers.toSorted()).toEqual([...others].sort());
    expect(inbox.waiting).toBe(1);
    expect(outcome.logs).toMatch(
      /1 orders .* cannot be read now, and are tried again later: .*its field lines fails/,
    );

    await control(sandbox, 'unservable', { orders: [] });
    inbox.passDelays();
    expect((await read({ told: inbox.reader().ids, extent: 'told' })).numbers).toEqual([bad]);
    expect(inbox.waiting).toBe(0);
  });
});
