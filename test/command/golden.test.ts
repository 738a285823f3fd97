import { join } from 'node:path';
import { expect, test } from 'vitest';
import { catalogOf, configured, fileWith, lastStates, sourceCentra } from './harness.ts';
import { openShop } from './sandbox-control.ts';

/** Byte for byte, but for the time of the machine, the port of the sandbox, and what zlib packs, which differs between versions of Node.js. */
function steady(stdout: string): string {
  return stdout
    .replaceAll(/"emitted_at":\d+/g, '"emitted_at":0')
    .replaceAll(/"known":"[^"]+"/g, '"known":"PACKED"')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT');
}

async function expectGolden(name: string, stdout: string): Promise<void> {
  await expect(steady(stdout)).toMatchFileSnapshot(
    join(import.meta.dirname, '..', 'golden', 'airbyte', `${name}.jsonl`),
  );
}

test('spec', async () => {
  await expectGolden('spec', (await sourceCentra(['spec'])).stdout);
});

test('check, discover, read and read again', async () => {
  // One request at a time, so that the order of the lines is always the same.
  const shop = await openShop({ orders: 5 }, { max_concurrency: 1 });
  await expectGolden('check', (await sourceCentra(['check', '--config', shop.config])).stdout);
  const discovered = await sourceCentra(['discover', '--config', shop.config]);
  await expectGolden('discover', discovered.stdout);
  const args = [
    'read',
    '--config',
    shop.config,
    '--catalog',
    fileWith(configured(catalogOf(discovered), 'incremental')),
  ];
  const first = await sourceCentra(args);
  await expectGolden('read', first.stdout);
  await shop.change({ kind: 'orders.update', count: 1 }, { kind: 'returns.reopen', count: 1 });
  await shop.change({ kind: 'deliveries.advance', count: 1 });
  await shop.advance(60);
  const names = ['orders', 'order_lines', 'returns', 'indeliveries', 'indelivery_lines'];
  const wanted = fileWith(configured(catalogOf(discovered), 'incremental', names));
  const second = await sourceCentra([
    'read',
    '--config',
    shop.config,
    '--catalog',
    wanted,
    '--state',
    fileWith(lastStates(first)),
  ]);
  await expectGolden('read-again', second.stdout);
});
