// How evenly a read uses its share of the limits: the time that it takes against the least that the limits allow.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buildDist } from './build.mjs';

const bin = join(import.meta.dirname, '..', 'bin', 'source-centra.js');
const tenSeconds = { requests: 30, complexity: 60_000 };
const latencyMs = 300;

/** @param {string[]} args */
function start(args) {
  return spawn(process.execPath, [bin, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
}

async function startShop() {
  const shop = start(['sandbox', '--port', '0', '--orders', '1200', '--latency-ms', String(latencyMs)]);
  for await (const line of createInterface({ input: shop.stdout })) return { shop, ...JSON.parse(line) };
  throw new Error('The sandbox did not start.');
}

/** @param {string[]} args */
async function linesOf(args) {
  const child = start(args);
  const lines = [];
  for await (const line of createInterface({ input: child.stdout })) lines.push(line);
  return lines;
}

/**
 * @param {string} name
 * @param {number} share
 * @param {boolean} isShared Whether another system draws 30 % of the limits meanwhile.
 */
async function run(name, share, isShared) {
  const folder = await mkdtemp(join(tmpdir(), 'source-centra-bench-'));
  const { shop, endpoint, api_token, control } = await startShop();
  /** @param {string} path @param {unknown} body */
  const tell = (path, body) => fetch(`${control}/${path}`, { method: 'POST', body: JSON.stringify(body) });
  const requests = { tenSeconds: tenSeconds.requests, oneHour: 1_000_000 };
  const complexity = { tenSeconds: tenSeconds.complexity, oneHour: 1_000_000_000 };
  try {
    const config = join(folder, 'config.json');
    await writeFile(config, JSON.stringify({ endpoint, api_token, budget_share: share }));
    const discovered = await linesOf(['discover', '--config', config]);
    const { catalog } = JSON.parse(discovered.find((line) => line.includes('"CATALOG"')) ?? '{}');
    const streams = catalog.streams
      .filter((/** @type {any} */ { name }) => ['orders', 'order_lines', 'inventory'].includes(name))
      .map((/** @type {any} */ stream) => ({
        stream,
        sync_mode: 'full_refresh',
        destination_sync_mode: 'overwrite',
      }));
    const configured = join(folder, 'catalog.json');
    await writeFile(configured, JSON.stringify({ streams }));
    await fetch(`${control}/requests`, { method: 'DELETE' });
    await tell('limits', { plan: { requests, complexity, mutations: requests } });
    const others = isShared
      ? setInterval(() => void tell('limits', { drain: { requests: 0.9, complexity: 1_800 } }), 1_000)
      : undefined;
    const startedMs = performance.now();
    await linesOf(['read', '--config', config, '--catalog', configured]);
    const seconds = (performance.now() - startedMs) / 1000;
    clearInterval(others);
    const log = /** @type {any[]} */ (await (await fetch(`${control}/requests`)).json());
    const good = log.filter(({ status }) => status === 200);
    /** @type {Record<string, number>} */
    const used = {
      requests: good.length,
      complexity: good.reduce(
        (/** @type {number} */ sum, /** @type {any} */ { complexity: points }) => sum + (points ?? 0),
        0,
      ),
    };
    const refused = log.length - good.length;
    // A full bucket at the start, then what flows in.
    const leastSeconds = Math.max(
      ...Object.entries(tenSeconds).map(
        ([what, quota]) => (((used[what] ?? 0) / share - quota) / quota) * 10,
      ),
    );
    const usedShare = Math.max(
      ...Object.entries(tenSeconds).map(([what, quota]) => (used[what] ?? 0) / (quota * (1 + seconds / 10))),
    );
    console.log(
      `${name.padEnd(34)}${seconds.toFixed(1).padStart(7)} s${leastSeconds.toFixed(1).padStart(9)} s${(seconds / leastSeconds).toFixed(2).padStart(8)}${(usedShare * 100).toFixed(1).padStart(9)} %${String(used.requests).padStart(10)}${String(used.complexity).padStart(10)}${String(refused).padStart(6)}`,
    );
  } finally {
    shop.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

await buildDist();
console.log(
  `Limits: ${tenSeconds.requests} requests and ${tenSeconds.complexity} points in 10 s; each answer takes ${latencyMs} ms.`,
);
console.log(
  '                                     took    least     ratio    used    requests    points  429s',
);
await run('share 1, alone', 1, false);
await run('share 0.5, alone', 0.5, false);
await run('share 0.5, others draw 30 %', 0.5, true);
