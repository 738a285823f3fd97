// A PostgreSQL server of our own, from the binaries that the machine has, in a folder that is gone afterwards.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  access,
  chown,
  cp,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { pythonEnvironment } from './python-environment.mjs';

const runFile = promisify(execFile);

/** What is needed of an installation: the server, what makes its folder, and what writes a database out. */
const TOOLS = Object.freeze(['postgres', 'initdb', 'pg_dump']);

const requirements = join(import.meta.dirname, 'meltano', 'postgres-requirements.txt');

/** Where the wheel has its binaries, below the folder of Python's packages. */
const FROM_PYPI = '/pgserver/pginstall/bin';

const USER = 'centra';
const PASSWORD = 'made-up-password';
const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 10_000;
const PORT_ATTEMPTS = 3;

/**
 * @typedef {object} Postgres
 * @property {string} version Such as `15.14`.
 * @property {{ host: string, port: number, user: string, password: string, database: string }} connection
 * @property {(sql: string, values?: readonly unknown[]) => Promise<any[]>} query The rows of the answer.
 * @property {() => Promise<string>} dump The whole database as `pg_dump` writes it.
 * @property {() => Promise<void>} stop Stops the server and removes its folder.
 */

/**
 * Finds the folder of PostgreSQL's binaries: the one that CONFORMANCE_POSTGRES names, those on the PATH, then the places where
 * packages put them, the newest version first.
 * @returns {Promise<string | undefined>}
 */
export async function findPostgresBinaries() {
  const named = process.env.CONFORMANCE_POSTGRES;
  const folders = named === undefined ? [...(await onPath()), ...(await inUsualPlaces())] : [named];
  for (const folder of folders) {
    const are = await Promise.all(TOOLS.map((tool) => exists(join(folder, tool))));
    if (are.every(Boolean)) return folder;
  }
  if (named !== undefined)
    throw new Error(`CONFORMANCE_POSTGRES names ${named}, where not all of ${TOOLS.join(', ')} are.`);
  return undefined;
}

/**
 * Where the machine has none: PyPI has a wheel with the binaries of a whole server, for the usual systems.
 * @param {(line: string) => void} say
 * @returns {Promise<string | undefined>} The folder of the binaries; undefined, with the reason said, where it cannot be had.
 */
