import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { takePlace } from '../../../src/inbox/folder-lock.ts';

let folder = '';
const servers: Server[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-'));
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map(close));
  await rm(folder, { recursive: true, force: true });
});

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function take(inside = folder) {
  const server = createServer();
  servers.push(server);
  return { server, place: await takePlace(inside, server) };
}

test('of many that come at once, one owns the folder, and when it goes, one of the next', async () => {
  for (let round = 0; round < 20; round += 1) {
    const taken = await Promise.all(Array.from({ length: 8 }, () => take()));
    const owners = taken.filter(({ place }) => place.kind === 'owned');
    expect(owners).toHaveLength(1);
    const sockets = taken.map(({ place }) => (place.kind === 'taken' ? place.socket : undefined));
    expect(new Set(sockets.filter((socket) => socket !== undefined)).size).toBe(1);
    for (const { server } of owners) await close(server);
  }
  expect(await readdir(folder)).toEqual(['owner-20.sock']);
});

test('while some go and others come, there are never two', async () => {
  let owners = 0;
  const visit = async () => {
    for (let round = 0; round < 15; round += 1) {
      const { server, place } = await take();
      if (place.kind === 'taken') continue;
      owners += 1;
      expect(owners).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
      owners -= 1;
      await close(server);
    }
  };
  await Promise.all(Array.from({ length: 6 }, visit));
});

test('a path that is too long for a socket is reached another way', async () => {
  const long = join(folder, 'a'.repeat(100), 'b'.repeat(100));
  await mkdir(long, { recursive: true });
  if (process.platform === 'linux') {
    expect((await take(long)).place.kind).toBe('owned');
    expect((await take(long)).place.kind).toBe('taken');
  } else {
    await expect(take(long)).rejects.toThrow(/too long/);
  }
});

test('a place that is no folder is a sentence', async () => {
  await writeFile(join(folder, 'file'), '');
  await expect(take(join(folder, 'file'))).rejects.toThrow(/folder cannot be used: .*(EEXIST|ENOTDIR)/);
});
