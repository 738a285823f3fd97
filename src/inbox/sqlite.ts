import { statSync } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { closedInbox, type Database, type Dialect, type Queryable } from './database.ts';
import { migrate } from './migrations.ts';
import { diskOf, type FileSystemType, fileSystemType } from './network-disk.ts';
import { findSqliteDriver, type SqliteConnection, type SqliteDriver } from './sqlite-driver.ts';
import {
  deletedInbox,
  inWords,
  isBusy,
  needsReopening,
  networkDisk,
  unusableFolder,
} from './sqlite-errors.ts';

export interface SqliteOptions {
  /** Hears what an operator should know of the folder. */
  readonly warn?: ((message: string) => void) | undefined;
  /** Default: the runtime's own SQLite, or the package libsql. */
  readonly driver?: SqliteDriver;
  /** Default: what Linux says. */
  readonly fileSystemType?: FileSystemType;
  /** How long a lock of another process is waited for. Default: 4 seconds, since Centra waits five for its answer. */
  readonly patienceMs?: number;
}

const FILE = 'inbox.sqlite';
const LONGEST_PAUSE_MS = 4;

const dialect: Dialect = Object.freeze<Dialect>({
  schema: '',
  nowMs: "cast(round(unixepoch('subsec') * 1000) as integer)",
  rowId: 'rowid',
  lock: () => '',
  lockWhatIsFree: '',
  rows: (parameter, columns) => {
    const named = Object.keys(columns).map((name) => `value ->> '${name}' as ${name}`);
    return `(select ${named.join(', ')} from json_each(${parameter}))`;
  },
  texts: (parameter) => `(select value from json_each(${parameter}))`,
  beforeMigration: [],
});

/** What is committed is on disk, and readers are never in a writer's way. */
const PRAGMAS = 'pragma journal_mode = wal; pragma synchronous = full';

/**
 * SQLite in a file of a folder. Several processes of one machine may have it open, in any order, and each commits by itself.
 * A file that was deleted, replaced or could not be read is opened anew by the next call; until that succeeds, each call
 * says what is wrong.
 */
export async function openSqlite(folder: string, options: SqliteOptions = {}): Promise<Database> {
  const driver = options.driver ?? (await findSqliteDriver());
  const patienceMs = options.patienceMs ?? 4_000;
  const path = join(folder, FILE);
  await prepareFolder(folder, options);
  let held: Held | undefined = await openFile(path, driver, patienceMs);
  let last: Promise<unknown> = Promise.resolve();
  let isClosed = false;

  const letGo = () => {
    const { connection } = held ?? {};
    held = undefined;
    try {
      connection?.close();
    } catch {
      // What it held is the system's again when this process ends.
    }
  };
  /** One after the other, since a connection has one transaction at a time. */
  const use = <T>(work: (held: Held) => Promise<T>): Promise<T> => {
    const mine = last.then(async () => {
      if (isClosed) throw closedInbox();
      held ??= await openFile(path, driver, patienceMs);
      try {
        mustBeThere(path, held);
        return await work(held);
      } catch (cause) {
        if (needsReopening(cause)) letGo();
        throw inWords(path, cause);
      }
    });
    last = mine.catch(() => undefined);
    return mine;
  };

  return Object.freeze<Database>({
    dialect,
    query: (statement, values) =>
      use(({ connection }) => patiently(patienceMs, () => run(connection, statement, values))),
    transaction: (work) =>
      use((found) =>
        inTransaction(found, async (transaction) => {
          const result = await work(transaction);
          mustBeThere(path, found);
          return result;
        }),
      ),
    close: async () => {
      await last;
      isClosed = true;
      letGo();
    },
  });
}

interface Held {
  readonly path: string;
  readonly connection: SqliteConnection;
  readonly patienceMs: number;
  /** Of the file that is open. SQLite itself would go on writing to one that nobody can find any more. */
  readonly identity: string | undefined;
}

async function openFile(path: string, driver: SqliteDriver, patienceMs: number): Promise<Held> {
  let connection: SqliteConnection | undefined;
  try {
    await makePrivateFile(path);
    const identity = identityOf(path);
    const opened = driver(path);
    connection = opened;
    const held: Held = Object.freeze({ path, connection: opened, patienceMs, identity });
    await patiently(patienceMs, () => opened.exec(PRAGMAS));
    await migrate({ dialect, transaction: (work) => inTransaction(held, work) });
    return held;
  } catch (cause) {
    connection?.close();
    throw inWords(path, cause);
  }
}

/** Never opened by this process otherwise: to close a file gives up all locks that SQLite holds on it in this process. */
async function makePrivateFile(path: string): Promise<void> {
  try {
    await (await open(path, 'wx', 0o600)).close();
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'ENOENT') throw deletedInbox(path);
    if (code !== 'EEXIST') throw unusableFolder(path, cause);
  }
}

async function inTransaction<T>(
  { connection, path, patienceMs }: Held,
  work: (transaction: Queryable) => Promise<T>,
): Promise<T> {
  // Immediate: whoever begins by reading, and finds a writer when it is to write, would have to begin again.
  await patiently(patienceMs, () => connection.exec('begin immediate')).catch((error: unknown) => {
    throw isBusy(error) ? inWords(path, error) : error;
  });
  try {
    const result = await work({ query: async (statement, values) => run(connection, statement, values) });
    connection.exec('commit');
    return result;
  } catch (error) {
    try {
      connection.exec('rollback');
    } catch {
      // SQLite has rolled back by itself.
    }
    throw error;
  }
}

/** Tries again while another process has the file locked: a commit takes that one a few milliseconds. */
async function patiently<T>(patienceMs: number, work: () => T): Promise<T> {
  const endMs = performance.now() + patienceMs;
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= endMs) throw error;
    }
    await wait(1 + Math.random() * LONGEST_PAUSE_MS);
  }
}

/** PostgreSQL numbers the values of a statement; here each has its own `?`. */
function run(connection: SqliteConnection, statement: string, values: readonly unknown[] = []) {
  const inOrder: unknown[] = [];
  const text = statement.replaceAll(/\$(\d)/g, (_, number) => {
    inOrder.push(values[Number(number) - 1]);
    return '?';
  });
  return connection.all(text, inOrder);
}

function mustBeThere(path: string, { identity }: Held): void {
  if (identityOf(path) !== identity) throw deletedInbox(path);
}

function identityOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && `${found.dev} ${found.ino}`;
}

async function prepareFolder(
  folder: string,
  { warn, fileSystemType: typeOf = fileSystemType }: SqliteOptions,
) {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw unusableFolder(folder, cause);
  }
  const { name, kind } = diskOf(await typeOf(folder));
  if (kind === 'network') throw networkDisk(folder, name);
  if (kind === 'bridge') {
    warn?.(
      `The webhook inbox's folder ${folder} is on ${name}. Unless that is a disk of this machine, its locks may not hold: then choose another folder.`,
    );
  }
}
