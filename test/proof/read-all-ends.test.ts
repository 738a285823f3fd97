import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { bytesIn, newFolder, rowsIn } from '../command/plain-folder.ts';
import { start, until } from '../command/running.ts';
import { openShop, type TestShop } from '../command/sandbox-control.ts';
import { configurationOf, tenantsFolder } from '../command/tenants-folder.ts';

let good: TestShop;
beforeAll(async () => {
  good = await openShop({ orders: 30 });
});

/** One that is being read, one that waits for its turn. */
async function begun() {
  await good.control('latency', { ms: 100 });
  const out = newFolder();
  const tenants = tenantsFolder({ first: configurationOf(good), second: configurationOf(good) });
  const run = start(['read-all', tenants, '--out', out, '--only', 'orders', '--only', 'inventory', '--json']);
  await until(() => bytesIn(join(out, 'first')) > 0, 'a first row');
  return { ...run, out };
}

test.runIf(process.platform === 'linux')('one that is killed is a failure of its own', async () => {
  const { child, ended } = await begun();
  const pid = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim();
  process.kill(Number(pid), 'SIGKILL');
  await good.control('latency', { ms: 0 });
  const { code, stdout } = await ended;
  expect([code, JSON.parse(stdout)]).toMatchObject([
    4,
    {
      tenants: [
        { tenant: 'first', exitCode: 4, problem: 'Its process was ended by SIGKILL.' },
        { tenant: 'second', exitCode: 0 },
      ],
      notBegun: [],
    },
  ]);
});

test('nobody reads the report', async () => {
  const run = await begun();
  run.child.stdout.destroy();
  await good.control('latency', { ms: 0 });
  expect((await run.ended).code).toBe(5);
  expect(rowsIn(join(run.out, 'second'), 'orders')).toHaveLength(30);
});
