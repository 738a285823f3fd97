// The assets, materialized by a real Dagster.
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { check } from '../part.mjs';
import { pythonEnvironment } from '../python-environment.mjs';
import { startPython } from './python-process.mjs';
import { examples, openShop, pointTo, readFourTimes } from './workshop.mjs';

const example = join(examples, 'dagster');
const script = join(import.meta.dirname, 'run_dagster.py');

/** "The token is refused or lacks a permission": no retry helps. */
const REFUSED = 3;

/**
 * @param {import('./workshop.mjs').Workshop} workshop
 * @returns {Promise<readonly import('../part.mjs').Check[]>}
 */
export async function dagster(workshop) {
  const requirements = join(import.meta.dirname, 'dagster.txt');
  const environmentOf = await pythonEnvironment({ name: 'dagster', requirements });
  const root = await workshop.folder('dagster');
  const tenant = join(root, 'acme');
  await mkdir(join(tenant, 'data'), { recursive: true });
  await cp(join(example, 'acme', 'config'), join(tenant, 'config'), { recursive: true });
  const shop = await openShop(60, workshop.bin);
  try {
    await pointTo(join(tenant, 'config', 'config.json'), shop);
    const environment = {
      ...workshop.environment,
      CENTRA_API_TOKEN_ACME: shop.token,
      DAGSTER_HOME: root,
      DAGSTER_DISABLE_TELEMETRY: 'yes',
      PYTHONDONTWRITEBYTECODE: '1',
    };
    const python = startPython(environmentOf.bin('python'), [script, example, root], environment);
    try {
      return await materializations(python, join(tenant, 'data'), shop);
    } finally {
      await python.close();
    }
  } finally {
    await shop.close();
  }
}

/**
 * @param {import('./python-process.mjs').PythonProcess} python
 * @param {string} data
 * @param {import('../../../scripts/made-up-shop.mjs').Shop} shop
 */
async function materializations(python, data, shop) {
  const { streams } = await python.next();
  /** @type {any[]} */
  const results = [];
  const read = async () => {
    const result = await python.ask('');
    results.push(result);
    return { code: result.is_good ? 0 : 1, output: python.output() };
  };
  const checks = [...(await readFourTimes({ name: 'dagster', data, read }, shop))];
  const [first, , failed] = results;
  const counts = await shop.control('counts');
  const wanted = Object.fromEntries(streams.map((/** @type {string} */ stream) => [stream, counts[stream]]));
  const isCounted = JSON.stringify(sorted(first.rows)) === JSON.stringify(sorted(wanted));
  checks.push(check("dagster: the row counts are the shop's", isCounted, JSON.stringify(first)));
  const isFinal = failed.exit_codes.join() === String(REFUSED) && failed.retries === 0;
  checks.push(check('dagster: what no retry can mend is not tried again', isFinal, JSON.stringify(failed)));
  const one = await python.ask('inventory');
  const isOne = one.is_good && Object.keys(one.rows).join() === 'inventory';
  checks.push(check('dagster: one asset is materialized alone', isOne, JSON.stringify(one)));
  return checks;
}

/** @param {Record<string, number>} record */
function sorted(record) {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}
