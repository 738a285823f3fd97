import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll } from 'vitest';
import { fileWith } from './harness.ts';
import type { TestShop } from './sandbox-control.ts';

export interface Asked {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** An answer's body, to be changed as a test wants it. */
// biome-ignore lint/suspicious/noExplicitAny: answers are as free as the queries that bring them.
type Body = any;

/** What becomes of an answer: another body, or, with what was asked for itself, another question first. */
export interface Alteration {
  readonly asked?: (asked: Asked) => Asked;
  readonly answer?: (body: Body, asked: Asked) => Body;
}

export interface AlteredApi {
  /** The path of a configuration file that leads to it. */
  readonly config: string;
  /** How many requests came that ask for rows. */
  readonly requests: () => number;
}

/** Stands before a shop and alters what is asked of its rows, or what it answers. */
export async function openAlteredApi(
  shop: TestShop,
  { asked: alterAsked = (asked) => asked, answer = (body) => body }: Alteration,
): Promise<AlteredApi> {
  let requests = 0;
  const server = createServer(async (incoming, outgoing) => {
    const asked = JSON.parse(await text(incoming)) as Asked;
    const isOfRows = !/__schema|rateLimits/.test(asked.query);
    if (isOfRows) requests += 1;
    const response = await fetch(shop.endpoint, {
      method: 'POST',
      headers: { authorization: incoming.headers.authorization ?? '', 'content-type': 'application/json' },
      body: JSON.stringify(isOfRows ? alterAsked(asked) : asked),
    });
    const body = await response.text();
    const date = response.headers.get('date');
    outgoing.writeHead(response.status, {
      'content-type': response.headers.get('content-type') ?? 'application/json',
      ...(date !== null && { date }),
    });
    outgoing.end(isOfRows && response.ok ? JSON.stringify(answer(JSON.parse(body), asked)) : body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.add(server);
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  return { config: fileWith({ endpoint, api_token: shop.token }), requests: () => requests };
}

const open = new Set<Server>();
afterAll(() => {
  for (const server of open) {
    server.closeAllConnections();
    server.close();
  }
});
