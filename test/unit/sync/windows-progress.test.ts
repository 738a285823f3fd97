import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/json.ts';
import type { Message } from '../../../src/protocol/message.ts';
import { orders } from '../../../src/roots/orders.ts';
import { returns } from '../../../src/roots/returns.ts';
import { MOST_PARENTS } from '../../../src/sync/memory/parent-rows.ts';
import type { WindowsState } from '../../../src/sync/state.generated.ts';
import { WindowsProgress } from '../../../src/sync/windows/progress.ts';
import { plainStream } from './compiled-stream.ts';

const through = '2026-05-01T12:00:00Z';
const window = { from: '2026-05-01T11:00:00Z', to: through };
const fields = { pageKey: 'id', time: 'createdAt', status: 'returnStatus' };
const column = (name: string, source: string) => ({ name, source, jsonSchema: {} }) as never;

const origin = { shop: 'sandbox---', root: 'returns', key: 'id', columns: {} };

const plain = plainStream('returns', returns, {
  key: ['id'],
  cursor: 'createdAt',
  columns: [column('id', 'id')],
});
const lines = plainStream('return_lines', returns, {
  each: ['lines'],
  key: ['return_id', 'line_id'],
  cursor: 'createdAt',
  columns: [column('return_id', '^id'), column('line_id', 'id')],
  rows: (object) =>
    (object.lines as number[]).map((line) => ({
      data: { return_id: object.id, line_id: line } as JsonObject,
      changes: [],
    })),
});

function progressOf(stream: typeof plain, state: Partial<WindowsState> = {}): WindowsProgress {
  return new WindowsProgress({
    stream,
    change: returns.change as never,
    fields,
    state: { version: 2, kind: 'windows', mode: 'incremental', origin, through, owed: [window], ...state },
    tellsDeletions: true,
    serverNow: '2026-05-01T12:00:05Z',
    lookbackSeconds: 60,
  });
}

function written(messages: readonly Message[]): readonly unknown[] {
  return messages.flatMap((message) =>
    message.type === 'records'
      ? message.records.map(({ data, deletedAt }) => (deletedAt === undefined ? data : { gone: data }))
      : [],
  );
}

function stateOf(messages: readonly Message[]): WindowsState {
  const checkpoint = messages.find((message) => message.type === 'checkpoint');
  if (checkpoint?.type !== 'checkpoint') throw new Error('There is no checkpoint.');
  return checkpoint.state as unknown as WindowsState;
}

const late = '2026-05-01T11:59:50Z';
const pending = { id: 7, createdAt: late, returnStatus: 'PENDING' };
const completed = { id: 7, createdAt: late, returnStatus: 'COMPLETED' };

describe('what is remembered of a row is what was written of it last', () => {
  test('a row that was completed after its window, and reopened, is written again', () => {
    const first = progressOf(plain);
    first.take(pending, window);
    expect(written(first.checkpointIn(window, undefined))).toEqual([pending]);
    first.takeAgain(completed);
    const messages = first.checkpoint();
    expect(written(messages)).toEqual([completed]);
    const second = progressOf(plain, { ...stateOf(messages), owed: [window] });
    second.take(pending, window);
    expect(written(second.checkpointIn(window, undefined))).toEqual([pending]);
  });

  test('a row that comes again as it was is not', () => {
    const first = progressOf(plain);
    first.take(completed, window);
    const second = progressOf(plain, { ...stateOf(first.checkpointIn(window, undefined)), owed: [window] });
    second.take(completed, window);
    expect(written(second.checkpointIn(window, undefined))).toEqual([]);
    expect(second.writer.tally.unchanged).toBe(1);
  });
});

