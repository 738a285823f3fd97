// What the webhook proofs share: a receiver in a process of its own, a sender, and the inbox's own ways in.
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { buildPrograms } from '../test/unit/webhook/build-programs.mjs';

const sources = Object.freeze({
  receiver: 'test/unit/webhook/receiver-process.ts',
  sender: 'test/unit/webhook/sender.ts',
  tenant: 'test/unit/webhook/tenant.ts',
  inbox: 'src/inbox/open-inbox.ts',
});

/**
 * @typedef {object} Parts
 * @property {string} receiverProgram
 * @property {typeof import('../test/unit/webhook/sender.ts')} sender
 * @property {typeof import('../test/unit/webhook/tenant.ts').acme} acme
 * @property {typeof import('../src/inbox/open-inbox.ts').openInbox} openInbox
 */

/**
 * Compiles what a proof needs.
 * @param {string} part
 * @returns {Promise<Parts>}
 */
export async function webhookParts(part) {
  const at = await buildPrograms(part, Object.values(sources));
  const [sender, tenant, inbox] = await Promise.all([
    import(at(sources.sender)),
    import(at(sources.tenant)),
    import(at(sources.inbox)),
  ]);
  return {
    receiverProgram: at(sources.receiver),
    sender,
    acme: tenant.acme,
    openInbox: inbox.openInbox,
  };
}

/**
 * @typedef {object} Running
 * @property {string} url
 * @property {string} statusUrl Where it says how it does.
 * @property {number} startMs How long it took until it listened.
 * @property {import('node:child_process').ChildProcess} child
 * @property {(signal: NodeJS.Signals) => Promise<void>} end Resolves when the process has gone.
 */

/** What a receiver with an inbox in a folder may need: how long until it listens, and how much memory at most. */
export const MOST_START_MS = 500;
export const MOST_PEAK_MB = 120;

/**
 * The most memory that a process has had so far, in MB; NaN where the system does not tell.
 * @param {number | undefined} pid
 */
export async function peakMemory(pid) {
  const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return (Number(/VmHWM:\s+(\d+)/.exec(text)?.[1] ?? Number.NaN) * 1024) / 1e6;
}

/**
 * Starts a receiver; rejects when it ends before it listens.
 * @param {string} program
 * @param {string} location Of the inbox.
 * @returns {Promise<Running>}
 */
export async function startReceiver(program, location) {
  const startedMs = performance.now();
  const child = spawnReceiver(program, location);
  const closed = new Promise((resolve) => child.once('close', resolve));
  for await (const line of createInterface({
    input: /** @type {import('node:stream').Readable} */ (child.stdout),
  })) {
    const { url, statusUrl } = JSON.parse(line);
    return {
      url,
      statusUrl,
      child,
      startMs: performance.now() - startedMs,
      end: async (signal) => {
        child.kill(signal);
        await closed;
      },
    };
  }
  await closed;
  throw new Error(`The receiver did not come up (exit code ${child.exitCode}, signal ${child.signalCode}).`);
}

/**
 * @param {string} program
 * @param {string} location
 */
export function spawnReceiver(program, location) {
  return spawn(process.execPath, [program, location], { stdio: ['ignore', 'pipe', 'inherit'] });
}
