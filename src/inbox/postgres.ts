import type { Pool, PoolClient } from 'pg';
import { ConnectorError } from '../errors.ts';
import type { Database, Queryable } from './database.ts';
import type { Inbox, InboxSettings } from './inbox.ts';
import { migrate } from './migrations.ts';
import { createSqlInbox } from './sql-inbox.ts';

/** Centra waits five seconds for an answer: whoever waits longer waits for nothing. */
const PATIENCE_MS = 4_000;

/** The inbox on a PostgreSQL server, which several receivers and readers on several machines may share. */
export async function openPostgresInbox(url: string, settings: InboxSettings = {}): Promise<Inbox> {
  const database = await openPostgres(url);
  try {
    await migrate(database);
  } catch (error) {
    await database.close();
    throw error;
  }
  return createSqlInbox(database, settings);
}

/** A server, through a few connections. `url` holds a password and is not shown in any error. */
async function openPostgres(url: string): Promise<Database> {
  const { default: pg } = await import('pg');
  const pool = new pg.Pool({
    connectionString: url,
    max: 5,
    connectionTimeoutMillis: PATIENCE_MS,
    query_timeout: PATIENCE_MS,
    statement_timeout: PATIENCE_MS,
    application_name: 'source-centra inbox',
    keepAlive: true,
  });
  // A connection that breaks while nobody uses it: the next query takes another.
  pool.on('error', () => undefined);
  const database: Database = {
    ...queryableOf(pool),
    transaction: async (work) => {
      const client = await pool.connect();
      // A connection that is cut fails the statement under way, which is told; the pool listens to idle ones only.
      let broken: Error | undefined;
      const cut = (error: Error) => {
        broken = error;
      };
      client.on('error', cut);
      try {
        return await inTransaction(client, work);
      } finally {
        client.off('error', cut);
        client.release(broken);
      }
    },
    // The server does this by itself.
    maintain: async () => undefined,
    close: () => pool.end(),
  };
  try {
    await database.query('select 1');
    return database;
  } catch (cause) {
    await pool.end();
    throw unreachable(cause);
  }
}

async function inTransaction<T>(
  client: PoolClient,
  work: (transaction: Queryable) => Promise<T>,
): Promise<T> {
  await client.query('begin');
  try {
    const result = await work(queryableOf(client));
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

function queryableOf(connection: Pool | PoolClient): Queryable {
  return {
    query: async (statement, values = []) =>
      (await connection.query<Record<string, unknown>>(statement, [...values])).rows,
  };
}

function unreachable(cause: unknown): ConnectorError {
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  return new ConnectorError({
    kind: 'config',
    code: 'inbox/unreachable',
    message: `The webhook inbox's PostgreSQL server cannot be used${code}.`,
    hint: 'Check the address, the database, the user and the password in "webhook_inbox", and that the server is reachable from here.',
  });
}
