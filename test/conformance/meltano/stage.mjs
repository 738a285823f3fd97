// What the steps of the Meltano part share: a shop, a project, perhaps a server, and the checks that were made.
import { check } from '../part.mjs';
import { differences, inTables } from './destination.mjs';
import { askShop } from './holdings.mjs';
import { tail } from './project.mjs';

/** @typedef {import('../part.mjs').Check} Check */
/** @typedef {import('../postgres.mjs').Postgres} Postgres */
/** @typedef {import('./project.mjs').Outcome} Outcome */
/** @typedef {import('./project.mjs').Project} Project */
/** @typedef {import('./project.mjs').RunOptions} RunOptions */
/** @typedef {import('../../../scripts/made-up-shop.mjs').Shop} Shop */

/**
 * @typedef {object} Stage
 * @property {(line: string) => void} say
 * @property {Check[]} checks
 * @property {Shop} shop
 * @property {Project} project
 */

/** @typedef {Stage & { postgres: Postgres }} PostgresStage */

/** How many orders the shop has at first. */
export const ORDERS = 600;
/** Under which name Meltano keeps the state of the runs into PostgreSQL. */
export const STATE_ID = 'dev:tap-centra-to-target-postgres';
/** Where meltano.yml puts the tables. */
export const SCHEMA = 'centra';

/**
 * What stops a step is a finding too, and the steps after it are looked at all the same.
 * @param {Stage} stage
 * @param {string} name
 * @param {() => Promise<void>} step
 */
export async function attempt({ checks, project, shop }, name, step) {
  try {
    await step();
  } catch (error) {
    checks.push(
      check(`${name}: seen to the end`, false, error instanceof Error ? error.message : String(error)),
    );
    await shop.control('latency', { ms: 0 });
    await project.stop();
  }
}

/**
 * `meltano run tap-centra TARGET`, to its good end.
 * @param {Stage} stage
 * @param {string} target
 * @param {readonly string[]} [args]
 * @param {RunOptions} [options]
 * @returns {Promise<Outcome>}
 */
export async function load({ checks, project }, target, args = [], options = {}) {
  const outcome = await project.run(['run', ...args, 'tap-centra', target], options);
  const command = ['meltano run', ...args, 'tap-centra', target].join(' ');
  checks.push(
    check(`${command} succeeds`, outcome.code === 0, `Exit code ${outcome.code}.\n${tail(outcome.log)}`),
  );
  return outcome;
}

/**
 * @param {PostgresStage} stage
 * @param {string} schema
 * @param {string} when
 */
export async function checkTables({ checks, postgres, say, shop }, schema, when) {
  const { holdings } = await askShop(shop);
  const found = differences(holdings, await inTables(postgres, schema));
  const rows = Object.values(holdings).reduce((sum, { size }) => sum + size, 0);
  say(`The tables ${when}: ${found.length === 0 ? `equal the shop in all ${rows} rows` : found.join('; ')}.`);
  checks.push(check(`the tables equal the shop, row by row, ${when}`, found.length === 0, found.join('\n')));
}

/** @param {any} state As `meltano state get` prints it. */
export function streamsOf(state) {
  return Object.keys(state.singer_state?.bookmarks ?? {});
}

/**
 * @param {any} before
 * @param {any} after
 * @param {readonly string[]} streams
 */
export function isSame(before, after, streams) {
  return streams.every(
    (stream) =>
      JSON.stringify(before.singer_state.bookmarks[stream]) ===
      JSON.stringify(after.singer_state?.bookmarks?.[stream]),
  );
}

/**
 * @param {Readonly<Record<string, number>> | undefined} records
 * @param {readonly string[]} without
 */
export function total(records, without) {
  return Object.entries(records ?? {})
    .filter(([stream]) => !without.includes(stream))
    .reduce((sum, [, count]) => sum + count, 0);
}
