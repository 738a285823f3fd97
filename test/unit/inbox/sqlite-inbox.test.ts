import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHintLookup } from '../../../src/inbox/hint-lookup.ts';
import { createSqlInbox } from '../../../src/inbox/sql-inbox.ts';
import { openSqlite } from '../../../src/inbox/sqlite.ts';
import { packagedSqlite, runtimeSqlite } from '../../../src/inbox/sqlite-driver.ts';
import { inboxContract } from './inbox-contract.ts';

const drivers = [
  ['the package libsql', await packagedSqlite()] as const,
  ['the runtime itself', runtimeSqlite()] as const,
];

for (const [name, driver] of drivers) {
  // Node.js has it from 22.13 on.
  if (driver === undefined) continue;
  inboxContract(`an inbox in a folder, shared by several openers, with the SQLite of ${name}`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'inbox-'));
    const looking = await openSqlite(folder, { driver });
    return {
      open: async (settings) => createSqlInbox(await openSqlite(folder, { driver }), settings),
      openLookup: async () => createHintLookup(await openSqlite(folder, { driver })),
      rows: (table, where, value) => looking.query(`select * from ${table} where ${where}`, [value]),
      end: async () => {
        await looking.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  });
}
