// A PgBouncer in front of a PostgreSQL server of our own, which pools transactions: the strictest way that is in use.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const START_TIMEOUT_MS = 10_000;
/** The user "nobody" of Linux: PgBouncer does not run as root. */
const NOBODY = 65_534;

/** What to do where there is none. */
export const PGBOUNCER_HINT = 'No pgbouncer is on the PATH. Install it (Debian: apt-get install pgbouncer).';

/** @returns {Promise<string | undefined>} */
export async function findPgBouncer() {
  for (const folder of [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin']) {
    const path = join(folder, 'pgbouncer');
    if (
      await access(path).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  return undefined;
}

/**
 * @param {string} program
 * @param {import('./postgres.mjs').Postgres['connection']} to
 * @returns {Promise<{ port: number, stop: () => Promise<void> }>}
 */
export async function startPgBouncer(program, to) {
  const home = await mkdtemp(join(tmpdir(), 'source-centra-pgbouncer-'));
  const port = await freePort();
  const users = join(home, 'users.txt');
  const settings = join(home, 'pgbouncer.ini');
  await writeFile(users, `"${to.user}" "${to.password}"\n`);
  await writeFile(
    settings,
    `[databases]
* = host=${to.host} port=${to.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
pool_mode = transaction
default_pool_size = 3
max_client_conn = 100
`,
  );
  // Nobody's, and the password is made up.
  for (const [path, mode] of /** @type {const} */ ([
    [home, 0o755],
    [users, 0o644],
    [settings, 0o644],
  ]))
    await chmod(path, mode);
  const identity = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  const child = spawn(program, [settings], { ...identity, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise((resolve) => child.once('close', resolve));
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const stop = async () => {
    child.kill('SIGKILL');
    await ended;
    await rm(home, { recursive: true, force: true });
  };
  const untilMs = Date.now() + START_TIMEOUT_MS;
  while (!(await answers(port))) {
    if (child.exitCode === null && Date.now() < untilMs) {
      await wait(50);
      continue;
    }
    await stop();
    throw new Error(`PgBouncer did not start:\n${said}`);
  }
  return { port, stop };
}

/** @param {number} port */
async function answers(port) {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}
