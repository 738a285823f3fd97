import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openHintLookup, openInbox } from '../../../src/inbox/open-inbox.ts';
import { findPgBouncer, PGBOUNCER_HINT, startPgBouncer } from '../../conformance/pgbouncer.mjs';
import { findPostgresBinaries, POSTGRES_HINT, startPostgres } from '../../conformance/postgres.mjs';
import { inboxContract } from './inbox-contract.ts';

const binaries = await findPostgresBinaries();
const program = await findPgBouncer();

if (binaries === undefined || program === undefined) {
  const hint = binaries === undefined ? POSTGRES_HINT : PGBOUNCER_HINT;
  test('an inbox through PgBouncer', ({ skip }) => skip(hint));
} else {
  let server: Awaited<ReturnType<typeof startPostgres>>;
  let bouncer: Awaited<ReturnType<typeof startPgBouncer>>;
  const url = (change: { readonly password?: string; readonly database?: string } = {}) => {
    const { user, password, database } = { ...server.connection, ...change };
    return `postgres://${user}:${password}@127.0.0.1:${bouncer.port}/${database}`;
  };
  beforeAll(async () => {
    server = await startPostgres(binaries);
    bouncer = await startPgBouncer(program, server.connection);
  }, 60_000);
  afterAll(async () => {
    await bouncer?.stop();
    await server?.stop();
  });

  describe('through PgBouncer', () => {
    test('several processes that start at the same time make the tables once', async () => {
      const inboxes = await Promise.all(Array.from({ length: 5 }, () => openInbox(url())));
      expect(await server.query('select version from source_centra.migration')).toEqual([{ version: 1 }]);
      await Promise.all(inboxes.map((inbox) => inbox.close()));
    });

    test('what it says of a wrong password or a database that is not there is passed on, the password is not', async () => {
      const password = 'a%20made-up%2Fword';
      const refused = await openInbox(url({ password })).catch(String);
      expect(refused).toMatch(/cannot be used \(\w{5}\): .*authentication failed/);
      for (const secret of [password, decodeURIComponent(password), server.connection.password])
        expect(refused).not.toContain(secret);
      const missing = await openInbox(url({ database: 'no_such_place' })).catch(String);
      expect(missing).toMatch(/cannot be used \(\w{5}\): .*no_such_place/);
    });
  });

  inboxContract('an inbox through PgBouncer, which pools transactions', async () => ({
    open: (settings) => openInbox(url(), settings),
    openLookup: () => openHintLookup(url()),
    rows: (table, where, value) =>
      server.query(`select * from source_centra.${table} where ${where.replaceAll('$1', `'${value}'`)}`),
    end: async () => undefined,
  }));
}
