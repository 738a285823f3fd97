import { ConnectorError } from '../errors.ts';
import type { Database } from './database.ts';

interface Migration {
  readonly version: number;
  readonly name: string;
  readonly statements: (schema: string) => readonly string[];
}

/** In order, and never changed once released: what is to be different gets a number of its own. */
const migrations: readonly Migration[] = Object.freeze([
  {
    version: 1,
    name: 'deliveries, hints, dead letters',
    statements: (schema) => [
      `create table ${schema}delivery (
        tenant text not null,
        signature text not null,
        sent_at bigint not null,
        hints integer not null,
        received_ms bigint not null,
        primary key (tenant, signature)
      )`,
      `create table ${schema}hint (
        tenant text not null,
        type text not null,
        id text not null,
        sequence bigint not null,
        done_sequence bigint not null,
        last_action text not null,
        first_received_ms bigint not null,
        last_received_ms bigint not null,
        failures integer not null,
        claimable_ms bigint not null,
        claim_token text,
        claimant text,
        primary key (tenant, type, id)
      )`,
      `create table ${schema}dead_letter (
        tenant text not null,
        type text not null,
        id text not null,
        reason text not null,
        failures integer not null,
        last_received_ms bigint not null,
        died_ms bigint not null,
        primary key (tenant, type, id)
      )`,
      `create index delivery_by_time on ${schema}delivery (received_ms)`,
      `create index hint_waiting on ${schema}hint (tenant, type, first_received_ms) where sequence > done_sequence`,
      `create index hint_done on ${schema}hint (last_received_ms) where sequence <= done_sequence`,
      `create index hint_claimed on ${schema}hint (claim_token) where claim_token is not null`,
    ],
  },
]);

/** Brings the tables up to date, one process at a time. */
export async function migrate({
  dialect,
  transaction,
}: Pick<Database, 'dialect' | 'transaction'>): Promise<void> {
  const { schema, nowMs, beforeMigration } = dialect;
  await transaction(async ({ query }) => {
    for (const statement of beforeMigration) await query(statement);
    await query(`create table if not exists ${schema}migration (
      version integer primary key,
      name text not null,
      applied_ms bigint not null
    )`);
    const [row] = await query(`select coalesce(max(version), 0) as version from ${schema}migration`);
    const version = Number(row?.version ?? 0);
    const known = migrations.at(-1)?.version ?? 0;
    if (version > known) throw newerTables(version, known);
    for (const migration of migrations) {
      if (migration.version <= version) continue;
      for (const statement of migration.statements(schema)) await query(statement);
      await query(`insert into ${schema}migration (version, name, applied_ms) values ($1, $2, ${nowMs})`, [
        migration.version,
        migration.name,
      ]);
    }
  });
}

function newerTables(version: number, known: number): ConnectorError {
  return new ConnectorError({
    kind: 'config',
    code: 'inbox/newer_tables',
    message: `The webhook inbox has tables of version ${version}, and this program knows them up to version ${known}.`,
    hint: 'Run the version of source-centra that made them, or a later one.',
  });
}
