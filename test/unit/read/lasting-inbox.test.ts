import { expect, test } from 'vitest';
import { ConnectorError } from '../../../src/errors.ts';
import type { Inbox } from '../../../src/inbox/inbox.ts';
import { openLastingInbox } from '../../../src/read/lasting-inbox.ts';

function failure(code: string, message: string): ConnectorError {
  return new ConnectorError({ kind: 'config', code, message, hint: 'Mend it.' });
}

/** What opens after some failures. */
function opening(...failures: readonly ConnectorError[]) {
  const left = [...failures];
  const log: string[] = [];
  const state = { isClosed: false };
  const inbox = {
    waiting: async () => [],
    close: async () => {
      state.isClosed = true;
    },
  } as unknown as Inbox;
  const open = async () => {
    const error = left.shift();
    if (error !== undefined) throw error;
    return inbox;
  };
  return { log, state, options: { open, tryEveryMs: 5, log: (_: string, text: string) => log.push(text) } };
}

const down = failure('inbox/unreachable', 'The server cannot be used.');

test('an inbox whose server is down opens when it is up', async () => {
  const other = failure('inbox/newer_tables', 'Its tables are newer.');
  const { options, log, state } = opening(down, down, other, other, down);
  const inbox = await openLastingInbox(options);
  await expect(inbox.waiting()).rejects.toMatchObject({ code: 'inbox/not_open', kind: 'transient' });
  await expect.poll(() => inbox.waiting().then(() => 'ok', String)).toBe('ok');
  expect(log).toEqual([
    'The server cannot be used. Mend it. Until it can, Centra is told to send again.',
    'Its tables are newer. Mend it.',
    'The webhook inbox is open now.',
  ]);
  await inbox.close();
  expect(state.isClosed).toBe(true);
});

test('what does not pass by waiting is thrown', async () => {
  const { options } = opening(failure('inbox/folder', 'The folder cannot be used.'));
  await expect(openLastingInbox(options)).rejects.toThrow('The folder cannot be used.');
});

test('it closes while its server is down', async () => {
  const { options, state } = opening(...Array.from({ length: 1_000 }, () => down));
  await (await openLastingInbox(options)).close();
  expect(state.isClosed).toBe(false);
});
