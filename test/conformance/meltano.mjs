// The example's Meltano project, run as its users run it: a shop into files and into PostgreSQL, and what changed after it.
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { openShop } from '../../scripts/made-up-shop.mjs';
import { changeAllKinds } from './meltano/changes.mjs';
import { differences, holdingsTable, inFiles, inTables } from './meltano/destination.mjs';
import { askShop } from './meltano/holdings.mjs';
import { proveKilledFirstRun, proveKilledTarget } from './meltano/kills.mjs';
import { PII_KEY, provePrivacy } from './meltano/privacy.mjs';
import { openProject, tail } from './meltano/project.mjs';
import { attempt, isSame, load, ORDERS, SCHEMA, STATE_ID, streamsOf, total } from './meltano/stage.mjs';
import { proveFullRefresh, proveMergedStates } from './meltano/states.mjs';
import { check, tableLines } from './part.mjs';
import { findPostgresBinaries, POSTGRES_HINT, postgresFromPyPi, startPostgres } from './postgres.mjs';
import { pythonEnvironment } from './python-environment.mjs';

/** @typedef {import('./part.mjs').Check} Check */
/** @typedef {import('./part.mjs').Part} Part */
/** @typedef {import('./meltano/project.mjs').Project} Project */
/** @typedef {import('./meltano/project.mjs').Outcome} Outcome */
/** @typedef {import('./meltano/holdings.mjs').Holdings} Holdings */
/** @typedef {import('../../scripts/made-up-shop.mjs').Shop} Shop */
/** @typedef {import('./meltano/stage.mjs').PostgresStage} PostgresStage */
/** @typedef {import('./meltano/stage.mjs').Stage} Stage */
/** @typedef {import('./postgres.mjs').Postgres} Postgres */

const bin = join(import.meta.dirname, '..', '..', 'bin', 'source-centra.js');
const tenantCatalog = join(import.meta.dirname, 'meltano', 'tenant.yaml');

/** @type {Part} */
export const part = Object.freeze({
  title: 'Meltano, with target-jsonl and target-postgres',
  run: async (say) => {
    const python = await pythonEnvironment({
      name: 'meltano',
      requirements: join(import.meta.dirname, 'meltano', 'requirements.txt'),
    });
    /** @type {(() => Promise<void>)[]} */
    const closings = [];
    try {
      const shop = await openShop(ORDERS, bin);
      closings.push(shop.close);
      const binaries = (await findPostgresBinaries()) ?? (await postgresFromPyPi(say));
      const postgres = binaries === undefined ? undefined : await startPostgres(binaries);
      if (postgres !== undefined) closings.push(postgres.stop);
      const project = await openProject(python, settings(shop, postgres));
      closings.push(project.remove);
      await copyFile(tenantCatalog, join(project.folder, 'tenant.yaml'));
      const loaders = await loaderVersions(project);
      const server = postgres === undefined ? 'no PostgreSQL' : `PostgreSQL ${postgres.version}`;
      say(
        `meltano ${await meltanoVersion(project)}, ${loaders.join(', ')}, Python ${python.python}, ${server}`,
      );
      const stage = { say, checks: [await checkSettings()], shop, project };
      if (postgres === undefined) {
        await attempt(stage, 'two runs into files', () => prove(stage, undefined));
        await attempt(stage, 'masked values and secrets', () => provePrivacy(stage, undefined));
        const leftOut = { name: 'Meltano into PostgreSQL', outcome: /** @type {const} */ ('left out') };
        return [...stage.checks, { ...leftOut, detail: POSTGRES_HINT }];
      }
      const withPostgres = { ...stage, postgres };
      await attempt(stage, 'two runs into files and tables', () => prove(stage, withPostgres));
      await attempt(stage, 'merged states', () => proveMergedStates(withPostgres));
      await attempt(stage, 'a killed target', () => proveKilledTarget(withPostgres));
      await attempt(stage, 'a killed first run', () => proveKilledFirstRun(withPostgres));
      await attempt(stage, 'a full refresh', () => proveFullRefresh(withPostgres));
      await attempt(stage, 'masked values and secrets', () => provePrivacy(stage, postgres));
      return stage.checks;
    } finally {
      for (const close of closings.reverse()) await close();
    }
  },
});

/**
 * What a user exports before `meltano run`.
 * @param {Shop} shop
 * @param {Postgres | undefined} postgres
 * @returns {Record<string, string>}
 */
function settings(shop, postgres) {
  const { host, port, user, password, database } = postgres?.connection ?? {};
  return {
    TAP_CENTRA_ENDPOINT: shop.endpoint,
    TAP_CENTRA_API_TOKEN: shop.token,
    TAP_CENTRA_TENANT_CATALOG_SOURCE: 'file',
    TAP_CENTRA_TENANT_CATALOG_PATH: 'tenant.yaml',
    TAP_CENTRA_PII_KEY: PII_KEY,
    ...(postgres !== undefined && {
      TARGET_POSTGRES_HOST: String(host),
      TARGET_POSTGRES_PORT: String(port),
      TARGET_POSTGRES_USER: String(user),
      TARGET_POSTGRES_PASSWORD: String(password),
      TARGET_POSTGRES_DATABASE: String(database),
    }),
  };
}

