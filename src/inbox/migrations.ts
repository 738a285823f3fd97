import { ConnectorError } from '../errors.ts';
import type { Database, Queryable } from './database.ts';

interface Migration {
  readonly version: number;
  readonly name: string;
  readonly statements: readonly string[];
}

/** In order, and never changed once released: what is to be different gets a number of its own. */
const migrations: readonly Migration[] = Object.freeze([
  {
    version: 1,
    name: 'deliveries, events, objects, dead letters',
    statements: [
      `create table source_centra.delivery (
        tenant text not null,
        signature text not null,
        sent_at timestamptz not null,
        received_at timestamptz not null default clock_timestamp(),
        events integer not null,
        primary key (tenant, signature)
      )`,
      'create index delivery_by_time on source_centra.delivery (received_at)',
      `create table source_centra.event (
        number bigint generated always as identity primary key,
        tenant text not null,
        type text not null,
        id text not null,
        action text not null,
        date text not null,
        received_at timestamptz not null default clock_timestamp()
      )`,
      'create index event_by_object on source_centra.event (tenant, type, id, number)',
      'create index event_by_time on source_centra.event (received_at)',
      'create sequence source_centra.object_sequence',
      `create table source_centra.object (
        tenant text not null,
        type text not null,
        id text not null,
        sequence bigint not null,
        done_sequence bigint not null default 0,
        last_action text not null,
        first_received_at timestamptz not null,
        last_received_at timestamptz not null,
        failures integer not null default 0,
        claimable_at timestamptz not null,
        claim_token text,
        claimant text,
        primary key (tenant, type, id)
      )`,
      `create index object_waiting on source_centra.object (tenant, type, first_received_at)
        where sequence > done_sequence`,
      `create index object_done on source_centra.object (last_received_at)
        where sequence <= done_sequence`,
      `create table source_centra.dead_letter (
        tenant text not null,
        type text not null,
        id text not null,
        reason text not null,
        failures integer not null,
        last_received_at timestamptz not null,
        died_at timestamptz not null default clock_timestamp(),
        primary key (tenant, type, id)
      )`,
    ],
  },
]);

/** Those that grow, and shrink by a sweep. */
export const tables = Object.freeze(['delivery', 'event', 'object', 'dead_letter'] as const);

/** Any number that nothing else in the database uses: "centra" on a telephone's keys. */
const LOCK = 236_872;

/** Brings the tables up to date, one process at a time. */
export async function migrate(database: Database): Promise<void> {
  await database.transaction(async (transaction) => {
    await transaction.query('select pg_advisory_xact_lock($1::bigint)', [LOCK]);
    await transaction.query('create schema if not exists source_centra');
    await transaction.query(`create table if not exists source_centra.migration (
      version integer primary key,
      name text not null,
      applied_at timestamptz not null default clock_timestamp()
    )`);
    const version = await currentVersion(transaction);
    const known = migrations.at(-1)?.version ?? 0;
    if (version > known) {
      throw new ConnectorError({
        kind: 'config',
        code: 'inbox/newer_tables',
        message: `The webhook inbox has tables of version ${version}, and this program knows them up to version ${known}.`,
        hint: 'Run the version of source-centra that made them, or a later one.',
      });
    }
    for (const migration of migrations) {
      if (migration.version <= version) continue;
      for (const statement of migration.statements) await transaction.query(statement);
      await transaction.query('insert into source_centra.migration (version, name) values ($1, $2)', [
        migration.version,
        migration.name,
      ]);
    }
  });
}

async function currentVersion(transaction: Queryable): Promise<number> {
  const [row] = await transaction.query(
    'select coalesce(max(version), 0)::float8 as version from source_centra.migration',
  );
  return Number(row?.version ?? 0);
}
