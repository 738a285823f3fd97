import { ConnectorError } from '../errors.ts';
import type { Row } from './database.ts';

/** One open SQLite file. Everything happens in this thread, and at once. */
export interface SqliteConnection {
  exec(statements: string): void;
  /** `?` stands for each value. */
  all(statement: string, values: readonly unknown[]): readonly Row[];
  close(): void;
}

/** Opens a file, and makes it where there is none. */
export type SqliteDriver = (path: string) => SqliteConnection;

/** What the runtime's SQLite and the package have in common. */
interface Handle {
  exec(statements: string): unknown;
  prepare(statement: string): { all(...values: readonly unknown[]): unknown };
  close(): unknown;
}
type HandleClass = new (path: string, options: { readonly timeout: number }) => Handle;

/** The runtime's own SQLite, which Node.js has from 22.13 on; otherwise the package, where it is installed. */
export async function findSqliteDriver(): Promise<SqliteDriver> {
  return runtimeSqlite() ?? (await packagedSqlite());
}

export function runtimeSqlite(): SqliteDriver | undefined {
  const { emitWarning } = process;
  // Node.js says of it on stderr that it is experimental, which no user of this program can do anything about.
  process.emitWarning = () => undefined;
  try {
    const found: unknown = process.getBuiltinModule('node:sqlite');
    return found === undefined
      ? undefined
      : driverOf((found as { readonly DatabaseSync: HandleClass }).DatabaseSync);
  } finally {
    process.emitWarning = emitWarning;
  }
}

export async function packagedSqlite(
  load: () => Promise<{ readonly default: unknown }> = () => import('libsql'),
): Promise<SqliteDriver> {
  try {
    return driverOf((await load()).default as HandleClass);
  } catch (cause) {
    throw new ConnectorError({
      kind: 'config',
      code: 'inbox/no_sqlite',
      message: `A webhook inbox in a folder needs the package libsql, which cannot be loaded here, or Node.js 22.13 or later; this is ${process.version}.`,
      hint: 'Run npm install libsql where source-centra is installed, use a newer Node.js, or set "webhook_inbox" to a postgresql:// address.',
      cause,
    });
  }
}

function driverOf(Database: HandleClass): SqliteDriver {
  return (path) => {
    // Whoever meets a lock waits without holding up the thread: see sqlite.ts.
    const handle = new Database(path, { timeout: 0 });
    const prepared = new Map<string, ReturnType<Handle['prepare']>>();
    return {
      exec: (statements) => void handle.exec(statements),
      all: (statement, values) => {
        const ready = prepared.get(statement) ?? handle.prepare(statement);
        prepared.set(statement, ready);
        return ready.all(...values) as readonly Row[];
      },
      close: () => {
        prepared.clear();
        handle.close();
      },
    };
  };
}

/** SQLite's own code of a failure, without what is more exact than its kind; undefined: it is not SQLite's. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  const exact =
    'errcode' in error
      ? error.errcode
      : 'rawCode' in error && error.rawCode !== undefined
        ? error.rawCode
        : // So libsql says that it could not open the file.
          /^ConnectionFailed\(.*: (\d+)"\)$/s.exec(error.message)?.[1];
  return exact === undefined || !Number.isInteger(Number(exact)) ? undefined : Number(exact) & 0xff;
}
