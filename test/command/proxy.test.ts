import { expect, test } from 'vitest';
import { connectProxy } from '../unit/centra/http-server.ts';
import { fileWith, sourceCentra } from './harness.ts';
import { openShop } from './sandbox-control.ts';

/** The port of an address. */
const portOf = (endpoint: string) => Number(new URL(endpoint).port);

test('check goes through the proxy that the variables name', async () => {
  const shop = await openShop({ orders: 5 });
  const proxy = await connectProxy(portOf(shop.endpoint));
  // Nothing listens there: only the proxy leads to the shop.
  const config = fileWith({ endpoint: 'http://localhost:9/graphql', api_token: shop.token });
  const environment = { http_proxy: `http://ada:secret-of-ada@127.0.0.1:${proxy.port}` };
  const { code, stdout, stderr } = await sourceCentra(['check', '--config', config], { environment });
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('SUCCEEDED') });
  expect(`${stdout}${stderr}`).not.toContain('secret-of-ada');
  expect(proxy.asked[0]?.host).toBe('localhost:9');
});

test('a proxy that refuses is named, without its password; NO_PROXY leads past it', async () => {
  const shop = await openShop({ orders: 5 });
  const proxy = await connectProxy(1, 407);
  const environment = { HTTP_PROXY: `http://ada:secret-of-ada@127.0.0.1:${proxy.port}` };
  const refused = await sourceCentra(['check', '--config', shop.config], { environment });
  expect(refused.stdout).toContain(
    `The proxy 127.0.0.1:${proxy.port} asks for a user and a password, or refuses those that it got`,
  );
  expect(refused.stdout).toContain('NO_PROXY');
  expect(`${refused.stdout}${refused.stderr}`).not.toContain('secret-of-ada');
  const past = await sourceCentra(['check', '--config', shop.config], {
    environment: { ...environment, NO_PROXY: '127.0.0.1' },
  });
  expect(past.stdout).toContain('SUCCEEDED');
});