export async function postgresFromPyPi(say) {
  try {
    const { bin } = await pythonEnvironment({ name: 'postgres', requirements });
    // Found without being imported: nothing of it is to run but the binaries.
    const script =
      'from importlib.util import find_spec; print(*find_spec("pgserver").submodule_search_locations)';
    const { stdout } = await runFile(bin('python'), ['-c', script]);
    return join(stdout.trim(), 'pginstall', 'bin');
  } catch (error) {
    say(`No PostgreSQL from PyPI either: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

/** What to do where there are none. */
export const POSTGRES_HINT =
  'No PostgreSQL server binaries (postgres, initdb, pg_dump) are on the PATH or in /usr/lib/postgresql/*/bin. ' +
  'Install them (Debian: apt-get install postgresql), or name their folder in CONFORMANCE_POSTGRES.';

/** Debian's commands on the PATH are links or wrappers: the real ones lie side by side where a link leads. */
async function onPath() {
  const found = [];
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const real = await realpath(join(folder, 'initdb')).catch(() => undefined);
    if (real !== undefined) found.push(dirname(real));
  }
  return found;
}

async function inUsualPlaces() {
  const versioned = await readdir('/usr/lib/postgresql').catch(() => /** @type {string[]} */ ([]));
  return [
    ...versioned.sort((a, b) => Number(b) - Number(a)).map((version) => `/usr/lib/postgresql/${version}/bin`),
    '/usr/local/pgsql/bin',
    '/opt/homebrew/opt/postgresql/bin',
    '/usr/local/opt/postgresql/bin',
  ];
}

/**
 * Starts a server on a free port of this machine alone, with an empty database.
 * @param {string} installed The folder of its binaries.
 * @param {Readonly<Record<string, string>>} [asked] Settings that are to be other than is right for what does not outlive the run.
 * @returns {Promise<Postgres>}
 */
export async function startPostgres(installed, asked = {}) {
  const owner = await unprivilegedUser();
  const home = await mkdtemp(join(await reachableTemporaryFolder(owner), 'source-centra-postgres-'));
  try {
    const passwordFile = join(home, 'password');
    await writeFile(passwordFile, `${PASSWORD}\n`, { mode: 0o600 });
    if (owner !== undefined) {
      await chown(home, owner.uid, owner.gid);
      await chown(passwordFile, owner.uid, owner.gid);
    }
    const binaries = await reachableBinaries(installed, owner, home);
    const identity = owner === undefined ? {} : { uid: owner.uid, gid: owner.gid };
    const data = join(home, 'data');
    const { stdout } = await runFile(join(binaries, 'postgres'), ['--version'], { cwd: home, ...identity });
    await runFile(
      join(binaries, 'initdb'),
      [
        '-D',
        data,
        '-U',
        USER,
        '-E',
        'UTF8',
        '--no-locale',
        '-A',
        'scram-sha-256',
        '--pwfile',
        passwordFile,
        '-N',
      ],
      { cwd: home, ...identity },
    );
    const { server, port } = await serve(binaries, data, home, identity, asked);
    const connection = { host: '127.0.0.1', port, user: USER, password: PASSWORD, database: 'postgres' };
    const pool = new pg.Pool({ ...connection, max: 2 });
    // A connection that is idle while the server stops is no fault.
    pool.on('error', () => {});
    return {
      version: /\d+(\.\d+)*/.exec(stdout)?.[0] ?? stdout.trim(),
      connection,
      query: async (sql, values = []) => (await pool.query(sql, [...values])).rows,
      dump: async () => {
        const args = ['-h', connection.host, '-p', String(port), '-U', USER, connection.database];
        const env = { ...process.env, PGPASSWORD: PASSWORD };
        const dumped = await runFile(join(binaries, 'pg_dump'), args, { env, maxBuffer: 1024 ** 3 });
        return dumped.stdout;
      },
      stop: async () => {
        await pool.end();
        await stopServer(server);
        await rm(home, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(home, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Another process can take a free port before the server does; then it is tried with another.
 * @param {string} binaries
 * @param {string} data
 * @param {string} home
 * @param {{ uid?: number, gid?: number }} identity
 * @param {Readonly<Record<string, string>>} asked
 */
async function serve(binaries, data, home, identity, asked) {
  let said = '';
  for (let attempt = 1; attempt <= PORT_ATTEMPTS; attempt += 1) {
    const port = await freePort();
    // Nothing here outlives the run, so nothing waits for the disk.
    const settings = {
      listen_addresses: '127.0.0.1',
      port,
      unix_socket_directories: '',
      fsync: 'off',
      full_page_writes: 'off',
      synchronous_commit: 'off',
      log_min_messages: 'warning',
      ...asked,
    };
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const server = spawn(join(binaries, 'postgres'), ['-D', data, ...args], {
      cwd: home,
      stdio: ['ignore', 'ignore', 'pipe'],
      ...identity,
    });
    said = '';
    server.stderr.setEncoding('utf8').on('data', (text) => {
      said = (said + text).slice(-4000);
    });
    if (await answers(server, port)) return { server, port };
    await stopServer(server);
  }
  throw new Error(`PostgreSQL did not start. It said: ${said.trim()}`);
}

/**
 * @param {import('node:child_process').ChildProcess} server
 * @param {number} port
 */
async function answers(server, port) {
  const until = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < until && server.exitCode === null && server.signalCode === null) {
    const client = new pg.Client({
      host: '127.0.0.1',
      port,
      user: USER,
      password: PASSWORD,
      database: 'postgres',
    });
    const isThere = await client.connect().then(
      () => true,
      () => false,
    );
    await client.end().catch(() => {});
    if (isThere) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

/** @param {import('node:child_process').ChildProcess} server */
async function stopServer(server) {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const closed = once(server, 'close');
  // SIGINT is PostgreSQL's fast shutdown, SIGQUIT its immediate one.
  server.kill('SIGINT');
  const timer = setTimeout(() => server.kill('SIGQUIT'), STOP_TIMEOUT_MS);
  await closed;
  clearTimeout(timer);
}

/**
 * PostgreSQL refuses to run as root. Node starts a process as another user by itself, so that neither `su` nor `sudo` is needed.
 * @returns {Promise<{ uid: number, gid: number } | undefined>} Undefined: this process may run it.
 */
async function unprivilegedUser() {
  if (process.getuid?.() !== 0) return undefined;
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = users.find(([user]) => user === name) ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error(
    'PostgreSQL refuses to run as root, and there is neither a user postgres nor a user nobody.',
  );
}

/**
 * A temporary folder that the user can reach: as root, TMPDIR may lie in a home that nobody else may enter.
 * @param {{ uid: number } | undefined} owner
 */
async function reachableTemporaryFolder(owner) {
  if (owner === undefined) return tmpdir();
  for (const folder of [tmpdir(), '/tmp', '/var/tmp']) if (await isOpenToAll(folder)) return folder;
  throw new Error('There is no temporary folder that a user other than root can reach.');
}

/**
 * Binaries in a home that nobody else may enter are copied with all that they load: what lies beside them and, for those from
 * PyPI, beside their package.
 * @param {string} installed
 * @param {{ uid: number } | undefined} owner
 * @param {string} home
 */
async function reachableBinaries(installed, owner, home) {
  if (owner === undefined || (await isOpenToAll(installed))) return installed;
  const isFromPyPi = installed.endsWith(FROM_PYPI);
  const root = isFromPyPi ? installed.slice(0, -FROM_PYPI.length) : dirname(installed);
  await cp(root, join(home, 'postgres'), { recursive: true });
  return join(home, 'postgres', relative(root, installed));
}

/** @param {string} folder */
async function isOpenToAll(folder) {
  const EXECUTE_FOR_OTHERS = 0o001;
  for (let at = await realpath(folder).catch(() => ''); at !== ''; at = at === '/' ? '' : dirname(at)) {
    if (((await stat(at)).mode & EXECUTE_FOR_OTHERS) === 0) return false;
  }
  return exists(folder);
}

/** @returns {Promise<number>} */
async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('No free port was found.');
  return address.port;
}

/** @param {string} path */
async function exists(path) {
  return access(path).then(
    () => true,
    () => false,
  );
}
