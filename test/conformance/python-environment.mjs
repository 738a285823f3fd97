// Virtual environments for the field's own tools, under .cache/conformance. The second run finds them ready.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const runFile = promisify(execFile);

const cacheFolder = join(import.meta.dirname, '..', '..', '.cache', 'conformance');

/** The Pythons that the tools install on, the most usual one of their images first. */
const SUITABLE = Object.freeze(['3.11', '3.12', '3.10']);

const INSTALL_TIMEOUT_MS = 15 * 60_000;

/**
 * @typedef {object} PythonEnvironment
 * @property {string} folder
 * @property {string} python The version of Python, such as `3.11.7`.
 * @property {(tool: string) => string} bin The path of a command in the environment, such as `python` or `pytest`.
 */

/**
 * Makes a virtual environment, or finds the one that the same requirements and the same Python made before.
 * @param {object} options
 * @param {string} options.name The folder's name under .cache/conformance.
 * @param {string} options.requirements The path of a requirements file with every version pinned.
 * @returns {Promise<PythonEnvironment>}
 */
export async function pythonEnvironment({ name, requirements }) {
  const { command, version } = await findPython();
  const folder = join(cacheFolder, name);
  const text = await readFile(requirements, 'utf8');
  const stamp = createHash('sha256').update(`${version}\n${text}`).digest('hex');
  const stampFile = join(folder, 'source-centra.stamp');
  /** @type {PythonEnvironment['bin']} */
  const bin = (tool) => join(folder, 'bin', tool);
  const isReady =
    (await readFile(stampFile, 'utf8').catch(() => '')) === stamp && (await exists(bin('python')));
  if (!isReady) {
    process.stdout.write(`  Installing ${name} for Python ${version}; this is done once.\n`);
    await rm(folder, { recursive: true, force: true });
    await mkdir(cacheFolder, { recursive: true });
    await attempt('make a virtual environment', command, ['-m', 'venv', folder]);
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input'];
    await attempt('install from PyPI', bin('python'), [...install, '--requirement', requirements]);
    // Last: an environment that was left half-way has no stamp, and is made again.
    await writeFile(stampFile, stamp);
  }
  return { folder, python: version, bin };
}

/** @param {string} path */
async function exists(path) {
  return access(path).then(
    () => true,
    () => false,
  );
}

/**
 * @param {string} what
 * @param {string} command
 * @param {readonly string[]} args
 */
async function attempt(what, command, args) {
  try {
    await runFile(command, args, { timeout: INSTALL_TIMEOUT_MS, maxBuffer: 64 * 1024 * 1024 });
  } catch (error) {
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    throw new Error(`Could not ${what}: ${stderr.split('\n').slice(-5).join('\n')}`, { cause: error });
  }
}

async function findPython() {
  const named = process.env.CONFORMANCE_PYTHON;
  const installed = SUITABLE.map((version) => `python${version}`);
  const candidates = named === undefined ? [...installed, 'python3', 'python'] : [named];
  const script = 'import sys, venv, ensurepip; print("%d.%d.%d" % sys.version_info[:3])';
  for (const command of candidates) {
    const answer = await runFile(command, ['-c', script], { timeout: 30_000 }).catch(() => undefined);
    const version = answer?.stdout.trim() ?? '';
    if (SUITABLE.some((wanted) => version.startsWith(`${wanted}.`))) return { command, version };
  }
  throw new Error(
    `No Python ${[...SUITABLE].sort().join(', ')} with the venv module answers to ${candidates.join(', ')}. ` +
      'Install one (Debian: apt-get install python3 python3-venv), or name one in CONFORMANCE_PYTHON.',
  );
}
