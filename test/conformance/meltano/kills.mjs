// Runs that are killed in the middle, as by a machine that goes down: the next one brings the rest.
import { check } from '../part.mjs';
import { tail } from './project.mjs';
import { checkTables, isSame, load, ORDERS, SCHEMA, STATE_ID, streamsOf } from './stage.mjs';

/** @typedef {import('./stage.mjs').PostgresStage} PostgresStage */
/** @typedef {import('../postgres.mjs').Postgres} Postgres */
/** @typedef {import('./project.mjs').Outcome} Outcome */

/**
 * The target is killed when it has written some of what changed; its state was not confirmed, and the next run brings the rest.
 * @param {PostgresStage} stage
 */
export async function proveKilledTarget(stage) {
  const { checks, postgres, project, say, shop } = stage;
  const before = await project.state(STATE_ID);
  const changed = await shop.change({ kind: 'orders.update', count: ORDERS / 2 });
  await shop.control('latency', { ms: 100 });
  const mark = await lastSequence(postgres);
  const run = project.start(['run', 'tap-centra', 'target-postgres'], {
    env: { TARGET_POSTGRES_BATCH_SIZE_ROWS: '50' },
  });
  await untilLoaded(postgres, SCHEMA, mark, run.outcome);
  await run.killChild('/bin/target-postgres');
  const { code } = await run.outcome;
  const loaded = await countLoaded(postgres, SCHEMA, mark);
  await shop.control('latency', { ms: 0 });
  const all = changed.orders?.length ?? 0;
  say(`The target killed after ${loaded} of ${all} changed orders: Meltano ended with exit code ${code}.`);
  checks.push(
    check(
      'the target was killed in the middle',
      loaded > 0 && loaded < all,
      `${loaded} of ${all} orders were loaded.`,
    ),
    check('a run whose target is killed fails', code !== 0),
    check('its state does not move', isSame(before, await project.state(STATE_ID), streamsOf(before))),
  );
  const { records } = await load(stage, 'target-postgres');
  checks.push(
    check('the next run brings them all', records.orders === all, `${records.orders} of ${all} orders came.`),
  );
  await checkTables(stage, SCHEMA, 'after the run of two streams, the killed target and a run of all');
}

/**
 * Meltano and all that it started are killed in the middle of a first run into tables of their own.
 * @param {PostgresStage} stage
 */
export async function proveKilledFirstRun(stage) {
  const { checks, postgres, project, say, shop } = stage;
  const schema = `${SCHEMA}_again`;
  const env = { TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA: schema };
  const args = ['--state-id-suffix=again'];
  await shop.control('latency', { ms: 100 });
  const run = project.start(['run', ...args, 'tap-centra', 'target-postgres'], {
    env: { ...env, TARGET_POSTGRES_BATCH_SIZE_ROWS: '50' },
    isGroup: true,
  });
  await untilLoaded(postgres, schema, 0, run.outcome);
  run.killGroup();
  const { code } = await run.outcome;
  const loaded = await countLoaded(postgres, schema, 0);
  await shop.control('latency', { ms: 0 });
  say(`All processes of a first run killed after ${loaded} orders.`);
  checks.push(
    check(
      'the first run was killed in the middle',
      code === null && loaded > 0 && loaded < ORDERS,
      `${loaded} orders.`,
    ),
  );
  // Meltano takes a run for alive until it has been silent for some minutes: after a kill, --force says otherwise.
  await load(stage, 'target-postgres', [...args, '--force'], { env });
  await checkTables(stage, schema, 'after a first run that was killed');
}

/** @param {Postgres} postgres */
async function lastSequence(postgres) {
  const [row] = await postgres.query(`select max(_sdc_sequence)::float8 as last from ${SCHEMA}.orders`);
  return row?.last ?? 0;
}

/**
 * How many orders a run has written, as far as it has committed them.
 * @param {Postgres} postgres
 * @param {string} schema
 * @param {number} after Of the target's sequence.
 * @returns {Promise<number>}
 */
async function countLoaded(postgres, schema, after) {
  const [table] = await postgres.query('select to_regclass($1) as name', [`${schema}.orders`]);
  if (table?.name === null) return 0;
  const [row] = await postgres.query(
    `select count(*)::int as count from ${schema}.orders where _sdc_sequence > $1`,
    [after],
  );
  return row?.count ?? 0;
}

/**
 * @param {Postgres} postgres
 * @param {string} schema
 * @param {number} after
 * @param {Promise<Outcome>} outcome
 */
async function untilLoaded(postgres, schema, after, outcome) {
  /** @type {Outcome | undefined} */
  let ended;
  outcome.then((seen) => {
    ended = seen;
  });
  while ((await countLoaded(postgres, schema, after)) === 0) {
    if (ended !== undefined)
      throw new Error(`The run ended before it had written anything:\n${tail(ended.log)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