/**
 * A first run, changes of all kinds, and a second run that brings just these; into files, and into tables where there is a server.
 * @param {Stage} stage
 * @param {PostgresStage | undefined} withPostgres
 */
async function prove(stage, withPostgres) {
  const { say, checks, shop, project } = stage;
  const files = join(project.folder, 'output');
  const first = await loadBoth(stage, withPostgres);
  await compare(stage, withPostgres, files, 'after the first run', first);
  const before = withPostgres === undefined ? undefined : await project.state(STATE_ID);

  const changed = await changeAllKinds(shop);
  say(`Then ${changed.told}. A day later, the second run:`);
  const second = await loadBoth(stage, withPostgres);
  await compare(stage, withPostgres, files, 'after the second run', second);
  const count = changed.orders;
  const all = total(first[0]?.records, ['inventory']);
  for (const { records, log, target } of second) {
    const few = total(records, ['inventory']);
    checks.push(
      check(
        `${target}: the second run reads the ${count} changed orders and no other`,
        records.orders === count,
        `${records.orders} orders came.\n${tail(log)}`,
      ),
      check(
        `${target}: the second run is small`,
        few > 0 && few < all / 4,
        `${few} records came, inventory not counted, and ${all} at first.`,
      ),
    );
  }
  if (before === undefined || withPostgres === undefined) return;
  const rows = await withPostgres.postgres.query(`select count(*)::int as count from ${SCHEMA}.inventory`);
  const { inventory } = await shop.control('counts');
  checks.push(
    check(
      'positions that left the stock are deleted from the table, not only marked',
      rows[0]?.count === inventory,
      `${rows[0]?.count} rows, and the shop holds ${inventory}.`,
    ),
  );
  const after = await project.state(STATE_ID);
  checks.push(
    check(
      'the state in the system database of Meltano moved on, for each stream',
      streamsOf(before).length === 7 && streamsOf(before).every((stream) => !isSame(before, after, [stream])),
      `Before: ${JSON.stringify(before).slice(0, 500)}\nAfter: ${JSON.stringify(after).slice(0, 500)}`,
    ),
  );
}

/**
 * @param {Stage} stage
 * @param {PostgresStage | undefined} withPostgres
 */
async function loadBoth(stage, withPostgres) {
  const outcomes = [{ target: 'target-jsonl', ...(await load(stage, 'target-jsonl')) }];
  if (withPostgres !== undefined) {
    outcomes.push({ target: 'target-postgres', ...(await load(stage, 'target-postgres')) });
  }
  return outcomes;
}

/**
 * Compares row by row, and shows rows and sums.
 * @param {Stage} stage
 * @param {PostgresStage | undefined} withPostgres
 * @param {string} files
 * @param {string} when
 * @param {readonly (Outcome & { target: string })[]} outcomes
 */
async function compare(stage, withPostgres, files, when, outcomes) {
  const { say, checks, shop } = stage;
  const { holdings } = await askShop(shop);
  const counts = await shop.control('counts');
  const miscounted = Object.entries(holdings).filter(([stream, rows]) => rows.size !== counts[stream]);
  checks.push(check(`the shop’s own counts are those of its API, ${when}`, miscounted.length === 0));
  /** @type {[title: string, holdings: Holdings][]} */
  const loaded = [['files', (await inFiles(files)).holdings]];
  if (withPostgres !== undefined) loaded.unshift(['tables', await inTables(withPostgres.postgres, SCHEMA)]);
  const times = outcomes.map(({ target, seconds }) => `${target} ${seconds.toFixed(1)} s`).join(', ');
  say(`${when[0]?.toUpperCase()}${when.slice(1)} (${times}):`);
  const table = holdingsTable(holdings, loaded, outcomes.at(-1)?.records ?? {});
  for (const line of tableLines(table)) say(`  ${line}`);
  for (const [title, held] of loaded) {
    const found = differences(holdings, held);
    checks.push(
      check(`the ${title} equal the shop, row by row, ${when}`, found.length === 0, found.join('\n')),
    );
  }
}

/** The example knows each setting of the plugin definition for MeltanoHub, and no other. */
async function checkSettings() {
  const folder = join(import.meta.dirname, '..', '..', 'examples', 'meltano');
  const [project, definition] = await Promise.all(
    ['meltano.yml', 'tap-centra.yml'].map(async (name) => parse(await readFile(join(folder, name), 'utf8'))),
  );
  const [has, wants] = [project.plugins.extractors[0].settings, definition.settings].map((settings) =>
    settings.map((/** @type {{ name: string, sensitive?: boolean }} */ { name, sensitive }) =>
      sensitive === true ? `${name} (sensitive)` : name,
    ),
  );
  const detail = `meltano.yml: ${has.join(', ')}\ntap-centra.yml: ${wants.join(', ')}`;
  return check('meltano.yml and tap-centra.yml have the same settings', has.join() === wants.join(), detail);
}

/** @param {Project} project */
async function meltanoVersion(project) {
  const { log } = await project.run(['--version']);
  return /(\d+\.\d+\.\d+)/.exec(log)?.[1] ?? log.trim();
}

/** @param {Project} project */
async function loaderVersions(project) {
  const text = await readFile(join(project.folder, 'meltano.yml'), 'utf8');
  return [...text.matchAll(/pip_url: (\S+)==(\S+)/g)].map(([, name, version]) => `${name} ${version}`);
}
