// The sandbox in a process of its own: for proofs, and for the tools that the connector is tried by.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/**
 * @typedef {object} Shop
 * @property {string} endpoint
 * @property {string} token
 * @property {string} controlEndpoint
 * @property {(path: string, body?: unknown) => Promise<any>} control Asks the control endpoint; with a body, tells it.
 * @property {(...changes: readonly object[]) => Promise<Readonly<Record<string, readonly any[]>>>} change Changes rows, a minute before what follows, and tells which.
 * @property {(query: string, variables?: Record<string, unknown>) => Promise<any>} ask Asks the shop itself, as its owner could.
 * @property {() => Promise<void>} forgetRequests
 * @property {() => Promise<void>} close
 */

const builtBin = join(import.meta.dirname, '..', 'bin', 'source-centra.js');

/**
 * Opens a shop without limits whose last change is two minutes old, so that a read finds all of it.
 * @param {number} orders
 * @param {string} [bin] The path of source-centra.
 * @returns {Promise<Shop>}
 */
export async function openShop(orders, bin = builtBin) {
  const args = ['sandbox', '--port', '0', '--orders', String(orders), '--plan', 'unlimited'];
  const child = spawn(process.execPath, [bin, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
  const closed = once(child, 'close');
  const [line] = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), closed]);
  if (typeof line !== 'string') throw new Error('The made-up shop did not start.');
  const { endpoint, api_token: token, control: controlEndpoint } = JSON.parse(line);
  /** @type {Shop['control']} */
  const control = async (path, body) => {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const answer = await fetch(`${controlEndpoint}/${path}`, init);
    if (!answer.ok) throw new Error(`The made-up shop refused ${path}: ${await answer.text()}`);
    return answer.json();
  };
  await control('advance', { seconds: 120 });
  return {
    endpoint,
    token,
    controlEndpoint,
    control,
    change: async (...changes) => {
      await control('advance', { seconds: 60 });
      const { changed } = await control('change', { changes });
      await control('advance', { seconds: 60 });
      return changed;
    },
    ask: async (query, variables = {}) => {
      const answer = await fetch(endpoint, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      });
      const { data, errors } = /** @type {any} */ (await answer.json());
      if (errors !== undefined) throw new Error(`The made-up shop answered: ${JSON.stringify(errors)}`);
      return data;
    },
    forgetRequests: async () => void (await fetch(`${controlEndpoint}/requests`, { method: 'DELETE' })),
    close: async () => {
      child.kill();
      await closed;
    },
  };
}
