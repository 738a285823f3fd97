import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Row, ShopClient } from './shop-client.ts';

export const secret = 'test123';

export interface Received {
  readonly at: number;
  readonly method: string | undefined;
  readonly contentType: string | undefined;
  readonly signature: string;
  readonly body: string;
  readonly events: readonly Row[];
}

/** What a receiver does with a call: a status, or undefined to leave it without an answer. */
type Answer = (turn: number) => number | undefined | Promise<number | undefined>;

export interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly calls: Received[];
  /** The ids of all events, in the order in which they came. */
  ids(): readonly number[];
  answer: Answer;
}

/** A receiver that answers 200 to everything, unless it is told otherwise. */
export async function openReceiver(): Promise<Receiver> {
  const server = createServer((request, response) => {
    void (async () => {
      const body = await textOf(request);
      receiver.calls.push({
        at: Date.now(),
        method: request.method,
        contentType: request.headers['content-type'],
        signature: String(request.headers['x-centra-signature']),
        body,
        events: JSON.parse(new URLSearchParams(body).get('payload') ?? '').events,
      });
      const status = await receiver.answer(receiver.calls.length);
      if (status !== undefined) response.writeHead(status).end();
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/centra/acme`,
    calls: [],
    ids: () => receiver.calls.flatMap(({ events }) => events.map(({ id }) => id as number)),
    answer: () => 200,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
}

/** Verified as the documentation says, with code of its own. */
export function isSigned({ signature, body }: Received, key = secret): boolean {
  const { at, hash } = partsOf(signature);
  return hash === createHmac('sha256', key).update(`${at}.${body}`).digest('hex');
}

export function signedAt({ signature }: Received): number {
  return Number(partsOf(signature).at);
}

function partsOf(signature: string): { readonly at: string; readonly hash: string } {
  const match = /^t=(\d+), ?v1=([0-9a-f]{64})$/.exec(signature);
  return { at: match?.[1] ?? '', hash: match?.[2] ?? '' };
}

/** What the sandbox says once nothing waits any more. */
export async function settled(shop: ShopClient): Promise<Row> {
  for (const end = Date.now() + 5000; Date.now() < end; await wait(5)) {
    const told = await shop.get('webhooks');
    if (Object.values(told.waiting as Row).every((count) => count === 0)) return told;
  }
  return expect.fail('The webhooks did not come to rest.');
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