describe('what is gone is told', () => {
  test('also of a row that is open and older than what is compared', () => {
    const first = progressOf(plain);
    first.take({ ...pending, createdAt: '2026-05-01T11:10:00Z' }, window);
    first.forgetBefore('2026-06-01');
    const second = progressOf(plain, { ...stateOf(first.checkpointIn(window, undefined)), owed: [] });
    second.drop(7, '2026-07-01T00:00:00Z');
    expect(written(second.checkpoint())).toEqual([{ gone: { id: 7, createdAt: '2026-07-01T00:00:00Z' } }]);
  });

  test('also of a line that left', () => {
    const first = progressOf(lines);
    first.take({ ...pending, lines: [1, 2, 3] }, window);
    first.checkpointIn(window, undefined);
    first.takeAgain({ ...pending, lines: [1, 3] });
    expect(written(first.checkpoint())).toEqual([
      { return_id: 7, line_id: 1 },
      { return_id: 7, line_id: 3 },
      { gone: { return_id: 7, line_id: 2, createdAt: '2026-05-01T12:00:05Z' } },
    ]);
  });
});

describe('what something outside told of', () => {
  const at = (comment: string) => ({ ...completed, comment });

  test('is what was written last, also when a window wrote something else of it since', () => {
    const first = progressOf(plain, { owed: [] });
    first.takeTold(at('a'));
    const told = stateOf(first.checkpoint());
    expect(told.told).toBeDefined();
    const second = progressOf(plain, { ...told, owed: [{ ...window, to: '2026-05-01T11:59:59Z' }] });
    second.take(at('b'), { ...window, to: '2026-05-01T11:59:59Z' });
    const messages = second.checkpointIn({ ...window, to: '2026-05-01T11:59:59Z' }, 'a position');
    expect(written(messages)).toEqual([at('b')]);
    const third = progressOf(plain, stateOf(messages));
    third.takeTold(at('a'));
    expect(written(third.checkpoint())).toEqual([at('a')]);
  });

  test('is written again when it was gone in between', () => {
    const first = progressOf(plain, { owed: [] });
    first.takeTold(completed);
    first.drop(7, '2026-05-01T12:00:05Z');
    const messages = first.checkpoint();
    const second = progressOf(plain, { ...stateOf(messages), owed: [] });
    second.takeTold(completed);
    expect(written(second.checkpoint())).toEqual([completed]);
  });
});

test('what two windows both give is written once, in one run and over two', () => {
  const early = { from: '2026-05-01T10:00:00Z', to: '2026-05-01T11:59:55Z' };
  const owed = [early, window];
  const first = progressOf(plain, { owed });
  first.take(completed, window);
  const messages = first.checkpointIn(window, undefined);
  expect(written(messages)).toEqual([completed]);
  first.take(completed, early);
  expect(written(first.checkpointIn(early, undefined))).toEqual([]);
  const second = progressOf(plain, stateOf(messages));
  second.take(completed, early);
  expect(written(second.checkpointIn(early, undefined))).toEqual([]);
});

describe('rows whose key holds their place, of objects whose changes have a date', () => {
  const placed = plainStream('order_lines', orders, {
    each: ['lines'],
    key: ['order_id', 'place'],
    keyedByPosition: true,
    cursor: 'updatedAt',
    columns: [column('order_id', '^id'), column('place', '$position')],
    rows: (object) =>
      (object.lines as string[]).map((sku, at) => ({
        data: { order_id: object.id, place: at + 1, sku } as JsonObject,
        changes: [],
      })),
  });
  const open = (state: Partial<WindowsState>, readBefore?: string) =>
    new WindowsProgress({
      stream: placed,
      change: orders.change as never,
      fields: { pageKey: 'number', id: 'id', time: 'updatedAt', status: undefined },
      state: { version: 2, kind: 'windows', mode: 'incremental', origin, through, owed: [window], ...state },
      tellsDeletions: true,
      serverNow: '2026-05-01T12:00:05Z',
      lookbackSeconds: 60,
      readBefore,
    });
  const order = (number: number, lines: readonly string[]) => ({
    number,
    id: `h${number}`,
    updatedAt: '2026-05-01T11:10:00Z',
    lines,
  });
  const gone = (messages: readonly Message[]) =>
    written(messages).flatMap((row) => {
      const { gone: key } = row as { gone?: { order_id: string; place: number } };
      return key === undefined ? [] : [`${key.order_id}/${key.place}`];
    });

  test('the places that have gone are told; of an order that is new, none', () => {
    const first = open({});
    first.take(order(1, ['a', 'b', 'c']), window);
    const messages = first.checkpointIn(window, undefined);
    expect(gone(messages)).toEqual([]);
    const second = open({ ...stateOf(messages), owed: [window] }, '2026-05-01T11:00:00Z');
    second.take(order(1, ['a']), window);
    second.take(order(2, ['a']), window);
    const again = second.checkpointIn(window, undefined);
    expect(gone(again)).toEqual(['h1/2', 'h1/3']);
    const third = open({ ...stateOf(again), owed: [] }, through);
    expect(third.drop(1, through)).toBe('told');
    expect(third.drop(3, through)).toBe('not_written');
    expect(gone(third.checkpoint())).toEqual(['h1/1']);
  });

  test('of an old order that is not remembered, all places that any order had', () => {
    const first = open({});
    first.take(order(1, ['a', 'b', 'c', 'd']), window);
    for (let number = 2; number <= MOST_PARENTS + 1; number += 1) first.take(order(number, ['a']), window);
    const messages = first.checkpointIn(window, undefined);
    expect(gone(messages)).toEqual([]);
    const second = open({ ...stateOf(messages), owed: [window] }, '2026-05-01T11:00:00Z');
    second.take(order(1, ['a', 'b']), window);
    second.take(order(2, ['a']), window);
    expect(gone(second.checkpointIn(window, undefined))).toEqual(['h1/3', 'h1/4']);
    expect(second.drop(1, through)).toBe('unnamed');
    expect(JSON.stringify(stateOf(messages)).length).toBeLessThan(40_000);
  });
});

