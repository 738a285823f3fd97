// The pipeline of README's "Orders in real time": what changes in the shop is a row in PostgreSQL a moment later, and a feed
// that was killed goes on from the target's last state.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { openShop } from '../../scripts/made-up-shop.mjs';
import { differences, inTables } from './meltano/destination.mjs';
import { askShop } from './meltano/holdings.mjs';
import { openProject } from './meltano/project.mjs';
import { check } from './part.mjs';
import { findPostgresBinaries, POSTGRES_HINT, postgresFromPyPi, startPostgres } from './postgres.mjs';
import { pythonEnvironment } from './python-environment.mjs';
import { startPipeline } from './real-time/pipeline.mjs';

/** @typedef {import('./part.mjs').Check} Check */
/** @typedef {import('./part.mjs').Part} Part */
/** @typedef {import('../../scripts/made-up-shop.mjs').Shop} Shop */
/** @typedef {import('./postgres.mjs').Postgres} Postgres */
/** @typedef {import('./real-time/pipeline.mjs').Pipeline} Pipeline */

const runFile = promisify(execFile);
const binFolder = join(import.meta.dirname, '..', '..', 'bin');
const sourceCentra = join(binFolder, 'source-centra.js');

const ORDERS = 300;
const CHANGES = 20;
const FOLLOWED = /** @type {const} */ (['orders', 'order_lines']);
const ROW_WITHIN_MS = 15_000;
const EQUAL_WITHIN_MS = 20_000;
/** Twice what it takes here, for machines that do something else meanwhile. */
const MEDIAN_WITHIN_SECONDS = 2;

/**
 * What the steps share.
 * @typedef {object} Stage
 * @property {string} folder
 * @property {Shop} shop
 * @property {Postgres} postgres
 * @property {string} schema
 * @property {string} target The path of target-postgres.
 * @property {string[]} states Those that the target confirmed.
 */

/** @type {Part} */
export const part = Object.freeze({
  title: 'In real time: serve --read into target-postgres',
  run: async (say) => {
    const binaries = (await findPostgresBinaries()) ?? (await postgresFromPyPi(say));
    if (binaries === undefined) {
      const name = 'webhooks into PostgreSQL';
      return [{ name, outcome: /** @type {const} */ ('left out'), detail: POSTGRES_HINT }];
    }
    const python = await pythonEnvironment({
      name: 'meltano',
      requirements: join(import.meta.dirname, 'meltano', 'requirements.txt'),
    });
    const folder = await mkdtemp(join(tmpdir(), 'source-centra-real-time-'));
    /** @type {(() => Promise<unknown>)[]} */
    const closings = [() => rm(folder, { recursive: true, force: true })];
    try {
      const shop = await openShop(ORDERS, sourceCentra);
      closings.push(shop.close);
      const postgres = await startPostgres(binaries);
      closings.push(postgres.stop);
      const project = await openProject(python, {});
      closings.push(project.remove);
      const target = join(project.folder, '.meltano/loaders/target-postgres/venv/bin/target-postgres');
      const schema = await writeConfigurations(folder, project.folder, shop, postgres);
      /** @type {Stage} */
      const stage = { folder, shop, postgres, schema, target, states: [] };
      const checks = [await loadFirst(stage, say)];
      const first = await begin(stage);
      closings.push(() => first.end('SIGKILL'));
      checks.push(...(await changeOneByOne(stage, first, say)));
      checks.push(await killAndChange(stage, first));
      const second = await begin(stage);
      closings.push(() => second.end('SIGKILL'));
      checks.push(...(await catchUp(stage, second, say)));
      return checks;
    } finally {
      for (const close of closings.reverse()) await close();
    }
  },
});

/**
 * As README says: the shop's, with a webhook, and two of the target's, one of which writes each row at once.
 * @param {string} folder
 * @param {string} projectFolder
 * @param {Shop} shop
 * @param {Postgres} postgres
 * @returns {Promise<string>} The schema that the tables are in.
 */
async function writeConfigurations(folder, projectFolder, shop, postgres) {
  const { plugins } = parse(await readFile(join(projectFolder, 'meltano.yml'), 'utf8'));
  const { config } = plugins.loaders.find(
    (/** @type {{ name: string }} */ { name }) => name === 'target-postgres',
  );
  const target = { ...config, ...postgres.connection };
  const files = {
    'acme.json': { endpoint: shop.endpoint, api_token: shop.token },
    'load.json': target,
    'target.json': { ...target, batch_size_rows: 1 },
  };
  for (const [name, content] of Object.entries(files))
    await writeFile(join(folder, name), JSON.stringify(content));
  const create = ['webhook', 'create', '--tenant', 'acme', '--url', 'http://127.0.0.1:8080'];
  await runFile(process.execPath, [sourceCentra, ...create], { cwd: folder });
  return target.default_target_schema;
}

/**
 * @param {Stage} stage
 * @param {(line: string) => void} say
 * @returns {Promise<Check>}
 */
async function loadFirst(stage, say) {
  const { folder, target } = stage;
  const tap = `"${process.execPath}" "${join(binFolder, 'tap-centra.js')}" --config acme.json`;
  const command = `set -o pipefail; ${tap} | "${target}" --config load.json > states.jsonl`;
  const started = performance.now();
  await runFile('bash', ['-c', command], { cwd: folder, maxBuffer: 64 * 1024 * 1024 });
  const states = (await readFile(join(folder, 'states.jsonl'), 'utf8')).trim().split('\n');
  stage.states.push(...states);
  say(`The first load, by tap-centra: ${ORDERS} orders, ${secondsSince(started)} s.`);
  const found = await difference(stage);
  return check('after the first load the tables equal the shop', found.length === 0, found.join('\n'));
}

