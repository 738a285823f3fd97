// A made-up shop in a process of its own, and the connector's files in a folder of their own, for one part of the run.
import { spawn } from 'node:child_process';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const project = join(import.meta.dirname, '..', '..', '..');

/** What an image holds, and what describes it to Airbyte's tools. */
const connectorFiles = Object.freeze([
  ...['bin', 'dist', 'schemas', 'catalog', 'package.json'],
  ...['metadata.yaml', 'acceptance-test-config.yml'],
  ...['configured_catalog.json', 'future_state.json'].map((name) =>
    join('test', 'conformance', 'airbyte', name),
  ),
]);

/**
 * Copies the built connector under the name that Airbyte gives its folder: a build meanwhile disturbs nothing.
 * @param {string} part
 * @returns {Promise<{ root: string, bin: string, write: (path: string, content: unknown) => Promise<string> }>}
 */
export async function connectorFolder(part) {
  const folder = join(project, '.cache', 'conformance', 'runs', part);
  const root = join(folder, 'source-centra');
  // Nothing of a run before stays: a destination that is already full would prove nothing.
  await rm(folder, { recursive: true, force: true });
  for (const name of connectorFiles) {
    await mkdir(join(root, name, '..'), { recursive: true });
    await cp(join(project, name), join(root, name), { recursive: true });
  }
  return {
    root,
    bin: join(root, 'bin', 'source-centra.js'),
    write: async (path, content) => {
      await mkdir(join(root, path, '..'), { recursive: true });
      await writeFile(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
      return join(root, path);
    },
  };
}

/**
 * @typedef {object} Shop
 * @property {string} endpoint
 * @property {string} token
 * @property {string} controlEndpoint
 * @property {(path: string, body?: unknown) => Promise<any>} control Asks the control endpoint; with a body, tells it.
 * @property {(query: string, variables?: Record<string, unknown>) => Promise<any>} ask Asks the shop itself, as its owner could.
 * @property {() => Promise<void>} close
 */

/**
 * Opens a shop without limits whose last change is two minutes old, so that a read finds all of it.
 * @param {string} bin
 * @param {number} orders
 * @returns {Promise<Shop>}
 */
export async function openShop(bin, orders) {
  const args = ['sandbox', '--port', '0', '--orders', String(orders), '--plan', 'unlimited'];
  const child = spawn(process.execPath, [bin, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const first = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
  if (first.done) throw new Error('The made-up shop did not start.');
  const { endpoint, api_token: token, control: controlEndpoint } = JSON.parse(first.value);
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
    close: async () => {
      child.kill();
      await ended;
    },
  };
}
