import { randomBytes } from 'node:crypto';
import { readFile, readlink, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { lock } from 'proper-lockfile';
import type { Log } from '../../console/log.ts';
import { ConnectorError } from '../../errors.ts';
import { isObject } from '../../json.ts';
import { onDisk } from './disk-error.ts';

/** A lock that nobody has touched for so long is a dead process's. A living one touches it twice in that time. */
const STALE_MS = 10_000;
/** So that a lock that a dead process left is waited out. */
const WAIT_MS = STALE_MS + 2_000;
const LOOK_EVERY_MS = 500;

const LOCK = '.lock';
const OWNER = '.lock-owner.json';

export interface FolderLock {
  /** Aborted when the lock went to another process, since this one was held up for too long. */
  readonly lost: AbortSignal;
  readonly release: () => Promise<void>;
}

export interface FolderLockOptions {
  readonly signal: AbortSignal;
  readonly log: Log;
}

/**
 * One read at a time: two would write over each other. The lock lies in the folder, since what is around it may not be
 * writable. That of a process of this machine that was killed is cleared away at once, any other after some seconds.
 */
export async function lockFolder(folder: string, options: FolderLockOptions): Promise<FolderLock> {
  for (const name of ownSignals) process.on(name, stay);
  const free = () => {
    for (const name of ownSignals) process.off(name, stay);
  };
  try {
    const { lost, release } = await acquire(folder, options);
    return Object.freeze({ lost, release: () => release().finally(free) });
  } catch (error) {
    free();
    throw error;
  }
}

/**
 * The package that holds the lock ends the process itself at a signal to which nobody else listens, and this process's own
 * listeners go when they are called. Where a file may not grow, Node.js ignores the signal that says so, and the write fails.
 */
const ownSignals = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGXFSZ'] as const;
const stay = (): void => {};

async function acquire(folder: string, { signal, log }: FolderLockOptions): Promise<FolderLock> {
  const lost = new AbortController();
  const options = {
    lockfilePath: join(folder, LOCK),
    stale: STALE_MS,
    onCompromised: (cause: Error) => lost.abort(lockLost(folder, cause)),
  };
  const untilMs = performance.now() + WAIT_MS;
  for (let isFirst = true; ; isFirst = false) {
    await clearDeadLock(folder);
    const release = await onDisk(folder, () => lock(folder, options)).catch((error: unknown) => {
      if (isHeld(error)) return undefined;
      throw error;
    });
    if (release !== undefined) {
      await writeOwner(folder);
      return Object.freeze({
        lost: lost.signal,
        release: async () => {
          if (lost.signal.aborted) return;
          // A lock that stays is free after some seconds.
          await succeeds(rm(join(folder, OWNER), { force: true }));
          await succeeds(release());
        },
      });
    }
    if (performance.now() >= untilMs) throw locked(folder);
    if (isFirst) log('info', `Another read is writing to ${folder}. Its end is waited for.`);
    await setTimeout(LOOK_EVERY_MS, undefined, { signal });
  }
}

function isHeld(error: unknown): boolean {
  const cause = error instanceof ConnectorError ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === 'ELOCKED';
}

/** Who holds a lock, so that others can see whether it lives. */
interface Owner {
  readonly pid: number;
  /** The run of the system, and the processes that it sees: only there a number names one process. */
  readonly realm: string;
  /** When the process began, since numbers are used again. */
  readonly began: string;
  /** Which lock it is, of all that were made under this name. */
  readonly lock: string;
}

async function writeOwner(folder: string): Promise<void> {
  const [realm, process_, lock] = await Promise.all([
    realmHere(),
    processBegan(process.pid),
    lockIdentity(folder),
  ]);
  if (realm === undefined || process_ === undefined || lock === undefined) return;
  const owner: Owner = { pid: process.pid, realm, began: process_, lock };
  await onDisk(folder, () => writeFile(join(folder, OWNER), `${JSON.stringify(owner)}\n`));
}

/** Of several that find the same dead owner, renaming lets one go on. */
async function clearDeadLock(folder: string): Promise<void> {
  const path = join(folder, OWNER);
  if (!(await isDead(await ownerIn(path)))) return;
  const claimed = `${path}.${randomBytes(6).toString('hex')}`;
  if (!(await succeeds(rename(path, claimed)))) return;
  const owner = await ownerIn(claimed);
  if (!(await isDead(owner))) {
    // Somebody was faster, and holds the lock by now.
    await succeeds(rename(claimed, path));
    return;
  }
  if (owner?.lock === (await lockIdentity(folder))) await succeeds(rmdir(join(folder, LOCK)));
  await rm(claimed, { force: true });
}

/** Certain only of a process that could be seen from here. */
async function isDead(owner: Owner | undefined): Promise<boolean> {
  if (owner === undefined || owner.realm !== (await realmHere())) return false;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
  const began = await processBegan(owner.pid);
  return began !== undefined && began !== owner.began;
}

async function ownerIn(path: string): Promise<Owner | undefined> {
  const value: unknown = await readFile(path, 'utf8')
    .then(JSON.parse)
    .catch(() => undefined);
  if (!isObject(value)) return undefined;
  const { pid, realm, began, lock: identity } = value;
  const isGood =
    typeof pid === 'number' &&
    typeof realm === 'string' &&
    typeof began === 'string' &&
    typeof identity === 'string';
  return isGood ? { pid, realm, began, lock: identity } : undefined;
}

/** Linux alone says it. */
async function realmHere(): Promise<string | undefined> {
  try {
    const [boot, processes] = await Promise.all([
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      readlink('/proc/self/ns/pid'),
    ]);
    return `${boot.trim()} ${processes}`;
  } catch {
    return undefined;
  }
}

/** The 22nd field of its line, counted from after its name, which may hold anything; of a dead one that nobody has buried: `dead`. */
async function processBegan(pid: number): Promise<string | undefined> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  const fields = line?.slice(line.lastIndexOf(')') + 2).split(' ');
  return fields?.[0] === 'Z' || fields?.[0] === 'X' ? 'dead' : fields?.[19];
}

async function lockIdentity(folder: string): Promise<string | undefined> {
  const found = await stat(join(folder, LOCK)).catch(() => undefined);
  return found === undefined ? undefined : `${found.ino} ${found.birthtimeMs}`;
}

async function succeeds(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  );
}

function locked(folder: string): ConnectorError {
  return new ConnectorError({
    kind: 'transient',
    code: 'folder/locked',
    message: `Another read is writing to ${folder}.`,
    hint: 'Wait for its end, or give this one a folder of its own.',
  });
}

function lockLost(folder: string, cause: Error): ConnectorError {
  return new ConnectorError({
    kind: 'transient',
    code: 'folder/lock_lost',
    message: `This read was held up for so long that another one may write to ${folder} by now; so it stops.`,
    hint: 'Read again: it goes on from the last state that was written.',
    cause,
  });
}
