import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { catalogCommand, expectCatalogGolden, writeCatalog } from './catalog-command.ts';
import { catalogOf, configured, fileWith, sourceCentra } from './harness.ts';
import { openShop, type TestShop } from './sandbox-control.ts';

const closing: (() => void)[] = [];
afterAll(() => {
  for (const close of closing) close();
});

interface Explained {
  readonly schema: string;
  readonly roots: readonly {
    readonly root: string;
    readonly streams: readonly { readonly name: string }[];
    readonly queries: readonly { readonly query: string }[];
  }[];
  readonly unreadable: readonly { readonly stream: string }[];
}

test('offline, all streams', async () => {
  const { code, stdout, stderr } = await catalogCommand('explain', 'default');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  await expectCatalogGolden('explain-default.txt', stdout);
});

test('one stream, with attributes, masks and what is left out', async () => {
  writeCatalog(
    'small.yaml',
    `version: 1
streams:
  orders:
    from: orders
    where: { storeType: DIRECT_TO_CONSUMER }
    key: [id]
    columns:
      id: id
      channel: attributes[or_channel].channel
      email: { path: customer.email, pii: hash }
      name: { path: shippingAddress.firstName, pii: drop }
  lines:
    from: orders
    where: { storeType: DIRECT_TO_CONSUMER }
    each: lines
    key: [id]
    columns: { id: id }
`,
  );
  const { code, stdout } = await catalogCommand('explain', 'small.yaml', '--stream', 'orders');
  expect(code).toBe(0);
  await expectCatalogGolden('explain-small.txt', stdout);
  const unknown = await catalogCommand('explain', 'small.yaml', '--stream', 'order');
  expect(unknown).toMatchObject({
    code: 2,
    stderr: 'source-centra: small.yaml has no stream "order". Did you mean orders?\n',
  });
});

test('what it shows is what a read sends', async () => {
  const shop = await openShop({ orders: 5 });
  const { endpoint, queries } = await recordingProxy(shop);
  const config = fileWith({ endpoint, api_token: shop.token });
  const catalog = catalogOf(await sourceCentra(['discover', '--config', config]));
  const { stdout } = await catalogCommand('explain', '--config', config, '--json');
  const explained = JSON.parse(stdout) as Explained;
  expect(explained.schema).toBe('live');
  queries.length = 0;
  await sourceCentra(['read', '--config', config, '--catalog', fileWith(configured(catalog, 'incremental'))]);
  const shown = explained.roots.flatMap((root) => root.queries.map(({ query }) => query));
  expect(shown.length).toBeGreaterThan(4);
  for (const query of shown) expect(queries).toContain(query);
});

test('live: a stream that the shop cannot give, with the reason', async () => {
  const shop = await openShop({ orders: 5 });
  await shop.control('schema', { remove: ['Query.returns'] });
  const { code, stdout } = await catalogCommand('explain', '--config', shop.config);
  expect(code).toBe(0);
  expect(stdout).toContain('returns is not read: This shop\'s API has no list "returns"');
});

/** Notes the queries on their way to a sandbox. */
async function recordingProxy(shop: TestShop): Promise<{ endpoint: string; queries: string[] }> {
  const queries: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    queries.push((JSON.parse(body) as { query: string }).query);
    const headers = { authorization: `Bearer ${shop.token}`, 'content-type': 'application/json' };
    const answer = await fetch(shop.endpoint, { method: 'POST', headers, body });
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(await answer.text());
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  closing.push(() => server.close());
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`, queries };
}
