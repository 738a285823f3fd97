import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';

/**
 * @typedef {object} Ended
 * @property {number | null} code
 * @property {string} stdout
 * @property {string} stderr
 * @property {number} seconds
 */

/** Marks what a run of the tests made, so that it can be found and removed whatever happens. */
const runLabel = `source-centra.test=${randomUUID()}`;

/**
 * @param {readonly string[]} args
 * @param {{ onLine?: (line: string) => void, cwd?: string, env?: Record<string, string> }} [options]
 * @returns {Promise<Ended>}
 */
export function docker(args, { onLine, cwd, env } = {}) {
  const started = performance.now();
  const child = spawn('docker', args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd,
    env: { ...process.env, ...env },
  });
  let stdout = '';
  let stderr = '';
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
    stdout += text;
    if (onLine === undefined) return;
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
  child.stderr.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
    stderr += text;
  });
  return new Promise((resolve) => {
    const end = (/** @type {number | null} */ code) =>
      resolve({ code, stdout, stderr, seconds: (performance.now() - started) / 1000 });
    child.once('error', (error) => {
      stderr += error.message;
      end(null);
    });
    child.once('close', end);
  });
}

/**
 * What docker prints; throws when it fails.
 * @param {readonly string[]} args
 * @param {Parameters<typeof docker>[1]} [options]
 */
export async function dockerText(args, options) {
  const { code, stdout, stderr } = await docker(args, options);
  if (code !== 0)
    throw new Error(`docker ${args.slice(0, 2).join(' ')} ended with ${code}: ${stderr.slice(-1500)}`);
  return stdout.trim();
}

/** Why no engine can be asked, or undefined when one answers. */
export async function whyNoEngine() {
  const { code, stderr } = await docker(['version', '--format', '{{.Server.Version}}']);
  return code === 0 ? undefined : stderr.trim() || `docker version ended with ${code}`;
}

/** What a platform that trusts nobody puts around a container: an unknown user, no rights, a file system that cannot be written to. */
export const hardened = Object.freeze([
  ...['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--user', '12345:0'],
]);

/**
 * `docker run`, marked for removal.
 * @param {readonly string[]} args
 * @param {Parameters<typeof docker>[1]} [options]
 */
export function run(args, options) {
  return docker(['run', '--label', runLabel, ...args], options);
}

/**
 * A container that goes on running; returns its id.
 * @param {readonly string[]} args
 */
export function start(args) {
  return dockerText(['run', '--detach', '--label', runLabel, ...args]);
}

export async function removeContainers() {
  const ids = await dockerText(['ps', '--all', '--quiet', '--filter', `label=${runLabel}`]);
  if (ids !== '') await dockerText(['rm', '--force', '--volumes', ...ids.split('\n')]);
}
