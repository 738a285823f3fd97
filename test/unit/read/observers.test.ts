import { describe, expect, test } from 'vitest';
import { ConnectorError } from '../../../src/errors.ts';
import type { Message } from '../../../src/protocol/message.ts';
import { failureKinds } from '../../../src/read/observers/failure-kinds.ts';
import { lastStates } from '../../../src/read/observers/last-states.ts';
import { type Observer, observe } from '../../../src/read/observers/observer.ts';

const messages: readonly Message[] = [
  { type: 'status', stream: 'orders', status: 'started' },
  { type: 'checkpoint', stream: 'orders', state: { at: 1 }, recordCount: 0 },
  { type: 'checkpoint', stream: 'orders', state: { at: 2 }, recordCount: 0 },
];

async function* said(list: readonly Message[] = messages): AsyncGenerator<Message> {
  yield* list;
}

/** Notes what it hears into a list that others write to as well. */
function noting(list: string[], name = 'observer'): Observer {
  return { take: ({ type }) => list.push(`${name} ${type}`), end: () => list.push(`${name} end`) };
}

describe('observers', () => {
  test('hear of a message when it has been taken, in their order, and of the end once', async () => {
    const heard: string[] = [];
    for await (const { type } of observe(said(messages.slice(0, 2)), [
      noting(heard, 'a'),
      noting(heard, 'b'),
    ]))
      heard.push(`taken ${type}`);
    expect(heard).toEqual([
      ...['taken status', 'a status', 'b status'],
      ...['taken checkpoint', 'a checkpoint', 'b checkpoint'],
      ...['a end', 'b end'],
    ]);
  });

  test('do not hear of a message that could not be written, and hear of the end all the same', async () => {
    const heard: string[] = [];
    const states = new Map<string, unknown>([['orders', 'before']]);
    const writing = async () => {
      for await (const message of observe(said(), [lastStates(states), noting(heard)]))
        if (message.type === 'checkpoint' && message.state.at === 2) throw new Error('The disk is full.');
    };
    await expect(writing()).rejects.toThrow('The disk is full.');
    expect(heard).toEqual(['observer status', 'observer checkpoint', 'observer end']);
    expect(states.get('orders')).toEqual({ at: 1 });
  });

  test('hear of the end when the run itself fails', async () => {
    const heard: string[] = [];
    const failing = (async function* (): AsyncGenerator<Message> {
      yield* messages.slice(0, 1);
      throw new Error('The API is down.');
    })();
    const reading = async () => {
      for await (const _ of observe(failing, [noting(heard)]));
    };
    await expect(reading()).rejects.toThrow('The API is down.');
    expect(heard).toEqual(['observer status', 'observer end']);
  });

  test('collect the kinds of failures', async () => {
    const failures = failureKinds();
    const failure = (kind: 'permission' | 'transient'): Message => ({
      type: 'failure',
      stream: 'orders',
      error: new ConnectorError({ kind, code: 'test', message: 'A test.' }),
    });
    const list = [failure('permission'), failure('transient'), failure('permission')];
    for await (const _ of observe(said(list), [failures]));
    expect([...failures.found]).toEqual(['permission', 'transient']);
  });
});
