import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll } from 'vitest';
import type { TestShop } from './sandbox-control.ts';

const open = new Set<Server>();
afterAll(() => {
  for (const server of open) {
    server.close();
    server.closeAllConnections();
  }
});

/** Stands before a shop, and changes the text of its answers. Returns the endpoint. */
export async function openRewritingApi(shop: TestShop, rewrite: (body: string) => string): Promise<string> {
  const server = createServer(async (incoming, outgoing) => {
    const answer = await fetch(shop.endpoint, {
      method: 'POST',
      headers: {
        authorization: incoming.headers.authorization ?? '',
        'content-type': 'application/json',
      },
      body: await text(incoming),
    });
    outgoing
      .writeHead(answer.status, { 'content-type': 'application/json' })
      .end(rewrite(await answer.text()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.add(server);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}
