// What the examples are run with: the built connector, a `docker`, made-up shops, and processes that are watched.
import { spawn } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openShop } from '../../../scripts/made-up-shop.mjs';
import { dockerOnPath } from '../docker/on-path.mjs';
import { check } from '../part.mjs';
import { EXAMPLE_IMAGE } from './example-image.mjs';

/** @typedef {import('../part.mjs').Check} Check */
/** @typedef {import('../../../scripts/made-up-shop.mjs').Shop} Shop */
/** @typedef {{ code: number, output: string }} Outcome */

const project = join(import.meta.dirname, '..', '..', '..');
const root = join(project, '.cache', 'conformance', 'runs', 'examples');

export const examples = join(project, 'examples');

const TIMEOUT_MS = 120_000;

/**
 * @typedef {object} Workshop
 * @property {string} bin The built connector: a copy, so that a build meanwhile disturbs nothing.
 * @property {string | undefined} image The image that CONFORMANCE_IMAGE names.
 * @property {Readonly<Record<string, string>>} environment With `docker` on PATH, and what it needs.
 * @property {(name: string) => Promise<string>} folder An empty folder.
 */

/** @returns {Promise<Workshop>} */
export async function openWorkshop() {
  await rm(root, { recursive: true, force: true });
  const connector = join(root, 'source-centra');
  for (const name of ['bin', 'dist', 'schemas', 'catalog', 'package.json']) {
    await cp(join(project, name), join(connector, name), { recursive: true });
  }
  const bin = join(connector, 'bin', 'source-centra.js');
  const docker = await dockerOnPath(join(root, 'tools'), { bin, asked: EXAMPLE_IMAGE });
  return Object.freeze({
    bin,
    ...docker,
    folder: async (/** @type {string} */ name) => {
      const folder = join(root, name);
      await mkdir(folder, { recursive: true });
      return folder;
    },
  });
}

/**
 * Runs a command to its end; its environment is this process's with `environment` over it.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ environment: Readonly<Record<string, string>>, folder?: string, input?: string }} options
 * @returns {Promise<Outcome>} `output` is what it printed on both ways.
 */
export async function run(command, args, { environment, folder, input = '' }) {
  const child = spawn(command, [...args], {
    stdio: 'pipe',
    env: { ...process.env, ...environment },
    timeout: TIMEOUT_MS,
    ...(folder !== undefined && { cwd: folder }),
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: 127, output: error.message }));
    child.once('close', (code) => resolve({ code: code ?? 128, output }));
  });
}

/** @param {string} command */
export async function isInstalled(command) {
  return (await run('sh', ['-c', `command -v ${command}`], { environment: {} })).code === 0;
}

/**
 * A tenant's configuration as in the example, but for a made-up shop.
 * @param {string} path
 * @param {Shop} shop
 */
export async function pointTo(path, shop) {
  const configuration = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(
    path,
    JSON.stringify({ ...configuration, endpoint: shop.endpoint, start_date: undefined }, undefined, 2),
  );
}

/**
 * @typedef {object} Reading An example that reads a shop into `data`.
 * @property {string} name
 * @property {string} data The folder that holds `current` and `ready`.
 * @property {() => Promise<Outcome>} read One run, as its scheduler would.
 */

/**
 * What every example that reads must do: a first read of everything; a second of what changed; one that fails and changes
 * no state; and one that makes up for it.
 * @param {Reading} reading
 * @param {Shop} shop
 * @returns {Promise<readonly Check[]>}
 */
