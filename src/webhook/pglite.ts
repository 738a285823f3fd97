import { existsSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PGlite, PGliteOptions, Transaction } from '@electric-sql/pglite';
import type { Database, Queryable } from './database.ts';
import { syncingNodeFs } from './pglite-files.ts';

/** So much log is written between two checkpoints: as much a start after a crash has to go through again. */
const CHECKPOINT_BYTES = 64 * 1024 * 1024;
const STATEMENTS_BETWEEN_LOOKS = 500;

/**
 * PostgreSQL in this process, in a folder that nobody else may have open. What has been committed is on disk, as with a
 * server: the package itself turns that off, since it was made for browsers.
 */
export async function openPglite(folder: string): Promise<Database> {
  const { PGlite: Pglite } = await import('@electric-sql/pglite');
  const start = async (path: string): Promise<PGlite> =>
    Pglite.create({ fs: await syncingNodeFs(path), startParams: startParameters(Pglite.defaultStartParams) });
  const path = join(folder, 'database');
  if (!existsSync(path)) await makeDatabase(folder, path, start);
  return databaseOf(await start(path));
}

/** In a place of its own first, so that what a killed process leaves half made is never opened. */
async function makeDatabase(folder: string, path: string, start: (path: string) => Promise<PGlite>) {
  const draft = join(folder, 'database.new');
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true, mode: 0o700 });
  await (await start(draft)).close();
  await syncTree(draft);
  await rename(draft, path);
  await syncOne(folder);
}

function startParameters(defaults: readonly string[]): NonNullable<PGliteOptions['startParams']> {
  const set = ['wal_sync_method=fsync', 'shared_buffers=16MB'];
  // -F is "never wait for the disk".
  return [...defaults.filter((parameter) => parameter !== '-F'), ...set.flatMap((text) => ['-c', text])];
}

function databaseOf(pglite: PGlite): Database {
  let statements = 0;
  let checkpointAt = 0;
  const checkpoint = async () => {
    await pglite.query('checkpoint');
    checkpointAt = await position(pglite);
  };
  // Nothing else runs in this process that would begin one.
  const checkpointIfDue = async () => {
    statements += 1;
    if (statements % STATEMENTS_BETWEEN_LOOKS !== 0) return;
    if ((await position(pglite)) - checkpointAt > CHECKPOINT_BYTES) await checkpoint();
  };
  return {
    query: async (statement, values = []) => {
      const rows = await queryableOf(pglite).query(statement, values);
      await checkpointIfDue();
      return rows;
    },
    transaction: (work) => pglite.transaction((transaction) => work(queryableOf(transaction))),
    maintain: async () => {
      await pglite.query('vacuum (analyze)');
      await checkpoint();
    },
    close: () => pglite.close(),
  };
}

function queryableOf(connection: PGlite | Transaction): Queryable {
  return {
    query: async (statement, values = []) =>
      (await connection.query<Record<string, unknown>>(statement, [...values])).rows,
  };
}

/** How many bytes of log have been written since the database was made. */
async function position(pglite: PGlite): Promise<number> {
  const { rows } = await pglite.query<{ bytes: number }>(
    "select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 as bytes",
  );
  return rows[0]?.bytes ?? 0;
}

async function syncTree(path: string): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const inside = join(path, entry.name);
    if (entry.isDirectory()) await syncTree(inside);
    else if (entry.isFile()) await syncOne(inside);
  }
  await syncOne(path);
}

async function syncOne(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
