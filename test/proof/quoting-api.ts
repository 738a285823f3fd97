import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll } from 'vitest';
import type { TestShop } from '../command/sandbox-control.ts';

export interface Quoted {
  readonly status?: number;
  readonly type?: string;
  /** JSON, unless it is a text. */
  readonly body: unknown;
}

const error = (message: string, more: object = {}) => ({ errors: [{ message, ...more }] });

/** The ways in which an API can say in its errors what it should keep to itself: the values of rows. */
export const quotingRows: Readonly<Record<string, (quote: string) => Quoted>> = Object.freeze({
  'an internal error with a trace': (quote) => ({
    body: {
      ...error(quote, { extensions: { category: 'internal', debugMessage: quote, trace: [quote] } }),
      data: null,
    },
  }),
  'an error at a place in the answer': (quote) => ({
    body: error(quote, { path: ['orderConnection', 'edges', 0], extensions: { category: 'graphql' } }),
  }),
  'an unmarked error at a place in the answer': (quote) => ({
    body: { ...error(quote, { path: ['orderConnection', quote] }), data: { orderConnection: null } },
  }),
  'a refusal that names no permission': (quote) => ({
    body: {
      ...error(`You need ${quote} permission`, { path: [quote], extensions: { category: 'authorization' } }),
      data: { orderConnection: null },
    },
  }),
  'a server error with a body': (quote) => ({ status: 500, body: error(quote) }),
  'a server error in plain text': (quote) => ({ status: 503, type: 'text/plain', body: quote }),
  'a web page': (quote) => ({ type: 'text/html', body: `<html><body>${quote}</body></html>` }),
  'half a JSON': (quote) => ({ body: `{"data":{"orderConnection":{"edges":[${JSON.stringify(quote)}` }),
  'an answer of another shape': (quote) => ({ body: { data: { orderConnection: { edges: quote } } } }),
});

/** The same for secrets, and in texts about the query, which are passed on to people. */
export const quotingSecrets: Readonly<Record<string, (quote: string) => Quoted>> = Object.freeze({
  'an error about the query': (quote) => ({ body: error(quote, { extensions: { category: 'graphql' } }) }),
  'an unmarked error': (quote) => ({ status: 400, body: error(quote) }),
  'a refusal of the token': (quote) => ({ status: 401, body: error(quote) }),
  'a refusal that names a secret': (quote) => ({
    body: {
      ...error(`You need ${quote.split(' ').at(0)} permission`, {
        extensions: { category: 'authorization' },
      }),
      data: { orderConnection: null },
    },
  }),
});

/**
 * Stands before a shop: what is asked of its schema and its limits is passed on, and all else gets this answer. Returns the
 * endpoint.
 */
export async function openQuotingApi(
  shop: TestShop,
  { status = 200, type = 'application/json', body }: Quoted,
): Promise<string> {
  const server = createServer(async (incoming, outgoing) => {
    const asked = await text(incoming);
    const send = (code: number, kind: string, content: string) =>
      outgoing.writeHead(code, { 'content-type': kind }).end(content);
    if (!/__schema|rateLimits/.test(asked))
      return send(status, type, typeof body === 'string' ? body : JSON.stringify(body));
    const headers = {
      authorization: incoming.headers.authorization ?? '',
      'content-type': 'application/json',
    };
    const answer = await fetch(shop.endpoint, { method: 'POST', headers, body: asked });
    return send(answer.status, 'application/json', await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.add(server);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}

const open = new Set<Server>();
afterAll(() => {
  for (const server of open) {
    server.closeAllConnections();
    server.close();
  }
});
