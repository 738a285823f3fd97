import { describe, expect, test } from 'vitest';
import { ConnectorError, type ErrorKind } from '../../../../src/errors.ts';
import { lastingSession } from '../../../../src/read/feed/lasting-session.ts';
import type { ReadSession } from '../../../../src/read/read-session.ts';

const MINUTE_MS = 60_000;

function setUp() {
  let nowMs = 0;
  const opened: string[] = [];
  const closed: string[] = [];
  let failure: Error | undefined;
  const warnings: string[] = [];
  const sessions = lastingSession({
    clock: () => nowMs,
    log: (_, message) => warnings.push(message),
    open: async () => {
      if (failure !== undefined) throw failure;
      const name = `session ${opened.length + 1}`;
      opened.push(name);
      return { name, close: async () => void closed.push(name) } as unknown as ReadSession;
    },
  });
  return {
    sessions,
    opened,
    closed,
    warnings,
    wait: (ms: number) => {
      nowMs += ms;
    },
    fail: (kind?: ErrorKind, code = 'test') => {
      failure = kind && new ConnectorError({ kind, code, message: 'It failed.' });
    },
    use: () => sessions.with(async (session) => (session as unknown as { name: string }).name),
  };
}

describe('a session that lasts', () => {
  test('is opened once, also by those who come at the same time, and anew after an hour', async () => {
    const { use, wait, closed } = setUp();
    expect(await Promise.all([use(), use()])).toEqual(['session 1', 'session 1']);
    wait(59 * MINUTE_MS);
    expect(await use()).toBe('session 1');
    wait(2 * MINUTE_MS);
    expect(await use()).toBe('session 2');
    expect(closed).toEqual(['session 1']);
  });

  test('is renewed when the shop has changed, and not again at once', async () => {
    const { sessions, use, wait } = setUp();
    await use();
    sessions.renew();
    expect(await use()).toBe('session 1');
    wait(MINUTE_MS + 1);
    expect(await use()).toBe('session 2');
    sessions.renew();
    wait(MINUTE_MS - 1);
    expect(await use()).toBe('session 2');
    wait(1);
    expect(await use()).toBe('session 3');
  });

  test('stays open as long as somebody uses it', async () => {
    const { sessions, use, wait, closed } = setUp();
    let finish = () => {};
    const long = sessions.with(() => new Promise<void>((resolve) => (finish = resolve)));
    await use();
    wait(61 * MINUTE_MS);
    expect(await use()).toBe('session 2');
    expect(closed).toEqual([]);
    finish();
    await long;
    expect(closed).toEqual(['session 1']);
    await sessions.close();
    expect(closed).toEqual(['session 1', 'session 2']);
  });

  test.each<[ErrorKind, string]>([
    ['transient', 'centra/failed'],
    ['throttled', 'centra/limits_used_up'],
    ['config', 'centra/not_graphql'],
    ['config', 'centra/unknown_host'],
  ])('goes on with the old one when the shop is down (%s, %s)', async (kind, code) => {
    const { use, wait, fail, warnings } = setUp();
    await use();
    wait(61 * MINUTE_MS);
    fail(kind, code);
    expect(await use()).toBe('session 1');
    expect(await use()).toBe('session 1');
    expect(warnings).toEqual(["It failed. The shop's schema is looked at again later."]);
    wait(MINUTE_MS);
    fail();
    expect(await use()).toBe('session 2');
  });

  test.each<ErrorKind>(['auth', 'mapping', 'config'])('fails with the next one (%s)', async (kind) => {
    const { sessions, use, wait, fail, closed } = setUp();
    await use();
    wait(61 * MINUTE_MS);
    fail(kind);
    await expect(use()).rejects.toThrow('It failed.');
    await sessions.close();
    expect(closed).toEqual(['session 1']);
  });

  test('the first must open', async () => {
    const { use, fail } = setUp();
    fail('transient');
    await expect(use()).rejects.toThrow('It failed.');
    fail();
    expect(await use()).toBe('session 1');
  });
});
