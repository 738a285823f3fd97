import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { docker, dockerText, hardened, start } from './engine.mjs';
import { must } from './report.mjs';

/**
 * @typedef {object} ShopContainer
 * @property {string} id
 * @property {readonly string[]} beside Arguments of `docker run` for a connector of this shop: its network, its configuration.
 * @property {string} folder What is mounted at /config.
 * @property {string} told What it printed on stdout.
 * @property {(path: string, body?: unknown) => Promise<any>} control
 */

const ownPort = 4010;

/**
 * Serves a shop in a container, and makes a folder with a configuration for it.
 * @param {string} image
 * @param {string} parent
 * @param {readonly string[]} options
 * @returns {Promise<ShopContainer>}
 */
export async function openShop(image, parent, options) {
  const published = ['--publish', `127.0.0.1::${ownPort}`];
  const id = await start([...published, ...hardened, image, 'sandbox', '--plan', 'unlimited', ...options]);
  const told = await firstLine(id);
  const { endpoint, api_token } = JSON.parse(told);
  const port = (await dockerText(['port', id, `${ownPort}/tcp`])).split('\n')[0]?.split(':').at(-1);
  const folder = join(parent, id);
  mkdirSync(folder, { mode: 0o755 });
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ endpoint, api_token }), { mode: 0o644 });
  return {
    id,
    // In the shop's network, it is at the connector's own loopback address: plain http does not leave it.
    beside: ['--network', `container:${id}`, '--volume', `${folder}:/config:ro`],
    folder,
    told,
    control: async (path, body) => {
      const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
      const answer = await fetch(`http://127.0.0.1:${port}/control/${path}`, init);
      must(answer.ok, `The shop refused ${path}: ${answer.status}`);
      return answer.json();
    },
  };
}

/** @param {string} id */
async function firstLine(id) {
  for (let tries = 0; tries < 120; tries++) {
    const { stdout } = await docker(['logs', id]);
    const end = stdout.indexOf('\n');
    if (end >= 0) return stdout.slice(0, end);
    await wait(250);
  }
  throw new Error(`The shop does not start: ${(await docker(['logs', id])).stderr}`);
}

/**
 * How many rows a complete read gives, by stream of the default catalog.
 * @param {ShopContainer} shop
 * @returns {Promise<Record<string, number>>}
 */
export async function rowsOf(shop) {
  const counts = await shop.control('counts');
  const streams = [
    'orders',
    'order_lines',
    'returns',
    'return_lines',
    'indeliveries',
    'indelivery_lines',
    'inventory',
  ];
  return Object.fromEntries(streams.map((stream) => [stream, counts[stream]]));
}

/**
 * @param {Record<string, number>} counted
 * @param {Record<string, number>} expected
 */
export function mustBeAll(counted, expected) {
  for (const [stream, rows] of Object.entries(expected)) {
    must(counted[stream] === rows, `${stream}: ${counted[stream] ?? 0} rows, and the shop has ${rows}.`);
  }
  return `${Object.values(expected).reduce((sum, rows) => sum + rows, 0)} rows of ${Object.keys(expected).length} streams`;
}