/**
 * @param {Stage} stage
 * @returns {Promise<Pipeline>}
 */
async function begin({ folder, target, shop, states }) {
  await writeFile(join(folder, 'state.json'), `${states.at(-1)}\n`);
  const config = join(folder, 'acme.json');
  const state = ['--state', join(folder, 'state.json')];
  const only = ['--only', ...FOLLOWED];
  const pipeline = await startPipeline({
    bin: sourceCentra,
    serve: ['--config', config, '--port', '0', '--read', '--format', 'singer', ...only, ...state],
    target,
    targetConfig: join(folder, 'target.json'),
    hear: (line) => states.push(line),
  });
  const { webhook_id: id, webhook_secret: reference } = JSON.parse(await readFile(config, 'utf8'));
  const secretFile = join(folder, reference.slice('${file:'.length, -1));
  const secret = (await readFile(secretFile, 'utf8')).trim();
  await shop.control('webhooks', { url: `${pipeline.url}/centra/${id}`, secret });
  return pipeline;
}

/**
 * @param {Stage} stage
 * @param {Pipeline} pipeline
 * @param {(line: string) => void} say
 * @returns {Promise<readonly Check[]>}
 */
async function changeOneByOne({ shop, postgres, schema }, pipeline, say) {
  const orders = await postgres.query(
    `select number from ${schema}.orders order by number desc limit ${CHANGES}`,
  );
  /** @type {number[]} */
  const seconds = [];
  for (const { number } of orders) {
    const since = `${(await shop.control('clock')).now.slice(0, 19)}Z`;
    const started = performance.now();
    await shop.control('change', { changes: [{ kind: 'orders.update', numbers: [Number(number)] }] });
    const isThere = await within(ROW_WITHIN_MS, async () => {
      const rows = await postgres.query(
        `select 1 from ${schema}.orders where number = $1 and updated_at >= $2::timestamptz at time zone 'UTC'`,
        [number, since],
      );
      return rows.length > 0;
    });
    if (isThere) seconds.push((performance.now() - started) / 1000);
  }
  const sorted = seconds.sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? Number.POSITIVE_INFINITY;
  const longest = sorted.at(-1) ?? Number.POSITIVE_INFINITY;
  say(
    `${CHANGES} changes, one after the other, from the change to the row in PostgreSQL: ` +
      `median ${median.toFixed(2)} s, longest ${longest.toFixed(2)} s.`,
  );
  const times = sorted.map((one) => one.toFixed(2)).join(', ');
  return [
    check(
      `each of ${CHANGES} changes is a row in PostgreSQL`,
      seconds.length === CHANGES,
      `${seconds.length} came.\n${pipeline.said()}`,
    ),
    check(`half of them within ${MEDIAN_WITHIN_SECONDS} s`, median < MEDIAN_WITHIN_SECONDS, times),
  ];
}

/**
 * As by a machine that goes down; what the shop tells meanwhile nobody hears.
 * @param {Stage} stage
 * @param {Pipeline} pipeline
 */
async function killAndChange({ shop }, pipeline) {
  const { target } = await pipeline.end('SIGKILL');
  await shop.control('webhooks/faults', { faults: [{ kind: 'lost', rate: 1 }] });
  await shop.change({ kind: 'orders.update', count: 15 }, { kind: 'orders.create', count: 3 });
  await shop.control('webhooks/faults', { faults: [] });
  return check('the target ends well when serve is killed', target === 0, pipeline.said());
}

/**
 * @param {Stage} stage
 * @param {Pipeline} pipeline
 * @param {(line: string) => void} say
 * @returns {Promise<readonly Check[]>}
 */
async function catchUp(stage, pipeline, say) {
  const before = (await difference(stage)).length;
  const started = performance.now();
  await within(EQUAL_WITHIN_MS, async () => (await difference(stage)).length === 0);
  const found = await difference(stage);
  const { serve, target } = await pipeline.end('SIGTERM');
  say(
    `serve killed, 15 orders changed and 3 placed without a word of it, serve started again from the target's last state: ` +
      `${found.length === 0 ? `the tables equal the shop after ${secondsSince(started)} s` : found.join('; ')}.`,
  );
  return [
    check('what changed meanwhile was missing at first', before > 0),
    check('the tables equal the shop after the kill', found.length === 0, found.join('\n')),
    check(
      'stopped, serve and the target end with 0',
      serve === 0 && target === 0,
      `${serve} and ${target}\n${pipeline.said()}`,
    ),
  ];
}

/**
 * How the tables that are followed differ from the shop.
 * @param {Stage} stage
 */
async function difference({ shop, postgres, schema }) {
  const { holdings } = await askShop(shop);
  const held = await inTables(postgres, schema);
  const only = (/** @type {import('./meltano/holdings.mjs').Holdings} */ all) =>
    Object.fromEntries(FOLLOWED.map((stream) => [stream, all[stream] ?? new Map()]));
  return differences(only(holdings), only(held));
}

/**
 * @param {number} ms
 * @param {() => Promise<boolean>} isSo
 * @returns {Promise<boolean>} Whether it came to that in time.
 */
async function within(ms, isSo) {
  const endMs = performance.now() + ms;
  while (!(await isSo())) {
    if (performance.now() > endMs) return false;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return true;
}

/** @param {number} started */
function secondsSince(started) {
  return ((performance.now() - started) / 1000).toFixed(1);
}
