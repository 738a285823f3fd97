import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fileWith } from './harness.ts';
import { openShop } from './sandbox-control.ts';
import { deselected, lastStateIn, type SingerCatalog, tapCentra } from './singer-messages.ts';

/** Byte for byte, but for the machine's time, the port of the sandbox, how long things took, and what zlib packs, which differs between versions of Node.js. */
function steady(text: string): string {
  return text
    .replaceAll(/"time_extracted":"[^"]+"/g, '"time_extracted":"NOW"')
    .replaceAll(/("type":"timer","metric":"\w+","value":)[\d.e-]+/g, '$1SECONDS')
    .replaceAll(/"known":"[^"]+"/g, '"known":"PACKED"')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
    .replaceAll(/("version": ")\d+\.\d+\.\d+[^"\n]*/g, '$1VERSION');
}

async function expectGolden(name: string, text: string): Promise<void> {
  await expect(steady(text)).toMatchFileSnapshot(join(import.meta.dirname, '..', 'golden', 'singer', name));
}

test('about', async () => {
  const formats = { json: 'about.json', markdown: 'about.md' } as const;
  await Promise.all(
    Object.entries(formats).map(async ([format, name]) => {
      const { code, stdout, stderr } = await tapCentra(['--about', '--format', format]);
      expect([code, stderr]).toEqual([0, '']);
      await expectGolden(name, stdout);
    }),
  );
});

test('test, discover, read and read again', async () => {
  // One request at a time, so that the order of the lines is always the same.
  const shop = await openShop({ orders: 5 }, { max_concurrency: 1, reconcile_days_back: 365 });
  const config = ['--config', shop.config];
  const tested = await tapCentra([...config, '--test']);
  expect([tested.code, tested.stdout]).toEqual([0, '']);
  await expectGolden('test-stderr.txt', tested.stderr);
  const discovered = await tapCentra([...config, '--discover']);
  await expectGolden('discover.json', discovered.stdout);
  const catalog = ['--catalog', fileWith(discovered.stdout)];
  const first = await tapCentra([...config, ...catalog]);
  await expectGolden('read-first.jsonl', first.stdout);
  await expectGolden('read-first-stderr.txt', first.stderr);
  await shop.change({ kind: 'orders.update', count: 1 }, { kind: 'returns.reopen', count: 1 });
  await shop.change({ kind: 'deliveries.delete', count: 1 });
  await shop.advance(86_400);
  // The snapshot would come again as it was.
  const wanted = deselected(JSON.parse(discovered.stdout) as SingerCatalog, ['inventory']);
  const state = fileWith(lastStateIn(first));
  const second = await tapCentra([...config, '--catalog', fileWith(wanted), '--state', state]);
  await expectGolden('read-second.jsonl', second.stdout);
  await expectGolden('read-second-stderr.txt', second.stderr);
});
