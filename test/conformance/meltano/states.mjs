// Runs with another state than the last one: of some streams alone, and from the beginning.
import { check } from '../part.mjs';
import { SUMMED } from './holdings.mjs';
import { checkTables, isSame, load, SCHEMA, STATE_ID, streamsOf, total } from './stage.mjs';

/** @typedef {import('./stage.mjs').PostgresStage} PostgresStage */

/**
 * A run of two streams alone, whose state Meltano merges into the one that is there.
 * @param {PostgresStage} stage
 */
export async function proveMergedStates(stage) {
  const { checks, project, say, shop } = stage;
  const before = await project.state(STATE_ID);
  await shop.change({ kind: 'orders.update', count: 5 }, { kind: 'returns.create', count: 1 });
  const { records } = await load(stage, 'target-postgres', ['--state-strategy=merge'], {
    env: { TAP_CENTRA__SELECT_FILTER: '["orders", "order_lines"]' },
  });
  const after = await project.state(STATE_ID);
  const others = streamsOf(before).filter((stream) => !stream.startsWith('order'));
  checks.push(
    check(
      'a run of two streams reads these alone',
      records.orders === 5 && Object.keys(records).every((stream) => stream.startsWith('order')),
      JSON.stringify(records),
    ),
    check(
      'its merged state moves these on',
      !isSame(before, after, ['orders']) && !isSame(before, after, ['order_lines']),
    ),
    check(
      'its merged state leaves the others as they were',
      others.length === 5 && isSame(before, after, others),
    ),
  );
  say(
    `A run of ${Object.keys(records).join(' and ')} alone, its state merged: ${total(records, [])} records.`,
  );
}

/**
 * Everything once more, and orders as full tables: what was deleted from the shop without a trace is then deleted from the tables.
 * @param {PostgresStage} stage
 */
export async function proveFullRefresh(stage) {
  const { checks, say, shop } = stage;
  const { orders } = await shop.change({ kind: 'orders.delete', count: 2 });
  const fullTable = { 'replication-method': 'FULL_TABLE' };
  const { records, seconds } = await load(stage, 'target-postgres', ['--full-refresh'], {
    env: { TAP_CENTRA__METADATA: JSON.stringify({ orders: fullTable, order_lines: fullTable }) },
  });
  const counts = await shop.control('counts');
  say(
    `--full-refresh after ${orders?.length} orders were deleted: ${total(records, [])} records, ${seconds.toFixed(1)} s.`,
  );
  checks.push(
    check(
      '--full-refresh reads everything',
      Object.keys(SUMMED).every((stream) => records[stream] === counts[stream]),
      `${JSON.stringify(records)}, and the shop holds ${JSON.stringify(counts)}.`,
    ),
  );
  await checkTables(stage, SCHEMA, 'after --full-refresh');
}
