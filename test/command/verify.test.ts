import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { StreamReport } from '../../src/verify/report.ts';
import { catalogOf, configured, fileWith, lastStates, type Outcome, sourceCentra } from './harness.ts';
import { openShop, type TestShop } from './sandbox-control.ts';

interface Result {
  readonly isEqual: boolean;
  readonly streams: readonly StreamReport[];
  readonly not_compared: readonly { readonly stream: string; readonly reason: string }[];
  readonly asked: { readonly requests: number };
}

/** A shop with one read of it. */
interface Scene {
  readonly shop: TestShop;
  readonly catalog: string;
  readonly first: Outcome;
}

const names = ['orders', 'order_lines', 'returns', 'return_lines', 'indeliveries', 'indelivery_lines'];

async function scene(options: object = {}): Promise<Scene> {
  const shop = await openShop({ orders: 150, ...options });
  const discovered = catalogOf(await sourceCentra(['discover', '--config', shop.config]));
  const catalog = fileWith(configured(discovered, 'incremental', names));
  const first = await sourceCentra(['read', '--config', shop.config, '--catalog', catalog]);
  return { shop, catalog, first };
}

function verify({ shop, catalog }: Scene, outputs: readonly string[], more: readonly string[] = []) {
  const files = outputs.flatMap((stdout) => ['--output', fileWith(stdout, 'jsonl')]);
  const args = ['verify', '--config', shop.config, '--catalog', catalog, ...files, ...more];
  return sourceCentra(args, { isForPeople: true });
}

/** Reads everything again, so that nothing is left to chance. */
async function verifyJson(of: Scene, outputs: readonly string[], more: readonly string[] = []) {
  const { code, stdout } = await verify(of, outputs, ['--json', '--sample', '10000', ...more]);
  const result = JSON.parse(stdout) as Result;
  return { code, result, stream: (name: string) => streamOf(result, name) };
}

function streamOf({ streams }: Result, name: string): StreamReport {
  const report = streams.find(({ stream }) => stream === name);
  if (report === undefined) throw new Error(`${name} was not compared.`);
  return report;
}

type Row = Record<string, unknown>;

/** The day on which most orders changed. */
function busiestDay({ messages }: Outcome): string {
  const rows = new Map<string, number>();
  for (const { record } of messages) {
    if (record?.stream !== 'orders') continue;
    const day = String((record.data as Row).updated_at).slice(0, 10);
    rows.set(day, (rows.get(day) ?? 0) + 1);
  }
  return [...rows].sort(([, a], [, b]) => b - a)[0]?.[0] ?? '';
}

/** The output with other records in the place of each one of a stream. */
function doctored(
  stdout: string,
  stream: string,
  change: (row: Row, index: number) => readonly Row[],
): string {
  let index = -1;
  return stdout
    .split('\n')
    .flatMap((line) => {
      if (!line.startsWith(`{"type":"RECORD","record":{"stream":"${stream}",`)) return [line];
      const message = JSON.parse(line) as { record: { data: Row } };
      index += 1;
      return change(message.record.data, index).map((data) =>
        JSON.stringify({ ...message, record: { ...message.record, data } }),
      );
    })
    .join('\n');
}

function rowOf({ messages }: Outcome, stream: string, index: number): Row {
  const rows = messages.filter(({ record }) => record?.stream === stream);
  return rows[index]?.record?.data as Row;
}

function steady(text: string): string {
  return text.replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT');
}

async function expectGolden(name: string, text: string): Promise<void> {
  await expect(steady(text)).toMatchFileSnapshot(
    join(import.meta.dirname, '..', 'golden', 'verify', `${name}.txt`),
  );
}

