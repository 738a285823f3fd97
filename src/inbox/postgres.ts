import type { Pool, PoolClient } from 'pg';
import { ConnectorError } from '../errors.ts';
import type { Database, Dialect, Queryable } from './database.ts';
import { migrate } from './migrations.ts';

/** Centra waits five seconds for an answer: whoever waits longer waits for nothing. */
const PATIENCE_MS = 4_000;

/** PostgreSQL ended one of two transactions that waited for each other, or that came in each other's way. */
const clashes: ReadonlySet<unknown> = new Set(['40P01', '40001']);
const MOST_TRIES = 5;

/** Of what a server says, this many characters are passed on. */
const MOST_SAID = 300;

const BIGINT = 20;

/** Any number that nothing else in the database uses: "centra" on a telephone's keys. */
const LOCK = 236_872;

const dialect: Dialect = Object.freeze<Dialect>({
  schema: 'source_centra.',
  nowMs: 'cast(extract(epoch from clock_timestamp()) * 1000 as bigint)',
  rowId: 'ctid',
  lock: (table) => `for update of ${table}`,
  lockWhatIsFree: 'for update skip locked',
  rows: (parameter, columns) => {
    const typed = Object.entries(columns).map(([name, type]) => `${name} ${type}`);
    return `(select * from jsonb_to_recordset(cast(${parameter} as jsonb)) as r (${typed.join(', ')}))`;
  },
  texts: (parameter) => `(select jsonb_array_elements_text(cast(${parameter} as jsonb)))`,
  beforeMigration: [`select pg_advisory_xact_lock(${LOCK})`, 'create schema if not exists source_centra'],
});

/**
 * A PostgreSQL server, through a few connections; several receivers and readers on several machines may share it. `url` holds
 * a password and is not shown in any error.
 *
 * PgBouncer may stand in between and give each transaction another connection. So nothing is set for a session: no parameter
 * at its start, which PgBouncer refuses, no prepared statement with a name, and no lock that outlives its transaction.
 */
export async function openPostgres(url: string): Promise<Database> {
  const { default: pg } = await import('pg');
  const pool = new pg.Pool({
    connectionString: url,
    max: 5,
    connectionTimeoutMillis: PATIENCE_MS,
    query_timeout: PATIENCE_MS,
    application_name: 'source-centra inbox',
    keepAlive: true,
    // No number here comes near those that JavaScript cannot hold.
    types: {
      getTypeParser: (type, format) => (type === BIGINT ? Number : pg.types.getTypeParser(type, format)),
    },
  });
  // A connection that breaks while nobody uses it: the next query takes another.
  pool.on('error', () => undefined);
  const database: Database = Object.freeze<Database>({
    dialect,
    ...queryableOf(pool),
    transaction: (work) => withoutClash(() => inTransaction(pool, work)),
    close: () => pool.end(),
  });
  try {
    await database.query('select 1').catch((cause: unknown) => {
      throw unreachable(cause, url);
    });
    await migrate(database);
    return database;
  } catch (error) {
    await pool.end();
    throw error;
  }
}

async function withoutClash<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries === MOST_TRIES || !clashes.has(codeOf(error))) throw error;
    }
  }
}

async function inTransaction<T>(pool: Pool, work: (transaction: Queryable) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  // A connection that is cut fails the statement under way, which is told; the pool listens to idle ones only.
  let broken: Error | undefined;
  const cut = (error: Error) => {
    broken = error;
  };
  client.on('error', cut);
  try {
    await client.query(`begin; set local statement_timeout = ${PATIENCE_MS}`);
    const result = await work(queryableOf(client));
    await client.query('commit');
    return result;
  } catch (error) {
    // Of a connection that did not answer, or was cut, the server rolls back by itself.
    if (isFromServer(error)) await client.query('rollback').catch(cut);
    else broken ??= error instanceof Error ? error : new Error('The transaction broke off.');
    throw error;
  } finally {
    client.off('error', cut);
    client.release(broken);
  }
}

function queryableOf(connection: Pool | PoolClient): Queryable {
  return {
    query: async (statement, values = []) =>
      (await connection.query<Record<string, unknown>>(statement, [...values])).rows,
  };
}

/** PostgreSQL's own codes have five characters, such as `40P01`. */
function isFromServer(error: unknown): boolean {
  const code = codeOf(error);
  return typeof code === 'string' && code.length === 5;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function unreachable(cause: unknown, url: string): ConnectorError {
  const code = codeOf(cause);
  const said = cause instanceof Error ? withoutPassword(oneLine(cause.message), url) : '';
  return new ConnectorError({
    kind: 'config',
    code: 'inbox/unreachable',
    message: `The webhook inbox's PostgreSQL server cannot be used${code === undefined ? '' : ` (${String(code)})`}${said === '' ? '.' : `: ${said}.`}`,
    hint: 'Check the address, the database, the user and the password in "webhook_inbox", and that the server is reachable from here.',
    cause,
  });
}

/** What a server says is data: it becomes one line of a sensible length, without what a terminal would obey. */
function oneLine(text: string): string {
  return text
    .slice(0, MOST_SAID)
    .replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .replace(/\.$/, '');
}

function withoutPassword(text: string, url: string): string {
  const written = URL.canParse(url) ? new URL(url).password : '';
  const spellings = [written, decoded(written)].filter((password) => password !== '');
  return spellings.reduce((rest, password) => rest.replaceAll(password, '[secret]'), text);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