export async function readFourTimes({ name, data, read }, shop) {
  /** @type {Check[]} */
  const checks = [];
  /** @type {Set<string>} */
  const known = new Set();
  const handedOver = async () => {
    const all = await readdir(join(data, 'ready')).catch(() => []);
    const fresh = all.filter((folder) => !known.has(folder));
    for (const folder of fresh) known.add(folder);
    return rowsOf(fresh.map((folder) => join(data, 'ready', folder)));
  };
  /** @param {string} what @param {Outcome} outcome @param {unknown} seen @param {unknown} wanted */
  const compare = (what, outcome, seen, wanted) => {
    const isGood = JSON.stringify(seen) === JSON.stringify(wanted);
    const detail = `saw ${JSON.stringify(seen)}, not ${JSON.stringify(wanted)}\nexit code ${outcome.code}\n${outcome.output.slice(-3000)}`;
    checks.push(check(`${name}: ${what}`, isGood, detail));
  };

  const first = await read();
  const rows = await handedOver();
  compare('a first read ends well', first, first.code, 0);
  compare('it hands over every row of the shop', first, counted(rows), await shopCounts(shop));

  const changed = await changeOrders(shop, 5);
  const second = await read();
  const later = await handedOver();
  compare('a second read ends well', second, second.code, 0);
  compare('it hands over the orders that changed, and no others', second, numbersOf(later), changed);

  const missed = await changeOrders(shop, 4);
  await shop.control('permissions', { deny: ['Order:read'] });
  const before = await statesIn(data, ['orders', 'order_lines']);
  const failed = await read();
  await shop.control('permissions', { deny: [] });
  compare('a read that is refused a permission fails', failed, failed.code !== 0, true);
  compare(
    'it leaves the states of what it could not read',
    failed,
    await statesIn(data, ['orders', 'order_lines']),
    before,
  );
  compare('it hands nothing over', failed, counted(await handedOver()), {});

  const fourth = await read();
  compare('the read after it ends well', fourth, fourth.code, 0);
  compare('it makes up for the one that failed', fourth, numbersOf(await handedOver()), missed);
  return checks;
}

/**
 * @param {Shop} shop
 * @param {number} count
 * @returns {Promise<readonly number[]>} The numbers of the orders that changed.
 */
async function changeOrders(shop, count) {
  await shop.control('advance', { seconds: 60 });
  const { changed } = await shop.control('change', { changes: [{ kind: 'orders.update', count }] });
  await shop.control('advance', { seconds: 60 });
  return [...changed.orders].sort((a, b) => a - b);
}

const STREAMS = Object.freeze(
  [
    ...['indelivery_lines', 'indeliveries', 'inventory', 'order_lines', 'orders', 'return_lines', 'returns'],
  ].sort(),
);

/** @param {Shop} shop */
async function shopCounts(shop) {
  const counts = await shop.control('counts');
  return Object.fromEntries(STREAMS.map((stream) => [stream, counts[stream]]));
}

/**
 * @param {readonly string[]} folders
 * @returns {Promise<ReadonlyMap<string, readonly any[]>>} By stream.
 */
async function rowsOf(folders) {
  /** @type {Map<string, any[]>} */
  const rows = new Map();
  for (const folder of folders) {
    for (const file of await readdir(folder)) {
      const text = await readFile(join(folder, file), 'utf8');
      const stream = file.replace(/\.jsonl$/, '');
      const lines = text.split('\n').slice(0, -1);
      rows.set(stream, [...(rows.get(stream) ?? []), ...lines.map((line) => JSON.parse(line))]);
    }
  }
  return rows;
}

/** @param {ReadonlyMap<string, readonly any[]>} rows */
function counted(rows) {
  return Object.fromEntries([...rows].map(([stream, list]) => [stream, list.length]).sort());
}

/** @param {ReadonlyMap<string, readonly any[]>} rows */
function numbersOf(rows) {
  return (rows.get('orders') ?? []).map((row) => row.number).sort((a, b) => a - b);
}

/**
 * Where the next read goes on; how much of its file a state covers is another matter, since the files are taken away.
 * @param {string} data
 * @param {readonly string[]} streams
 */
async function statesIn(data, streams) {
  const paths = streams.map((stream) => join(data, 'current', `${stream}.state.json`));
  const texts = await Promise.all(
    paths.map((path) => readFile(path, 'utf8').catch(() => '{"state":"none"}')),
  );
  return texts.map((text) => JSON.parse(text).state);
}

export { openShop };
