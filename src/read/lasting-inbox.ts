import { setTimeout as sleepFor } from 'node:timers/promises';
import type { Log } from '../console/log.ts';
import { ConnectorError, sentence } from '../errors.ts';
import type { Inbox } from '../inbox/inbox.ts';

export interface LastingInboxOptions {
  readonly open: () => Promise<Inbox>;
  readonly log: Log;
  /** How long after a failure it is tried again. Default: 2 seconds. */
  readonly tryEveryMs?: number;
}

const TRY_EVERY_MS = 2_000;

/**
 * An inbox on a server that may not be up yet when a receiver starts: until it is, nothing can be stored, which Centra is
 * told, so that it sends again. Throws what does not pass by waiting.
 */
export async function openLastingInbox({
  open,
  log,
  tryEveryMs = TRY_EVERY_MS,
}: LastingInboxOptions): Promise<Inbox> {
  const closing = new AbortController();
  let inbox: Inbox | undefined;

  async function keepTrying(told: string): Promise<void> {
    const said = new Set([told]);
    while (inbox === undefined) {
      await sleepFor(tryEveryMs, undefined, { signal: closing.signal }).catch(() => undefined);
      if (closing.signal.aborted) return;
      inbox = await open().catch((error: unknown) => {
        const text =
          error instanceof ConnectorError ? sentence(error) : 'The webhook inbox cannot be opened.';
        if (!said.has(text)) log('warn', text);
        said.add(text);
        return undefined;
      });
    }
    log('info', 'The webhook inbox is open now.');
  }

  const trying = await open().then(
    (found) => {
      inbox = found;
      return undefined;
    },
    (error: unknown) => {
      if (!(error instanceof ConnectorError) || error.code !== 'inbox/unreachable') throw error;
      log('warn', `${sentence(error)} Until it can, Centra is told to send again.`);
      // In an object, for a promise would be waited for here.
      return { done: keepTrying(sentence(error)) };
    },
  );

  async function ask<T>(question: (opened: Inbox) => Promise<T>): Promise<T> {
    if (inbox === undefined) throw notOpen();
    return question(inbox);
  }

  return Object.freeze<Inbox>({
    add: (deliveries) => ask((opened) => opened.add(deliveries)),
    claim: (tenant, request) => ask((opened) => opened.claim(tenant, request)),
    done: (claims) => ask((opened) => opened.done(claims)),
    release: (claims) => ask((opened) => opened.release(claims)),
    fail: (claims, reason, options) => ask((opened) => opened.fail(claims, reason, options)),
    waiting: () => ask((opened) => opened.waiting()),
    close: async () => {
      closing.abort();
      await trying?.done;
      await inbox?.close();
    },
  });
}

function notOpen(): ConnectorError {
  return new ConnectorError({
    kind: 'transient',
    code: 'inbox/not_open',
    message: 'The webhook inbox cannot be reached yet.',
    hint: 'Start the PostgreSQL server that "webhook_inbox" names.',
  });
}
