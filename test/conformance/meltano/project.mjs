// A Meltano project from examples/meltano, in a temporary folder, and Meltano's commands in it.
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const runFile = promisify(execFile);

/** @typedef {import('../python-environment.mjs').PythonEnvironment} PythonEnvironment */

const root = join(import.meta.dirname, '..', '..', '..');
const example = join(root, 'examples', 'meltano', 'meltano.yml');
const loaderCache = join(root, '.cache', 'conformance', 'meltano-loaders');

const RUN_TIMEOUT_MS = 120_000;

/**
 * @typedef {object} Project
 * @property {string} folder Where meltano.yml lies.
 * @property {(args: readonly string[], options?: RunOptions) => Run} start
 * @property {(args: readonly string[], options?: RunOptions) => Promise<Outcome>} run
 * @property {(stateId: string) => Promise<any>} state What Meltano's system database has under this id.
 * @property {() => string} said Everything that Meltano printed so far.
 * @property {() => Promise<void>} stop Ends the runs that are under way.
 * @property {() => Promise<void>} remove
 */

/**
 * @typedef {object} RunOptions
 * @property {Readonly<Record<string, string>>} [env] Settings of this run alone.
 * @property {boolean} [isGroup] The run is a process group of its own, and can be killed as one; Ctrl-C does not reach it then.
 */

/**
 * @typedef {object} Run
 * @property {Promise<Outcome>} outcome
 * @property {(named: string) => Promise<void>} killChild Kills, as the kernel would, the process whose command line has this in it.
 * @property {() => void} killGroup Kills, as the kernel would, Meltano and all that it started.
 */

/**
 * @typedef {object} Outcome
 * @property {number | null} code
 * @property {string} log
 * @property {number} seconds
 * @property {Readonly<Record<string, number>>} records How many records of each stream the tap brought, by its METRIC lines.
 */

/**
 * Copies the example as it is, in folders like those of a clone, so that its paths lead to the same commands.
 * @param {PythonEnvironment} python
 * @param {Readonly<Record<string, string>>} env What a user would export.
 * @returns {Promise<Project>}
 */
export async function openProject(python, env) {
  const home = await mkdtemp(join(tmpdir(), 'source-centra-meltano-'));
  const folder = join(home, 'examples', 'meltano');
  await mkdir(folder, { recursive: true });
  await symlink(join(root, 'bin'), join(home, 'bin'));
  await copyFile(example, join(folder, 'meltano.yml'));
  const environment = {
    ...withoutSettings(process.env),
    ...env,
    NO_COLOR: '1',
    MELTANO_SEND_ANONYMOUS_USAGE_STATS: 'false',
  };
  let said = '';
  /** @type {Set<import('node:child_process').ChildProcess>} */
  const running = new Set();

  /** @type {Project['start']} */
  const start = (args, options = {}) => {
    const started = performance.now();
    const child = spawn(python.bin('meltano'), [...args], {
      cwd: folder,
      detached: options.isGroup ?? false,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...environment, ...options.env },
    });
    let log = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        log += text;
        said += text;
      });
    }
    const timer = setTimeout(() => child.kill(), RUN_TIMEOUT_MS);
    running.add(child);
    const outcome = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => {
        clearTimeout(timer);
        running.delete(child);
        const seconds = (performance.now() - started) / 1000;
        resolve({ code, log, seconds, records: recordsOf(log) });
      });
    });
    return {
      outcome,
      killGroup: () => {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      },
      killChild: async (named) => {
        await runFile(python.bin('python'), ['-c', KILL_CHILD, String(child.pid), named]);
      },
    };
  };
  /** @type {Project['run']} */
  const run = (args, options) => start(args, options).outcome;

  await installLoaders(folder, python, run);
  return {
    folder,
    start,
    run,
    state: async (stateId) => {
      const { stdout } = await runFile(python.bin('meltano'), ['state', 'get', stateId], {
        cwd: folder,
        env: environment,
      });
      return JSON.parse(stdout === '' ? '{}' : stdout);
    },
    said: () => said,
    stop: async () => {
      const ends = [...running].map((child) => once(child, 'close'));
      for (const child of running) child.kill();
      await Promise.all(ends);
    },
    remove: () => rm(home, { recursive: true, force: true }),
  };
}

/** Meltano brings psutil, which finds processes on every system. */
const KILL_CHILD = `
import psutil, sys
pid, named = int(sys.argv[1]), sys.argv[2]
found = [p for p in psutil.Process(pid).children(recursive=True) if any(named in part for part in p.cmdline())]
assert found, f"no process {named}"
for process in found: process.kill()
`;

/**
 * Meltano itself installs the loaders that meltano.yml names. What it installed is kept for the next run, as long as nothing that
 * decides about it has changed.
 * @param {string} folder
 * @param {PythonEnvironment} python
 * @param {Project['run']} run
 */
async function installLoaders(folder, python, run) {
  const settings = await readFile(join(folder, 'meltano.yml'), 'utf8');
  const pins = settings.split('\n').filter((line) => line.includes('pip_url'));
  const stamp = createHash('sha256')
    .update([python.python, python.folder, ...pins].join('\n'))
    .digest('hex');
  const stampFile = join(loaderCache, 'source-centra.stamp');
  const isReady = (await readFile(stampFile, 'utf8').catch(() => '')) === stamp;
  await mkdir(join(folder, '.meltano'), { recursive: true });
  if (!isReady) {
    await rm(loaderCache, { recursive: true, force: true });
    await mkdir(loaderCache, { recursive: true });
  }
  await symlink(loaderCache, join(folder, '.meltano', 'loaders'));
  if (isReady) return;
  const { code, log } = await run(['install']);
  if (code !== 0) throw new Error(`meltano install ended with exit code ${code}:\n${tail(log)}`);
  // Last: what was left half-way has no stamp, and is made again.
  await writeFile(`${stampFile}.new`, stamp);
  await rename(`${stampFile}.new`, stampFile);
}

/**
 * The settings of this test alone decide, not those of the one who runs it.
 * @param {NodeJS.ProcessEnv} env
 */
function withoutSettings(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(TAP_|TARGET_|MELTANO_)/.test(name)));
}

/** @param {string} log */
export function tail(log) {
  return log.trimEnd().split('\n').slice(-8).join('\n');
}

/** @param {string} log */
function recordsOf(log) {
  /** @type {Record<string, number>} */
  const records = {};
  for (const line of log.split('\n')) {
    const metric = / tap-centra .*METRIC: (\{.*\})/.exec(line)?.[1];
    if (metric === undefined) continue;
    const { metric: name, value, tags } = JSON.parse(metric);
    if (name === 'record_count') records[tags.stream] = (records[tags.stream] ?? 0) + value;
  }
  return records;
}
