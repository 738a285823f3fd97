import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { lockFolder } from '../../../src/read/folder/folder-lock.ts';

const folders: string[] = [];
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'source-centra-lock-'));
  folders.push(folder);
  return folder;
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const never = new AbortController().signal;

async function tryToLock(folder: string, signal: AbortSignal = never) {
  const said: string[] = [];
  const startedMs = performance.now();
  const lock = await lockFolder(folder, { signal, log: (_, message) => said.push(message) });
  return { ...lock, said, tookMs: performance.now() - startedMs };
}

/** A lock as another process leaves it, `secondsAgo` after it last touched it. */
function leftBy(folder: string, owner: object, secondsAgo = 0): void {
  const path = join(folder, '.lock');
  mkdirSync(path);
  const { ino, birthtimeMs } = statSync(path);
  const seconds = Date.now() / 1_000 - secondsAgo;
  utimesSync(path, seconds, seconds);
  writeFileSync(
    join(folder, '.lock-owner.json'),
    JSON.stringify({ lock: `${ino} ${birthtimeMs}`, ...owner }),
  );
}

/** What stands in the owner's file of a process of this machine. */
async function ownerHere(): Promise<object> {
  const folder = newFolder();
  const { release } = await tryToLock(folder);
  const { realm } = JSON.parse(readFileSync(join(folder, '.lock-owner.json'), 'utf8')) as { realm: string };
  await release();
  return { realm };
}

test('it lies in the folder, names its owner, and leaves nothing behind', async () => {
  const folder = newFolder();
  const { release, said } = await tryToLock(folder);
  expect(readdirSync(folder).sort()).toEqual(['.lock', '.lock-owner.json']);
  expect(JSON.parse(readFileSync(join(folder, '.lock-owner.json'), 'utf8'))).toMatchObject({
    pid: process.pid,
  });
  await release();
  expect([readdirSync(folder), said]).toEqual([[], []]);
});

describe.runIf(process.platform === 'linux')('where processes can be seen', () => {
  test('the lock of a process that was killed is free at once', async () => {
    const folder = newFolder();
    const child = spawn('sleep', ['60']);
    await once(child, 'spawn');
    leftBy(folder, { ...(await ownerHere()), pid: child.pid, began: '1' });
    child.kill('SIGKILL');
    await once(child, 'close');
    const { release, tookMs, said } = await tryToLock(folder);
    expect([tookMs < 1_000, said]).toEqual([true, []]);
    await release();
  });

  test('so is one whose number another process has by now', async () => {
    const folder = newFolder();
    leftBy(folder, { ...(await ownerHere()), pid: process.pid, began: '1' });
    const { release, said } = await tryToLock(folder);
    expect(said).toEqual([]);
    await release();
  });
});

test.runIf(process.platform === 'linux')(
  'a dead owner of an earlier lock says nothing of the one that is there',
  { concurrent: true },
  async () => {
    const folder = newFolder();
    leftBy(folder, { ...(await ownerHere()), pid: process.pid, began: '1', lock: 'another' });
    await expect(tryToLock(folder, AbortSignal.timeout(700))).rejects.toThrow(/abort|timeout/i);
    expect(existsSync(join(folder, '.lock'))).toBe(true);
  },
);

test.concurrent('that of a process which cannot be seen is waited out', async () => {
  const folder = newFolder();
  leftBy(folder, { pid: 1, realm: 'another machine', began: '1' }, 7);
  const { release, said, tookMs } = await tryToLock(folder);
  expect(said).toEqual([`Another read is writing to ${folder}. Its end is waited for.`]);
  expect(tookMs).toBeGreaterThan(400);
  await release();
});

test.concurrent('that of a living process is not touched', async () => {
  const folder = newFolder();
  const first = await tryToLock(folder);
  await expect(tryToLock(folder, AbortSignal.timeout(700))).rejects.toThrow(/abort|timeout/i);
  expect(first.lost.aborted).toBe(false);
  await first.release();
  await (await tryToLock(folder)).release();
});

test.concurrent('of many at once each has it alone', async () => {
  const folder = newFolder();
  let holders = 0;
  let most = 0;
  const one = async () => {
    const { release } = await tryToLock(folder);
    holders += 1;
    most = Math.max(most, holders);
    await new Promise((resolve) => setTimeout(resolve, 5));
    holders -= 1;
    await release();
  };
  await Promise.all(Array.from({ length: 4 }, one));
  expect(most).toBe(1);
});

test.concurrent('whoever is held up for too long learns that it is lost', async () => {
  const folder = newFolder();
  const { lost, release } = await tryToLock(folder);
  // Another one took it.
  rmSync(join(folder, '.lock'), { recursive: true });
  await once(lost, 'abort');
  expect(lost.reason).toMatchObject({ kind: 'transient', code: 'folder/lock_lost' });
  mkdirSync(join(folder, '.lock'));
  await release();
  expect(existsSync(join(folder, '.lock'))).toBe(true);
}, 20_000);
