import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readdir, unlink } from 'node:fs/promises';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { ConnectorError } from '../errors.ts';

/**
 * One process at a time owns a folder, and the others talk to it through a socket in it. Node.js has no lock that the
 * system takes back from a dead process, but a socket is one: it refuses connections as soon as its process has gone.
 *
 * Owners are numbered: `owner-1.sock`, `owner-2.sock`, ... Whoever finds the highest number dead makes the next one, which
 * the file system lets one process do only, and a socket listens before it gets its number. The highest number is never
 * removed, so that nobody who was slow can make it again.
 */
export type Place =
  | { readonly kind: 'owned' }
  /** Another process owns the folder: here is where it listens. */
  | { readonly kind: 'taken'; readonly socket: string };

const ownerName = /^owner-(\d{1,15})\.sock$/;

/** Lets `server` listen for the others if the folder has no owner. Close the server to give the folder up. */
export async function takePlace(folder: string, server: Server): Promise<Place> {
  await makeFolder(folder);
  for (;;) {
    const highest = await highestNumber(folder);
    if (highest > 0) {
      const socket = await socketPath(folder, `owner-${highest}.sock`);
      const state = await stateOf(socket);
      if (state === 'alive') return { kind: 'taken', socket };
      if (state === 'missing') continue;
    }
    if (await becomeOwner(folder, highest + 1, server)) return { kind: 'owned' };
  }
}

async function becomeOwner(folder: string, number: number, server: Server): Promise<boolean> {
  const draft = `draft-${randomBytes(6).toString('hex')}.sock`;
  await listen(server, await socketPath(folder, draft));
  try {
    await link(join(folder, draft), join(folder, `owner-${number}.sock`));
    await unlink(join(folder, draft));
  } catch (cause) {
    await closeServer(server);
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') return false;
    throw unusable(folder, cause);
  }
  // Somebody else was faster by more than one number, and the lower ones have been cleared away.
  if ((await highestNumber(folder)) !== number) {
    await closeServer(server);
    return false;
  }
  await clearBelow(folder, number);
  return true;
}

async function clearBelow(folder: string, number: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const found = ownerName.exec(name)?.[1];
    if (found !== undefined && Number(found) < number)
      await unlink(join(folder, name)).catch(() => undefined);
  }
}

async function highestNumber(folder: string): Promise<number> {
  const numbers = (await readdir(folder)).map((name) => Number(ownerName.exec(name)?.[1] ?? 0));
  return Math.max(0, ...numbers);
}

/** A stopped process and a busy one are alive too: only a refusal says that nobody listens. */
function stateOf(socket: string): Promise<'alive' | 'dead' | 'missing'> {
  return new Promise((resolve, reject) => {
    const connection = connect(socket);
    connection.once('connect', () => {
      connection.destroy();
      resolve('alive');
    });
    connection.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') resolve('dead');
      else if (error.code === 'ENOENT') resolve('missing');
      else if (error.code === 'EAGAIN' || error.code === 'ECONNRESET') resolve('alive');
      else reject(unusable(socket, error));
    });
  });
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (cause: Error) => reject(unusable(path, cause));
    server.once('error', failed);
    server.listen(path, () => {
      server.off('error', failed);
      resolve();
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw unusable(folder, cause);
  }
}

/** The system's limit is 108 bytes on Linux and 104 elsewhere, the final zero among them. */
const LONGEST_SOCKET_PATH = 103;

const folders = new Map<string, string>();

/** The path of a socket in the folder; by way of an open handle of the folder when it is too long for a socket. */
async function socketPath(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  if (Buffer.byteLength(path) <= LONGEST_SOCKET_PATH) return path;
  if (process.platform !== 'linux') {
    throw new ConnectorError({
      kind: 'config',
      code: 'inbox/folder_name',
      message: `The path of the webhook inbox's folder is too long for a socket in it (${folder}).`,
      hint: 'Choose a folder with a shorter path.',
    });
  }
  // Held open as long as this process runs.
  const short = folders.get(folder) ?? `/proc/self/fd/${(await open(folder)).fd}`;
  folders.set(folder, short);
  return `${short}/${name}`;
}

function unusable(path: string, cause: unknown): ConnectorError {
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  return new ConnectorError({
    kind: 'config',
    code: 'inbox/folder',
    message: `The webhook inbox's folder cannot be used: ${path}${code}.`,
    hint: 'It must be a folder on a local disk that this user may write to and that allows sockets; several machines share an inbox on a PostgreSQL server.',
    cause,
  });
}
