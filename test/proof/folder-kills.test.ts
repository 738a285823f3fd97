import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { folded, newFolder, rowsIn, sideBySide } from '../command/plain-folder.ts';
import { start } from '../command/running.ts';
import { openShop } from '../command/sandbox-control.ts';

const KILLS = Number(process.env.KILLS ?? 60);

let killed = 0;
afterAll(() => process.stdout.write(`${killed} reads were killed.\n`));

test('kill -9 at any moment, changes and deletions in between: in the end the files are the shop', async () => {
  const shop = await openShop({ orders: 2_000, latencyMs: 50 }, { reconcile_days_back: 365 });
  const folder = newFolder();
  const read = () => start(['read', '--config', shop.config, '--format', 'jsonl', '--out', folder]);
  const waits = fc.sample(fc.integer({ min: 150, max: 1_500 }), { numRuns: KILLS, seed: 1 });
  for (const [at, wait] of waits.entries()) {
    const { child, ended } = read();
    await Promise.race([setTimeout(wait), ended]);
    child.kill('SIGKILL');
    if ((await ended).code === null) killed += 1;
    if (at % 5 !== 0) continue;
    await shop.change(
      { kind: 'orders.update', count: 20 },
      { kind: 'orders.create', count: 3 },
      { kind: 'returns.reopen', count: 2 },
      { kind: 'returns.delete', count: 1 },
      { kind: 'deliveries.delete', count: 1 },
      { kind: 'stock.add' },
    );
    await shop.advance(3_600);
  }
  // A day later, so that the comparison with the shop is due whatever the killed ones did.
  await shop.advance(2 * 86_400);
  expect(await read().ended).toMatchObject({ code: 0 });
  const { shop: wanted, files } = await sideBySide(shop, folder);
  expect(files).toEqual(wanted);
  expect(rowsIn(folder, 'inventory')).toHaveLength(folded(folder, 'inventory').size);
  expect(killed).toBeGreaterThan(KILLS / 3);
}, 600_000);
