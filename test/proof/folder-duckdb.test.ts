// The SQL of docs/files.md, in DuckDB, over the files of several reads: equal to the shop.
import { execFile } from 'node:child_process';
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { sourceCentra } from '../command/harness.ts';
import { newFolder } from '../command/plain-folder.ts';
import { openShop } from '../command/sandbox-control.ts';
import { pythonEnvironment } from '../conformance/python-environment.mjs';

const runFile = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');

async function sqlOf(name: string): Promise<string> {
  const page = await readFile(join(root, 'docs', 'files.md'), 'utf8');
  const [, sql] = new RegExp(`<!-- sql: ${name} -->\\n\`\`\`sql\\n([\\s\\S]*?)\`\`\``).exec(page) ?? [];
  if (sql === undefined) throw new Error(`docs/files.md has no SQL for "${name}".`);
  return sql;
}

test('the SQL of docs/files.md finds the last version of each order, and the lines that it still has', async () => {
  const { bin } = await pythonEnvironment({
    name: 'duckdb',
    requirements: join(root, 'test', 'proof', 'duckdb-requirements.txt'),
  });
  const shop = await openShop({ orders: 60 });
  const folder = newFolder();
  const data = join(folder, 'data');
  const read = async () => {
    const args = ['read', '--config', shop.config, '--format', 'jsonl', '--out', data];
    expect((await sourceCentra(args, { isForPeople: true })).code).toBe(0);
  };
  await read();
  await shop.advance(120);
  await shop.change({ kind: 'orders.update', count: 20 }, { kind: 'orders.create', count: 3 });
  await shop.advance(120);
  await read();
  // What a loader took away, and the next file, are one table.
  await rename(join(data, 'orders.jsonl'), join(data, 'orders.jsonl.1'));
  await shop.change({ kind: 'orders.update', count: 5 });
  await shop.advance(120);
  await read();

  const script = [await sqlOf('current orders'), await sqlOf('current lines')].join('\n');
  const program = `
import duckdb, json, sys
con = duckdb.connect()
con.execute(sys.stdin.read())
# A line that was taken out of its order: nothing has written it since.
con.execute("create table lines as select * from order_lines")
con.execute("insert into lines select order_id, 999999, 1, updated_at - interval 1 day from order_lines limit 1")
con.execute("create or replace view order_lines as select * from lines")
print(json.dumps({
  "orders": con.execute("select number, epoch_ms(updated_at) from orders order by number").fetchall(),
  "lines": con.execute("select count(*) from order_lines").fetchone()[0],
  "current": con.execute("select count(*) from current_order_lines").fetchone()[0],
  "removed": con.execute("select count(*) from current_order_lines where order_line_id = 999999").fetchone()[0],
}))`;
  const running = runFile(bin('python'), ['-c', program], { cwd: folder });
  running.child.stdin?.end(script);
  const { stdout } = await running;
  const found = JSON.parse(stdout) as {
    readonly orders: readonly (readonly [number, number])[];
    readonly lines: number;
    readonly current: number;
    readonly removed: number;
  };
  const ids = (await shop.control('ids?root=orders')) as readonly { number: number; updatedAt: string }[];
  const inShop = ids.map(({ number, updatedAt }) => [number, Date.parse(updatedAt)]);
  expect(found.orders).toEqual(inShop.sort(([one = 0], [other = 0]) => one - other));
  const counts = await shop.counts();
  expect({ lines: found.lines, current: found.current, removed: found.removed }).toEqual({
    lines: (counts.order_lines ?? 0) + 1,
    current: counts.order_lines,
    removed: 0,
  });
}, 180_000);
