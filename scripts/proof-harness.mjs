// What the proofs share: the real command, watched from outside.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const bin = join(import.meta.dirname, '..', 'bin', 'source-centra.js');

/** As many rows as Centra gives at once. */
export const PAGE_SIZE = 200;

/**
 * Tells on a channel of its own, at the end of the process that it is loaded into, how much memory that one held at most, in KiB.
 * `maxRSS` would on Linux count the process that started it too.
 */
const peakTeller = `data:text/javascript,${encodeURIComponent(`
  import { readFileSync, writeSync } from 'node:fs';
  process.on('exit', () => {
    let peak = process.resourceUsage().maxRSS;
    try { peak = Number(/VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? peak); } catch {}
    writeSync(3, String(peak));
  });`)}`;

/**
 * Runs a part of a proof with a folder that is gone afterwards.
 * @template T
 * @param {(folder: string) => Promise<T>} part
 */
export async function withFolder(part) {
  const folder = await mkdtemp(join(tmpdir(), 'source-centra-proof-'));
  try {
    return await part(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * @typedef {object} Connection What a read needs: paths of the files that a platform would write.
 * @property {string} config
 * @property {string} catalog
 * @property {string} state Where the state of the next read goes.
 */

/**
 * Writes a configuration that uses all of the limits, and a configured catalog of the named streams; of all, when none is named.
 * @param {string} folder
 * @param {import('./made-up-shop.mjs').Shop} shop
 * @param {{ streams?: readonly string[], mapping?: string }} [options]
 * @returns {Promise<Connection>}
 */
export async function connect(folder, shop, options = {}) {
  const { streams, mapping } = options;
  const config = join(folder, 'config.json');
  const catalog = join(folder, 'catalog.json');
  await writeFile(
    config,
    JSON.stringify({
      endpoint: shop.endpoint,
      api_token: shop.token,
      budget_share: 1,
      ...(mapping !== undefined && { tenant_catalog: { source: 'inline', yaml: mapping } }),
    }),
  );
  /** @type {any[]} */
  let offered = [];
  await run(['discover', '--config', config], (message) => {
    if (message.type === 'CATALOG') offered = message.catalog.streams;
  });
  const wanted = offered.filter(({ name }) => streams === undefined || streams.includes(name));
  if (wanted.length !== (streams ?? offered).length) throw new Error('A stream is not offered.');
  const configured = wanted.map((stream) => ({
    stream,
    sync_mode: 'incremental',
    destination_sync_mode: 'append_dedup',
  }));
  await writeFile(catalog, JSON.stringify({ streams: configured }));
  return { config, catalog, state: join(folder, 'state.jsonl') };
}

/**
 * @typedef {object} ReadOptions
 * @property {ReadonlyMap<string, string>} [states] The last STATE line of each stream, to go on from.
 * @property {number} [killAfterMs] Kills it, as the kernel would, after this time.
 */

/**
 * Reads, and hands over each message when it comes: nothing of the output is kept here.
 * @param {Connection} connection
 * @param {(message: any, line: string) => void} onMessage
 * @param {ReadOptions} [options]
 * @returns {Promise<Outcome>}
 */
export async function read(connection, onMessage, options = {}) {
  const args = ['read', '--config', connection.config, '--catalog', connection.catalog];
  if (options.states !== undefined && options.states.size > 0) {
    await writeFile(connection.state, [...options.states.values()].map((line) => `${line}\n`).join(''));
    args.push('--state', connection.state);
  }
  return run(args, onMessage, options.killAfterMs);
}

/**
 * @typedef {object} Outcome
 * @property {boolean} isKilled
 * @property {number} seconds
 * @property {number} peakMib The most memory that the process held; NaN when it was killed.
 */

/**
 * @param {readonly string[]} args
 * @param {(message: any, line: string) => void} onMessage
 * @param {number} [killAfterMs]
 * @returns {Promise<Outcome>}
 */
async function run(args, onMessage, killAfterMs) {
  const startedMs = performance.now();
  const child = spawn(process.execPath, ['--import', peakTeller, bin, ...args], {
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  });
  const closed = new Promise((resolve) => child.once('close', resolve));
  const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  let peak = '';
  const peakChannel = /** @type {import('node:stream').Readable} */ (child.stdio[3]);
  peakChannel.setEncoding('utf8').on('data', (text) => {
    peak += text;
  });
  let rest = '';
  const output = /** @type {import('node:stream').Readable} */ (child.stdio[1]);
  for await (const chunk of output.setEncoding('utf8')) {
    const lines = (rest + chunk).split('\n');
    // What stands after the last line break of a killed process is half a line, and is not heard.
    rest = lines.pop() ?? '';
    for (const line of lines) onMessage(JSON.parse(line), line);
  }
  await closed;
  clearTimeout(timer);
  const isKilled = child.signalCode === 'SIGKILL';
  if (!isKilled && child.exitCode !== 0)
    throw new Error(`source-centra ${args[0]} ended with exit code ${child.exitCode}.`);
  const seconds = (performance.now() - startedMs) / 1000;
  return { isKilled, seconds, peakMib: peak === '' ? Number.NaN : Number(peak) / 1024 };
}

/**
 * Random numbers from 0 to 1 that are the same for the same seed (mulberry32).
 * @param {number} seed
 * @returns {() => number}
 */
export function diceOf(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * A table for people: the first column to the left, the others to the right.
 * @param {readonly (readonly (string | number)[])[]} rows
 */
export function printTable(rows) {
  const texts = rows.map((row) => row.map(String));
  const widths = (texts[0] ?? []).map((_, at) => Math.max(...texts.map((row) => (row[at] ?? '').length)));
  for (const row of texts) {
    console.log(
      row
        .map((text, at) => (at === 0 ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0)))
        .join('   '),
    );
  }
}

/**
 * Says how it ended, and lets the process end with 1 when a promise was not kept.
 * @param {readonly string[]} broken What was not kept, a sentence each.
 */
export function conclude(broken) {
  for (const sentence of broken) console.log(`NOT KEPT  ${sentence}`);
  if (broken.length === 0) console.log('All kept.');
  process.exitCode = broken.length === 0 ? 0 : 1;
}
