import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openHintLookup, openInbox } from '../../../src/inbox/open-inbox.ts';
import { openPostgres } from '../../../src/inbox/postgres.ts';
import { findPostgresBinaries, POSTGRES_HINT, startPostgres } from '../../conformance/postgres.mjs';
import { inboxContract } from './inbox-contract.ts';

const binaries = await findPostgresBinaries();

if (binaries === undefined) {
  test('an inbox on a PostgreSQL server', ({ skip }) => skip(POSTGRES_HINT));
} else {
  let server: Awaited<ReturnType<typeof startPostgres>>;
  beforeAll(async () => {
    server = await startPostgres(binaries);
  }, 60_000);
  afterAll(() => server?.stop());

  describe('a PostgreSQL server', () => {
    test('several processes that start at the same time make the tables once', async () => {
      const inboxes = await Promise.all(Array.from({ length: 5 }, () => openInbox(urlOf(server.connection))));
      expect(await server.query('select version from source_centra.migration')).toEqual([{ version: 1 }]);
      await Promise.all(inboxes.map((inbox) => inbox.close()));
    });

    test('tables of a later version are left alone', async () => {
      await (await openInbox(urlOf(server.connection))).close();
      await server.query(
        "insert into source_centra.migration (version, name, applied_ms) values (99, 'from the future', 0)",
      );
      await expect(openInbox(urlOf(server.connection))).rejects.toThrow(/version 99/);
      await server.query('delete from source_centra.migration where version = 99');
    });

    test('a wrong password is a sentence without the password', async () => {
      const url = urlOf({ ...server.connection, password: randomBytes(8).toString('hex') });
      const error = await openInbox(url).catch((reason: unknown) => reason);
      expect(String(error)).toMatch(/cannot be used \(28P01\)/);
      expect(String(error)).toContain('(28P01): password authentication failed for user "centra".');
      expect(String(error)).not.toContain(new URL(url).password);
    });

    test('a statement that hangs is ended by the server', async () => {
      const database = await openPostgres(urlOf(server.connection));
      const [row] = await database.transaction(({ query }) => query('show statement_timeout'));
      expect(row).toEqual({ statement_timeout: '4s' });
      await database.close();
    });

    test('connections that the server ends are replaced', async () => {
      const inbox = await openInbox(urlOf(server.connection));
      const admin = new pg.Client(server.connection);
      await admin.connect();
      await admin.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'source-centra inbox'",
      );
      await admin.end();
      await expect.poll(() => inbox.add([]).then(() => 'ok', String)).toBe('ok');
      await inbox.close();
    });
  });

  // Last, so that those above meet a server without the tables.
  inboxContract('an inbox on a PostgreSQL server', async () => ({
    open: (settings) => openInbox(urlOf(server.connection), settings),
    openLookup: () => openHintLookup(urlOf(server.connection)),
    rows: (table, where, value) =>
      server.query(`select * from source_centra.${table} where ${where.replaceAll('$1', `'${value}'`)}`),
    end: async () => undefined,
  }));
}

function urlOf({ user, password, host, port, database }: ServerConnection): string {
  return `postgres://${user}:${password}@${host}:${port}/${database}`;
}

type ServerConnection = Awaited<ReturnType<typeof startPostgres>>['connection'];
