// PyAirbyte reads the connector into DuckDB, twice, the second time what changed; what is there is what the shop has.
import { execFile } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openShop } from '../../scripts/made-up-shop.mjs';
import { connectorFolder } from './airbyte/connector-folder.mjs';
import { differences, shopTables, sumOfLast, tables } from './airbyte/shop-tables.mjs';
import { airbyteEnvironment, connectorImage, maskedCatalog, versions } from './airbyte/tools.mjs';
import { check, tableLines } from './part.mjs';

/** @typedef {import('./part.mjs').Check} Check */
/** @typedef {import('../../scripts/made-up-shop.mjs').Shop} Shop */
/** @typedef {import('./airbyte/shop-tables.mjs').ShopTables} ShopTables */

const runFile = promisify(execFile);
const scripts = join(import.meta.dirname, 'airbyte');
const ORDERS = 600;

/** @type {import('./part.mjs').Part} */
export const part = Object.freeze({
  title: 'PyAirbyte: into DuckDB, from the beginning and then what changed, with a masked column',
  run: async (say) => {
    const environment = await airbyteEnvironment();
    const connector = await connectorFolder('pyairbyte');
    const folder = join(connector.root, '..', 'destination');
    await mkdir(folder, { recursive: true });
    const runs = await connectorImage(connector);
    const shop = await openShop(ORDERS, connector.bin);
    const key = randomBytes(24).toString('hex');
    const job = {
      ...(runs.image === undefined ? { executable: connector.bin } : { image: runs.image }),
      config: {
        endpoint: shop.endpoint,
        api_token: shop.token,
        tenant_catalog: { source: 'inline', yaml: maskedCatalog },
        pii_key: key,
      },
      database: join(folder, 'warehouse.duckdb'),
      cache_dir: join(folder, 'cache'),
    };
    /** @type {Python} */
    const python = (script, body) => runPython(environment.bin('python'), runs, folder, script, body);
    try {
      say(await versions(environment, ['airbyte', 'duckdb']));
      say(
        `Runs ${runs.image === undefined ? 'the built files' : runs.told}, against a made-up shop of ${ORDERS} orders.`,
      );
      const first = await readAndCompare({ shop, python, job, key, since: undefined });
      say('The first read:');
      for (const line of tableLines(first.table)) say(`  ${line}`);
      const changed = await changeShop(shop);
      say(`Then, in the shop: ${changed.told}.`);
      const second = await readAndCompare({ shop, python, job, key, since: first.latest });
      say('The second read, incremental:');
      for (const line of tableLines(second.table)) say(`  ${line}`);
      return [
        ...first.checks.map((one) => ({ ...one, name: `first read: ${one.name}` })),
        ...second.checks.map((one) => ({ ...one, name: `second read: ${one.name}` })),
        ...expectedWrites(changed, second.written),
        ...(await nothingInFiles(folder, first.emails)),
      ];
    } finally {
      await shop.close();
    }
  },
});

/** @typedef {(script: 'read_into_duckdb.py' | 'look_into_duckdb.py', body: object) => Promise<any>} Python */

/**
 * @param {object} run
 * @param {Shop} run.shop
 * @param {Python} run.python
 * @param {{ database: string }} run.job
 * @param {string} run.key
 * @param {string | undefined} run.since When the last row of the read before was taken; undefined: there was none.
 */