describe('what is open is read again', () => {
  const state = (day: number, extra: Partial<WindowsState> = {}) => {
    const progress = progressOf(plain, extra);
    progress.take(pending, window);
    const at = stateOf(progress.checkpointIn(window, undefined));
    expect(at.open_since).toBe(`${day.toString(36)}:7`);
    return at;
  };
  // 2026-05-01.
  const today = 20_574;
  const keysAt = (now: string, from: WindowsState) => {
    const progress = new WindowsProgress({
      stream: plain,
      change: returns.change as never,
      fields,
      state: from,
      tellsDeletions: true,
      serverNow: now,
      lookbackSeconds: 60,
      readBefore: through,
    });
    const due = progress.openKeys;
    progress.openWereRead();
    return { due, state: stateOf(progress.checkpoint()) };
  };

  test('in each run for 14 days, then daily for a year, then weekly, and never forgotten', () => {
    let at = state(today);
    const turns: readonly [string, boolean][] = [
      ['2026-05-14T23:00:00Z', true],
      ['2026-05-14T23:30:00Z', true],
      ['2026-05-15T01:00:00Z', true],
      ['2026-05-15T23:00:00Z', false],
      ['2026-05-16T00:10:00Z', true],
      ['2027-05-02T00:00:00Z', true],
      ['2027-05-08T00:00:00Z', false],
      ['2027-05-09T00:00:00Z', true],
      ['2036-05-09T00:00:00Z', true],
    ];
    for (const [now, isDue] of turns) {
      const turn = keysAt(now, at);
      expect([now, turn.due]).toEqual([now, isDue ? [7] : []]);
      at = turn.state;
    }
  });

  test.each([
    ['a status that is null', null],
    ['a status that nobody has heard of', 'ON_ITS_WAY'],
  ])('%s is open', (_, returnStatus) => {
    const progress = progressOf(plain);
    progress.take({ id: 7, createdAt: late, returnStatus }, window);
    expect(stateOf(progress.checkpointIn(window, undefined)).open).toBeDefined();
  });

  test('without a status, what is young is open', () => {
    const progress = new WindowsProgress({
      stream: plain,
      change: returns.change as never,
      fields: { ...fields, status: undefined },
      state: { version: 2, kind: 'windows', mode: 'incremental', origin, through, owed: [window] },
      tellsDeletions: true,
      serverNow: '2026-05-01T12:00:05Z',
      lookbackSeconds: 60,
    });
    progress.take({ id: 7, createdAt: late }, window);
    progress.take({ id: 8, createdAt: '2026-01-01T00:00:00Z' }, window);
    progress.checkpointIn(window, undefined);
    expect(progress.openKeys).toEqual([7]);
  });
});
