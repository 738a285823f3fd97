import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { httpTransport } from '../../../src/centra/transport.ts';
import { unreachable } from '../../../src/centra/unreachable.ts';
import { isPublicAddress } from '../../../src/config/public-address.ts';

test('a name that leads to an address that is refused is not connected to', async () => {
  let connections = 0;
  const server = createServer((_, answer) => answer.end('{}')).on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const url = `http://localhost:${(server.address() as AddressInfo).port}/graphql`;
  const asked = { url, headers: {}, body: '{}', signal: new AbortController().signal };
  const guarded = httpTransport({ connections: 1, silenceMs: 5_000, mayConnectTo: isPublicAddress });
  const open = httpTransport({ connections: 1, silenceMs: 5_000, mayConnectTo: () => true });
  try {
    const error = await guarded.send(asked).catch((cause: unknown) => unreachable(cause, url, 'its schema'));
    expect(error).toMatchObject({ kind: 'config', code: 'centra/private_address' });
    expect(connections).toBe(0);
    expect(await open.send(asked)).toMatchObject({ status: 200, body: '{}' });
  } finally {
    await guarded.close();
    await open.close();
    await new Promise((resolve) => server.close(resolve));
  }
});