async function readAndCompare({ shop, python, job, key, since }) {
  const { records } = await python('read_into_duckdb.py', job);
  const truth = await shopTables(shop);
  const addresses = [...new Set([...truth.emails.values()].flatMap((email) => email ?? []))];
  // Every address ends with one of these: where none of them stands, no address stands.
  const domains = [...new Set(addresses.map((email) => email.slice(email.indexOf('@')).toLowerCase()))];
  const wasWritten = since === undefined ? 'true' : `_airbyte_extracted_at > TIMESTAMP '${since}'`;
  /** @type {Record<string, string>} */
  const queries = {
    hashes: 'SELECT id, email_hash FROM centra.orders',
    latest: `SELECT max(latest) FROM (${tables
      .map(({ stream }) => `SELECT max(_airbyte_extracted_at) AS latest FROM centra.${stream}`)
      .join(' UNION ALL ')})`,
  };
  for (const { stream, columns, isLive } of tables) {
    queries[`live ${stream}`] = `SELECT ${columns.join(', ')} FROM centra.${stream} WHERE ${isLive}`;
    queries[`gone ${stream}`] = `SELECT count(*) FROM centra.${stream} WHERE NOT (${isLive})`;
    queries[`written ${stream}`] = `SELECT count(*) FROM centra.${stream} WHERE ${wasWritten}`;
  }
  // A search that finds nothing at all would prove nothing: this text must be found.
  const control = String(truth.rows.get('orders')?.[0]?.[0]);
  const { queries: answers, found } = await python('look_into_duckdb.py', {
    database: job.database,
    queries,
    texts: [...domains, control],
  });
  /** @type {Check[]} */
  const checks = [];
  /** @type {(string | number)[][]} */
  const table = [['stream', 'written', 'gone', 'rows', 'in the shop', 'sum of', 'sum', 'in the shop']];
  /** @type {Map<string, number>} */
  const written = new Map();
  for (const one of tables) {
    const { stream, measure } = one;
    const live = answers[`live ${stream}`];
    const own = truth.rows.get(stream) ?? [];
    const count = answers[`written ${stream}`][0][0];
    written.set(stream, count);
    table.push([
      ...[stream, count, answers[`gone ${stream}`][0][0], live.length, own.length],
      ...[measure, sumOfLast(live), sumOfLast(own)],
    ]);
    const different = differences(one, own, live);
    const isSame = different.length === 0 && live.length === own.length && own.length > 0;
    checks.push(check(`${stream}: the rows and amounts of the shop`, isSame, different.join('\n')));
  }
  const total = [...written.values()].reduce((sum, count) => sum + count, 0);
  checks.push(
    check('every record that came is a row', records === total, `${records} records, ${total} rows`),
  );
  checks.push(hashes(truth, answers.hashes, key));
  const places = domains.flatMap((domain) => found[domain]);
  checks.push(check('the search finds what is there', found[control].length > 0));
  checks.push(
    check(
      `none of ${addresses.length} e-mail addresses in any column`,
      addresses.length > 100 && places.length === 0,
      places.join(', '),
    ),
  );
  return { checks, table, written, emails: addresses, latest: String(answers.latest[0][0]) };
}

/**
 * The hash is there exactly where the plain value is, and is the HMAC that the documentation names.
 * @param {ShopTables} truth
 * @param {readonly (readonly [string, string | null])[]} stored
 * @param {string} key
 * @returns {Check}
 */
function hashes({ emails }, stored, key) {
  const wrong = stored.filter(([id, hash]) => {
    const plain = emails.get(id)?.trim().toLowerCase() ?? '';
    const expected = plain === '' ? null : createHmac('sha256', key).update(plain, 'utf8').digest('hex');
    return hash !== expected;
  });
  const isGood = wrong.length === 0 && stored.length === emails.size;
  return check(
    'a hash for each e-mail address, and no other',
    isGood,
    `${wrong.length} of ${stored.length} orders differ`,
  );
}

/**
 * @typedef {object} Changed
 * @property {number} orders
 * @property {number} returns
 * @property {number} indeliveries
 * @property {string} told
 */

/**
 * Changes, new rows, deletions, a day and an hour later.
 * @param {Shop} shop
 * @returns {Promise<Changed>}
 */
