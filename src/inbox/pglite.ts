import { existsSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PGlite, PGliteOptions } from '@electric-sql/pglite';
import { type Database, isOrderly, type Queryable } from './database.ts';
import { tables } from './migrations.ts';
import { syncingNodeFs } from './pglite-files.ts';

/** So much log is written between two checkpoints: as much a start after a crash has to go through again. */
const CHECKPOINT_BYTES = 64 * 1024 * 1024;
const STATEMENTS_BETWEEN_LOOKS = 500;

/**
 * PostgreSQL in this process, in a folder that nobody else may have open. What has been committed is on disk, as with a
 * server: the package itself turns that off, since it was made for browsers. When a disk is full or fails, PostgreSQL
 * stops for good: `onBreakdown` hears that, and the folder has to be opened anew.
 */
export async function openPglite(folder: string, onBreakdown: () => void): Promise<Database> {
  const { PGlite: Pglite } = await import('@electric-sql/pglite');
  const start = async (path: string): Promise<PGlite> =>
    Pglite.create({ fs: await syncingNodeFs(path), startParams: startParameters(Pglite.defaultStartParams) });
  const path = join(folder, 'database');
  if (!existsSync(path)) await makeDatabase(folder, path, start);
  return databaseOf(await start(path), onBreakdown);
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
  const set = ['wal_sync_method=fsync', 'shared_buffers=16MB', 'max_wal_size=128MB', 'min_wal_size=32MB'];
  // -F is "never wait for the disk".
  return [...defaults.filter((parameter) => parameter !== '-F'), ...set.flatMap((text) => ['-c', text])];
}

/** After a breakdown the database in this process must not be asked again: it would never answer, and block the process. */
class BrokenDown extends Error {
  override readonly name = 'BrokenDown';
}

function databaseOf(pglite: PGlite, onBreakdown: () => void): Database {
  let statements = 0;
  let checkpointAt = 0;
  let isBroken = false;
  const guard = async <T>(work: () => Promise<T>): Promise<T> => {
    if (isBroken) throw new BrokenDown('The embedded database has broken down.');
    try {
      return await work();
    } catch (error) {
      if (!isOrderly(error) && !isBroken) {
        isBroken = true;
        onBreakdown();
      }
      throw error;
    }
  };
  const direct: Queryable = {
    query: (statement, values = []) =>
      guard(async () => (await pglite.query<Record<string, unknown>>(statement, [...values])).rows),
  };
  const checkpoint = async () => {
    await direct.query('checkpoint');
    checkpointAt = await position(direct);
  };
  // Nothing else runs in this process that would begin one.
  const checkpointIfDue = async () => {
    statements += 1;
    if (statements % STATEMENTS_BETWEEN_LOOKS !== 0) return;
    if ((await position(direct)) - checkpointAt > CHECKPOINT_BYTES) await checkpoint();
  };
  return {
    query: async (statement, values) => {
      const rows = await direct.query(statement, values);
      await checkpointIfDue();
      return rows;
    },
    // Not by the package's own way, which asks a database that has broken down to roll back.
    transaction: async (work) => {
      await direct.query('begin');
      try {
        const result = await work(direct);
        await direct.query('commit');
        return result;
      } catch (error) {
        if (!isBroken) await direct.query('rollback');
        throw error;
      }
    },
    maintain: async () => {
      // One at a time, so that what comes meanwhile does not wait for all of them.
      for (const table of tables) await direct.query(`vacuum (analyze) source_centra.${table}`);
      await checkpoint();
    },
    close: async () => {
      if (!isBroken) await pglite.close();
    },
  };
}

/** How many bytes of log have been written since the database was made. */
async function position(database: Queryable): Promise<number> {
  const [row] = await database.query(
    "select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 as bytes",
  );
  return Number(row?.bytes ?? 0);
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