describe('the output of a whole read', () => {
  let of: Scene;
  beforeAll(async () => {
    of = await scene();
  });

  test('is equal', async () => {
    const { code, stdout, stderr } = await verify(of, [of.first.stdout]);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    await expectGolden('equal', stdout);
  });

  test('is compared with few requests, and by every row where that is wanted', async () => {
    const { code, result, stream } = await verifyJson(of, [of.first.stdout]);
    const held = await of.shop.counts();
    expect(code).toBe(0);
    expect(result.isEqual).toBe(true);
    expect(result.asked.requests).toBeLessThan(20);
    for (const name of ['orders', 'returns', 'indeliveries']) {
      expect(stream(name), name).toMatchObject({
        shop: held[name],
        output: held[name],
        read_again: held[name],
      });
    }
  });

  test('has been tampered with: each change is found, with its key', async () => {
    const { first } = of;
    const key = rowOf(first, 'orders', 1).id;
    const orders = doctored(first.stdout, 'orders', (row, index) => {
      if (index === 5) return [{ ...row, total: Number(row.total) + 0.01 }];
      if (index === 9) return [{ ...row, id: key }];
      return index === 7 ? [] : [row];
    });
    const lines = doctored(orders, 'order_lines', (row, index) => (index === 3 ? [] : [row]));
    const returns = doctored(lines, 'returns', (row, index) => (index === 2 ? [row, row] : [row]));
    const output = doctored(returns, 'indeliveries', (row, index) =>
      index === 0 ? [row, { ...row, id: 987654 }] : [row],
    );
    const { code, stream } = await verifyJson(of, [output]);
    expect(code).toBe(1);

    const [replaced, amended, left, renamed] = [1, 5, 7, 9].map((index) => rowOf(first, 'orders', index));
    expect([...stream('orders').missing.ids].sort()).toEqual([left?.id, renamed?.id].sort());
    expect(stream('orders').differing.count).toBe(2);
    expect(stream('orders').differing.ids).toContainEqual({ id: amended?.id, columns: ['total'] });
    expect(stream('orders').differing.ids.map(({ id }) => id)).toContain(replaced?.id);
    const days = stream('orders').days.filter(({ shop, output: found }) => shop > found);
    expect(days.map(({ day, status }) => `${day} ${status}`)).toContain(
      `${String(left?.updated_at).slice(0, 10)} ${left?.status}`,
    );
    const sums = stream('orders').amounts.filter(
      ({ day, status, column }) =>
        day === String(amended?.updated_at).slice(0, 10) && status === amended?.status && column === 'total',
    );
    expect((sums[0]?.output ?? 0) - (sums[0]?.shop ?? 0)).toBeCloseTo(0.01, 4);
    expect(JSON.stringify(stream('orders').differing)).not.toContain(String(amended?.total));

    const { order_id, order_line_id } = rowOf(first, 'order_lines', 3);
    expect(stream('order_lines').missing).toEqual({ count: 1, ids: [`${order_id}/${order_line_id}`] });
    // A record that comes twice is harmless.
    expect(stream('returns').isEqual).toBe(true);
    expect(stream('returns').repeated).toEqual({ count: 1, ids: [String(rowOf(first, 'returns', 2).id)] });
    expect(stream('indeliveries').surplus).toEqual({ count: 1, ids: ['987654'] });
  });

  test('lacks a whole day', async () => {
    const day = busiestDay(of.first);
    const isOfDay = (row: Row) => String(row.updated_at).startsWith(day);
    const output = doctored(of.first.stdout, 'orders', (row) => (isOfDay(row) ? [] : [row]));
    const { code, stdout } = await verify(of, [output], ['--ids', '3']);
    expect(code).toBe(1);
    await expectGolden('missing-day', stdout);
    const { stream } = await verifyJson(of, [output]);
    const lost = of.first.messages.flatMap(({ record }) => {
      const row = record?.data as Row | undefined;
      return record?.stream === 'orders' && row !== undefined && isOfDay(row) ? [row] : [];
    });
    expect(stream('orders').missing.count).toBe(lost.length);
    expect(stream('orders').days.filter(({ shop, output: found }) => shop !== found)).toMatchObject(
      [...new Set(lost.map(({ status }) => status))].sort().map((status) => ({ day, status, output: 0 })),
    );
  });

  test('was cut off in the middle of a line: compared is what its last state covers', async () => {
    const states = fileWith(lastStates(of.first));
    const output = of.first.stdout.slice(0, -20);
    const { code, stderr } = await verify(of, [output], ['--state', states]);
    expect(code).toBe(0);
    expect(stderr).toContain('1 were passed over');
  });

  test('without a state nothing can be compared', async () => {
    const output = of.first.stdout.replaceAll(/^\{"type":"STATE".*\n/gm, '');
    const { code, result } = await verifyJson(of, [output]);
    expect(code).toBe(2);
    expect(result.not_compared).toHaveLength(names.length);
    expect(result.not_compared[0]?.reason).toContain('No state covers it');
  });

  test('where a state covers a part of it, the rest is not called equal', async () => {
    const output = of.first.stdout.replaceAll(/^\{"type":"STATE".*"name":"(order|return).*\n/gm, '');
    const { code, stdout } = await verify(of, [output]);
    expect(code).toBe(2);
    expect(stdout).toContain(
      'Equal as far as it was compared; orders, order_lines, returns and return_lines were not: the lines above say why.',
    );
  });

  test('an output that is not there is said in one sentence', async () => {
    const args = [
      'verify',
      '--config',
      of.shop.config,
      '--catalog',
      of.catalog,
      '--output',
      '/nowhere.jsonl',
    ];
    const { code, stderr } = await sourceCentra(args, { isForPeople: true });
    expect(code).toBe(2);
    expect(stderr).toBe(
      'source-centra: The file /nowhere.jsonl with the output cannot be read. Give with --output what a read printed on stdout.\n',
    );
  });

  test('a file that is no output is refused, and one without records is not called different', async () => {
    const readme = await verify(of, ['# A shop\n\nSome words.\n{"name":"a-package"}\n']);
    expect({ code: readme.code, stdout: readme.stdout }).toEqual({ code: 2, stdout: '' });
    expect(readme.stderr).toMatch(
      /^source-centra: The file .+ is no output of a read: no line of it is a message of the protocol\. Give with --output what a read printed on stdout\.\n$/,
    );
    const logs = await verify(of, ['{"type":"LOG","log":{"level":"INFO","message":"x"}}\n']);
    expect(logs.code).toBe(2);
    expect(logs.stdout).toContain('Nothing was compared: no output holds a record or a state.');
    const stateless = of.first.stdout.replaceAll(/^\{"type":"STATE".*\n/gm, '');
    const uncovered = await verify(of, [stateless]);
    expect(uncovered.code).toBe(2);
    expect(uncovered.stdout).toContain('Nothing was compared: the lines above say why.');
  });

  test('without counters, all ids are listed', async () => {
    await of.shop.control('schema', { remove: ['Query.counters'] });
    const output = doctored(of.first.stdout, 'returns', (row, index) => (index === 4 ? [] : [row]));
    const { code, stream } = await verifyJson(of, [output]);
    await of.shop.control('schema', { remove: [] });
    expect(code).toBe(1);
    for (const name of names) expect(stream(name).isEqual, name).toBe(name !== 'returns');
    expect(stream('returns').missing.ids).toEqual([String(rowOf(of.first, 'returns', 4).id)]);
  });

  test('what the token may not see is not compared', async () => {
    await of.shop.control('permissions', { deny: ['Return:read'] });
    const { code, result } = await verifyJson(of, [of.first.stdout]);
    await of.shop.control('permissions', { deny: [] });
    expect(code).toBe(3);
    expect(result.not_compared.map(({ stream }) => stream)).toEqual(['returns', 'return_lines']);
    expect(result.not_compared[0]?.reason).toContain('Return:read');
    expect(streamOf(result, 'orders').isEqual).toBe(true);
  });
});

describe('what changed in the shop since', () => {
  test('is no difference, and is equal again after the next read', async () => {
    const of = await scene({ seed: 3 });
    await of.shop.advance(300);
    const changed = await of.shop.change(
      { kind: 'orders.update', count: 3 },
      { kind: 'orders.create', count: 2 },
      { kind: 'returns.complete', count: 1 },
      { kind: 'returns.create', count: 1 },
      { kind: 'deliveries.advance', count: 1 },
    );
    await of.shop.advance(300);
    const { code, result, stream } = await verifyJson(of, [of.first.stdout]);
    expect(code).toBe(0);
    expect(result.isEqual).toBe(true);
    expect(changed.orders).toHaveLength(5);
    expect(stream('orders').changed_since).toEqual({ changed: 3, added: 2, gone: 0 });
    expect(stream('order_lines').changed_since).toEqual({ changed: 3, added: 2, gone: 0 });
    expect(stream('returns').changed_since).toEqual({ changed: 1, added: 1, gone: 0 });
    expect(stream('indeliveries').changed_since).toEqual({ changed: 1, added: 0, gone: 0 });
    await expectGolden('changed-since', (await verify(of, [of.first.stdout])).stdout);

    const state = fileWith(lastStates(of.first));
    const args = ['read', '--config', of.shop.config, '--catalog', of.catalog, '--state', state];
    const second = await sourceCentra(args);
    const both = await verifyJson(of, [of.first.stdout, second.stdout]);
    expect(both.code).toBe(0);
    for (const name of names) {
      expect(both.stream(name).changed_since, name).toEqual({ changed: 0, added: 0, gone: 0 });
    }
    // Without the second output, the second state promises more than there is.
    const stale = await verifyJson(of, [of.first.stdout], ['--state', fileWith(lastStates(second))]);
    expect(stale.code).toBe(1);
    expect(stale.stream('orders').missing.count).toBe(2);
    expect(stale.stream('orders').differing.count).toBe(3);
  });

  test('without a trace is a difference: deletions, and a return that was reopened', async () => {
    const of = await scene({ seed: 5 });
    await of.shop.advance(300);
    const changed = await of.shop.change(
      { kind: 'orders.delete', count: 1 },
      { kind: 'returns.reopen', count: 1 },
    );
    const { code, stream } = await verifyJson(of, [of.first.stdout]);
    expect(code).toBe(1);
    const deleted = of.first.messages.flatMap(({ record }) => {
      const data = record?.data as Row | undefined;
      return record?.stream === 'orders' && data?.number === changed.orders?.[0] ? [data?.id] : [];
    });
    expect(stream('orders').surplus.ids).toEqual(deleted);
    expect(stream('returns').differing.ids).toMatchObject([
      { id: String(changed.returns?.[0]), columns: expect.arrayContaining(['status']) },
    ]);
  });

  test('a record that says that a row is deleted removes it', async () => {
    const of = await scene({ seed: 5 });
    const gone = rowOf(of.first, 'indeliveries', 2).id;
    const lines = of.first.messages.flatMap(({ record }) => {
      const data = record?.data as Row | undefined;
      return record?.stream === 'indelivery_lines' && data?.indelivery_id === gone ? [data as Row] : [];
    });
    await of.shop.change({ kind: 'deliveries.delete', ids: [gone] });
    const deletedAt = '2026-05-01T12:05:00Z';
    const tombstone = (stream: string, key: Row) =>
      JSON.stringify({
        type: 'RECORD',
        record: { stream, emitted_at: 0, data: { ...key, _ab_cdc_deleted_at: deletedAt } },
      });
    const more = [
      tombstone('indeliveries', { id: gone }),
      ...lines.map(({ indelivery_id, line_number }) =>
        tombstone('indelivery_lines', { indelivery_id, line_number }),
      ),
    ];
    const before = await verifyJson(of, [of.first.stdout]);
    const after = await verifyJson(of, [of.first.stdout, `${more.join('\n')}\n`]);
    expect(after.code).toBe(0);
    // A delivery that was under way is looked after by the state; one that was in stock is not.
    const { surplus, changed_since: since } = before.stream('indeliveries');
    expect(surplus.count + since.gone).toBe(1);
  });
});