async function changeShop(shop) {
  const { now } = await shop.control('clock');
  const lately = new Date(Date.parse(now) - 25 * 86_400_000).toISOString();
  /** @param {string} root */
  const list = async (root) => /** @type {any[]} */ (await shop.control(`ids?root=${root}`));
  /** @param {any} row */
  const isRecent = (row) => new Date(row.createdAt).toISOString() > lately;
  const returns = await list('returns');
  const deliveries = await list('purchaseOrderDeliveries');
  const goneReturns = returns
    .filter(isRecent)
    .slice(0, 2)
    .map(({ id }) => id);
  const goneDeliveries = deliveries
    .filter(isRecent)
    .slice(0, 1)
    .map(({ id }) => id);
  const completed = returns
    .filter(({ id, status }) => status === 'PENDING' && !goneReturns.includes(id))
    .slice(0, 4)
    .map(({ id }) => id);
  const advanced = deliveries
    .filter(({ id, status }) => status !== 'INSERTED' && !goneDeliveries.includes(id))
    .slice(0, 2)
    .map(({ id }) => id);
  if (goneReturns.length < 2 || goneDeliveries.length < 1 || completed.length < 4 || advanced.length < 2)
    throw new Error('The made-up shop has too few recent returns or deliveries to change.');
  const { warehouses } = await shop.ask(
    '{ warehouses(limit: 1) { id stock(limit: 2) { productSize { id } } } }',
  );
  const [{ id: warehouseId, stock }] = warehouses;
  const [setSize, removedSize] = stock.map((/** @type {any} */ one) => one.productSize.id);
  await shop.control('advance', { seconds: 25 * 3600 });
  await shop.control('change', {
    changes: [
      { kind: 'orders.update', count: 20 },
      { kind: 'orders.create', count: 12 },
      { kind: 'returns.complete', ids: completed },
      { kind: 'returns.create', count: 3 },
      { kind: 'returns.delete', ids: goneReturns },
      { kind: 'deliveries.advance', ids: advanced },
      { kind: 'deliveries.create', count: 2 },
      { kind: 'deliveries.delete', ids: goneDeliveries },
      { kind: 'stock.set', warehouseId, productSizeId: setSize, physicalQuantity: 777 },
      { kind: 'stock.remove', warehouseId, productSizeId: removedSize },
      { kind: 'stock.add', warehouseId, physicalQuantity: 31 },
    ],
  });
  await shop.control('advance', { seconds: 120 });
  return {
    orders: 20 + 12,
    returns: completed.length + 3 + goneReturns.length,
    indeliveries: advanced.length + 2 + goneDeliveries.length,
    told:
      `20 orders changed and 12 new; ${completed.length} returns completed, 3 new, ${goneReturns.length} deleted; ` +
      `${advanced.length} deliveries moved on, 2 new, ${goneDeliveries.length} deleted; stock changed, added and taken away`,
  };
}

/**
 * The second read wrote what changed and no more.
 * @param {Changed} changed
 * @param {ReadonlyMap<string, number>} written
 * @returns {readonly Check[]}
 */
function expectedWrites(changed, written) {
  return /** @type {const} */ (['orders', 'returns', 'indeliveries']).map((stream) => {
    const count = written.get(stream);
    const detail = `${changed[stream]} changed, ${count} were written`;
    return check(
      `second read: ${stream}: as many rows written as changed`,
      count === changed[stream],
      detail,
    );
  });
}

/**
 * No file that PyAirbyte left, its logs and the database's pages included, holds an address.
 * @param {string} folder
 * @param {readonly string[]} addresses
 * @returns {Promise<readonly Check[]>}
 */
async function nothingInFiles(folder, addresses) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const found = [];
  for (const path of paths) {
    const bytes = await readFile(path, 'latin1');
    if (addresses.some((address) => bytes.includes(address))) found.push(path);
  }
  const hasDatabase = paths.some((path) => path.endsWith('warehouse.duckdb'));
  return [
    check(
      `no e-mail address in the bytes of ${paths.length} files`,
      hasDatabase && found.length === 0,
      found.join('\n'),
    ),
  ];
}

/**
 * @param {string} python
 * @param {Awaited<ReturnType<typeof connectorImage>>} runs
 * @param {string} folder
 * @param {string} script
 * @param {object} body
 */
async function runPython(python, runs, folder, script, body) {
  const question = join(folder, script.replace(/\.py$/, '.json'));
  await writeFile(question, JSON.stringify(body));
  const env = {
    ...process.env,
    ...runs.environment,
    HOME: folder,
    PYTHONDONTWRITEBYTECODE: '1',
    // Nobody is told of this run, and nothing is looked up elsewhere.
    AIRBYTE_OFFLINE_MODE: '1',
    DO_NOT_TRACK: '1',
    AIRBYTE_LOGGING_ROOT: join(folder, 'logs'),
    AIRBYTE_TEMP_DIR: folder,
    NO_COLOR: '1',
  };
  try {
    await runFile(python, [join(scripts, script), question], {
      cwd: folder,
      env,
      timeout: 300_000,
      maxBuffer: 1 << 28,
    });
  } catch (error) {
    const { stderr = String(error) } = /** @type {{ stderr?: string }} */ (error);
    throw new Error(`${script} failed: ${stderr.slice(-3000)}`, { cause: error });
  }
  return JSON.parse(await readFile(question.replace(/json$/, 'answer.json'), 'utf8'));
}
