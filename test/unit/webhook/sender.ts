import { Pool } from 'undici';
import { signatureHeader } from '../../../src/webhook/signature.ts';

/** What is signed here is made from the documentation, and checked against its test vector in signature.test.ts. */
export interface Call {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface SentEvent {
  readonly id: number | string;
  readonly type?: string;
  readonly action?: string;
  readonly date?: string;
}

/** The call that Centra would make for these events. */
export function callOf(
  events: readonly SentEvent[],
  { secret, sentAt }: { readonly secret: string; readonly sentAt: number },
): Call {
  const payload = {
    events: events.map(({ id, type = 'order', action = 'update', date = '2021-01-29 14:40:58.628033' }) => ({
      type,
      action,
      date,
      id,
    })),
  };
  return signedCall(`payload=${encodeURIComponent(JSON.stringify(payload))}`, { secret, sentAt });
}

export function signedCall(
  body: string,
  { secret, sentAt }: { readonly secret: string; readonly sentAt: number },
): Call {
  return {
    body,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-centra-signature': signatureHeader(secret, sentAt, body),
    },
  };
}

export interface Sender {
  /** The status; undefined when no answer came. */
  send(path: string, call: Call): Promise<number | undefined>;
  close(): Promise<void>;
}

/** Sends as Centra does: it waits five seconds for an answer. */
export function createSender(url: string, connections: number): Sender {
  const pool = new Pool(url, { connections, headersTimeout: 5_000, bodyTimeout: 5_000 });
  return {
    send: async (path, { body, headers }) => {
      try {
        const answer = await pool.request({ path, method: 'POST', headers, body });
        await answer.body.dump();
        return answer.statusCode;
      } catch {
        return undefined;
      }
    },
    close: () => pool.destroy(),
  };
}
