// How long it takes from a change in the shop to its record on stdout, by way of a webhook: without limits, and with those of Centra's smallest plan.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { openShop } from './made-up-shop.mjs';
import { conclude, diceOf, printTable, withFolder } from './proof-harness.mjs';

const bin = join(import.meta.dirname, '..', 'bin', 'source-centra.js');
const SECONDS = Number(process.env.SECONDS ?? 30);
const MOST_MEDIAN_MS = 1_500;
/** What is changed in the sandbox and has not come after so long is lost. */
const LOST_AFTER_MS = 60_000;

/**
 * @typedef {object} Feed A running `source-centra serve --read`.
 * @property {string} url Where it receives webhooks.
 * @property {Map<number, number>} seen When an order's record came last, by the order's number.
 * @property {() => Promise<number | null>} stop Resolves with the exit code.
 */

/**
 * @param {string} config
 * @returns {Promise<Feed>}
 */
async function startFeed(config) {
  const args = ['serve', '--config', config, '--read', '--port', '0'];
  const child = spawn(process.execPath, [bin, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = new Promise((resolve) => child.once('close', resolve));
  /** @type {Feed['seen']} */
  const seen = new Map();
  const url = new Promise((resolve, reject) => {
    closed.then(() => reject(new Error('The feed ended too early.')));
    let listening = '';
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { type, record, log } = JSON.parse(line);
      if (type === 'RECORD' && record.stream === 'orders') seen.set(record.data.number, performance.now());
      listening = /received at (http:\S+?)\/centra\//.exec(log?.message ?? '')?.[1] ?? listening;
      // The first read is over.
      if (type === 'LOG' && /^orders: /.test(log.message)) resolve(listening);
    });
  });
  return {
    url: await url,
    seen,
    stop: async () => {
      child.kill('SIGTERM');
      await closed;
      return child.exitCode;
    },
  };
}

/**
 * Changes orders at irregular times, as a shop does, and returns how long each took to come out, in milliseconds.
 * @param {import('./made-up-shop.mjs').Shop} shop
 * @param {Feed} feed
 * @param {number} pauseMs Between two changes, on average.
 */
async function changeAndWatch(shop, feed, pauseMs) {
  const dice = diceOf(7);
  /** @type {Map<number, number>} */
  const changed = new Map();
  /** @type {number[]} */
  const lags = [];
  const endMs = performance.now() + SECONDS * 1000;
  const lookFor = () => {
    for (const [number, atMs] of changed) {
      const seenMs = feed.seen.get(number) ?? 0;
      if (seenMs < atMs) continue;
      lags.push(seenMs - atMs);
      changed.delete(number);
    }
  };
  while (performance.now() < endMs) {
    const count = dice() < 0.1 ? 20 : 1;
    const startedMs = performance.now();
    const answer = await shop.control('change', { changes: [{ kind: 'orders.update', count }] });
    lookFor();
    // One that has not come yet counts from its first change.
    for (const number of answer.changed.orders) if (!changed.has(number)) changed.set(number, startedMs);
    await wait(-Math.log(1 - dice()) * pauseMs);
    lookFor();
  }
  for (const until = performance.now() + LOST_AFTER_MS; changed.size > 0 && performance.now() < until; ) {
    await wait(20);
    lookFor();
  }
  return { lags: lags.sort((a, b) => a - b), lost: changed.size };
}

/**
 * @param {readonly number[]} sorted
 * @param {number} share
 */
function quantile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/**
 * @param {string} plan
 * @param {number} pauseMs
 */
async function measure(plan, pauseMs) {
  const shop = await openShop(1_000);
  try {
    return await withFolder(async (folder) => {
      const config = join(folder, 'config.json');
      const id = randomBytes(18).toString('base64url');
      const secret = randomBytes(18).toString('base64url');
      const webhook = { webhook_inbox: 'inbox', webhook_id: id, webhook_secret: secret };
      await writeFile(config, JSON.stringify({ endpoint: shop.endpoint, api_token: shop.token, ...webhook }));
      const feed = await startFeed(config);
      await shop.control('limits', { plan });
      await shop.control('webhooks', { url: `${feed.url}/centra/${id}`, secret });
      await shop.forgetRequests();
      const { lags, lost } = await changeAndWatch(shop, feed, pauseMs);
      /** @type {readonly { status: number, complexity: number }[]} */
      const requests = await shop.control('requests');
      const exitCode = await feed.stop();
      return { plan, pauseMs, lags, lost, requests, exitCode };
    });
  } finally {
    await shop.close();
  }
}

const seconds = (/** @type {number} */ ms) => `${(ms / 1000).toFixed(2)} s`;
const broken = [];
const rows = [['limits', 'changes', 'median', '95 %', 'longest', 'requests', '429', 'points']];
for (const [plan, pauseMs] of /** @type {const} */ ([
  ['unlimited', 100],
  ['growth', 100],
  ['growth', 1_000],
])) {
  const { lags, lost, requests, exitCode } = await measure(plan, pauseMs);
  const median = quantile(lags, 0.5);
  const refused = requests.filter(({ status }) => status === 429).length;
  const points = requests.reduce((sum, { complexity }) => sum + complexity, 0);
  rows.push([
    `${plan}, a change every ${pauseMs / 1000} s`,
    String(lags.length),
    seconds(median),
    seconds(quantile(lags, 0.95)),
    seconds(lags.at(-1) ?? Number.NaN),
    String(requests.length),
    String(refused),
    String(points),
  ]);
  if (plan === 'unlimited' && !(median < MOST_MEDIAN_MS))
    broken.push(`The median without limits is ${seconds(median)}, not under ${seconds(MOST_MEDIAN_MS)}.`);
  if (lost > 0) broken.push(`With the limits "${plan}", ${lost} changes did not come out.`);
  if (exitCode !== 0) broken.push(`With the limits "${plan}", the feed ended with exit code ${exitCode}.`);
}
printTable(rows);
console.log(
  `\nEach for ${SECONDS} s. A batch of changes costs one request and what its orders and lines weigh. The growth plan lets 60`,
);
console.log(
  'requests and 250,000 points through in ten seconds, of which the configuration takes half: beyond that, changes wait',
);
console.log('for each other and come in larger batches.');
conclude(broken);
