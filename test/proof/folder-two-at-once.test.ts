import { expect, test } from 'vitest';
import { newFolder, rowsIn } from '../command/plain-folder.ts';
import { start, until } from '../command/running.ts';
import { openShop } from '../command/sandbox-control.ts';

test('two reads at once: one waits for the other', async () => {
  const shop = await openShop({ orders: 120, latencyMs: 500 });
  const folder = newFolder();
  const args = ['read', '--config', shop.config, '--format', 'jsonl', '--out', folder, '--only', 'orders'];
  const both = [start(args), start(args)];
  const waiting = `Another read is writing to ${folder}. Its end is waited for.`;
  await until(() => both.some(({ said }) => said.stderr.includes(waiting)), 'one that waits');
  await shop.control('latency', { ms: 0 });
  expect((await Promise.all(both.map(({ ended }) => ended))).map(({ code }) => code)).toEqual([0, 0]);
  expect(rowsIn(folder, 'orders')).toHaveLength((await shop.counts()).orders ?? -1);
});
