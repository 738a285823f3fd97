import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { cp, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Delivery, Inbox } from '../../src/webhook/inbox.ts';
import { openInbox } from '../../src/webhook/open-inbox.ts';
import { buildPrograms } from './build-programs.mjs';
import { callOf, createSender } from './sender.ts';
import { acme } from './tenant.ts';

let program = '';
/** An empty inbox: to make one takes seconds, to copy it does not. */
let empty = '';
let folder = '';
const ends: (() => Promise<void>)[] = [];
const original = { fsyncSync: fs.fsyncSync, writeSync: fs.writeSync };

beforeAll(async () => {
  const source = 'test/webhook/receiver-process.ts';
  program = (await buildPrograms('embedded-test', [source]))(source);
  empty = await mkdtemp(join(tmpdir(), 'inbox-empty-'));
  await (await openInbox(empty)).close();
}, 60_000);
afterAll(() => rm(empty, { recursive: true, force: true }));
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inbox-'));
  await cp(join(empty, 'database'), join(folder, 'database'), { recursive: true });
});
afterEach(async () => {
  instead(original);
  for (const end of ends.splice(0)) await end();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

/** Lets the embedded database meet other system calls. */
function instead(calls: Partial<typeof original>): void {
  Object.assign(fs, calls);
  syncBuiltinESMExports();
}

async function openHere(): Promise<Inbox> {
  const inbox = await openInbox(folder);
  ends.push(() => inbox.close());
  return inbox;
}

async function startReceiver() {
  const child = spawn(process.execPath, [program, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await closed;
  };
  ends.push(() => end('SIGKILL'));
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const sender = createSender(JSON.parse(String(line)).url, 2);
  ends.push(() => sender.close());
  const [secret = ''] = acme.secrets;
  const send = (id: string) =>
    sender.send(`/centra/${acme.id}`, callOf([{ id }], { secret, sentAt: Math.floor(Date.now() / 1000) }));
  return { send, end };
}

const claim = async (inbox: Inbox) => {
  const claims = await inbox.claim(acme.name, { limit: 100, types: ['order'] });
  return { claims, ids: claims.map(({ id }) => id).sort() };
};
const delivery = (id: string): Delivery => ({
  tenant: acme.name,
  signature: `signature-of-${id}`,
  sentAt: 1,
  events: [{ type: 'order', action: 'update', date: '', id }],
});

test('a reader takes what the receiver of another process stores, and goes on when that process is killed', async () => {
  const receiver = await startReceiver();
  expect(await receiver.send('1')).toBe(200);
  const inbox = await openHere();
  expect((await claim(inbox)).ids).toEqual(['1']);
  expect(await receiver.send('2')).toBe(200);
  await receiver.end('SIGKILL');
  expect((await claim(inbox)).ids).toEqual(['2']);
  expect(await inbox.store([delivery('3')])).toEqual(['stored']);
  expect((await claim(inbox)).ids).toEqual(['3']);
}, 60_000);

test('a receiver stores through a reader that was there first, and goes on when that one closes', async () => {
  const inbox = await openHere();
  const heard: string[] = [];
  inbox.onStored((tenant) => heard.push(tenant));
  const receiver = await startReceiver();
  expect(await receiver.send('1')).toBe(200);
  expect(heard).toEqual([acme.name]);
  const { claims, ids } = await claim(inbox);
  expect(ids).toEqual(['1']);
  await inbox.done(claims);
  await inbox.close();
  expect(await receiver.send('2')).toBe(200);
  await receiver.end('SIGTERM');
  const later = await openHere();
  expect((await claim(later)).ids).toEqual(['2']);
  expect((await later.history(acme.name, 'order', '1')).state).toBe('done');
}, 60_000);

test('what was stored has been written through to the disk', async () => {
  const inbox = await openHere();
  let syncs = 0;
  instead({
    fsyncSync: (descriptor) => {
      syncs += 1;
      original.fsyncSync(descriptor);
    },
  });
  for (const id of ['1', '2', '3']) {
    const before = syncs;
    await inbox.store([delivery(id)]);
    expect(syncs).toBeGreaterThan(before);
  }
}, 60_000);

test.each<[string, Partial<typeof original>]>([
  ['that is full', { writeSync: () => fail('ENOSPC') }],
  ['that fails', { fsyncSync: () => fail('EIO') }],
])(
  'a disk %s stores nothing and says so, and when it is well again, all is there',
  async (_, broken) => {
    const inbox = await openHere();
    await inbox.store([delivery('1')]);
    instead(broken);
    await expect(inbox.store([delivery('2')])).rejects.toThrow();
    await expect(inbox.store([delivery('2')])).rejects.toThrow();
    instead(original);
    await expect
      .poll(() => inbox.store([delivery('2')]).then(String, () => 'failed'), { timeout: 20_000 })
      .toMatch(/stored|replay/);
    expect((await claim(inbox)).ids).toEqual(['1', '2']);
    await inbox.check();
  },
  60_000,
);

function fail(code: string): never {
  throw Object.assign(new Error(`${code}: made up`), { code });
}

test('the folder is for its owner alone', async () => {
  await rm(folder, { recursive: true });
  await openHere();
  expect((await stat(folder)).mode & 0o077).toBe(0);
  expect(await readFile(join(folder, 'database', 'PG_VERSION'), 'utf8')).toMatch(/^\d+\n$/);
}, 60_000);

test('closing twice does no harm, and a closed inbox says that it is closed', async () => {
  const inbox = await openHere();
  await inbox.close();
  await inbox.close();
  await expect(inbox.waiting()).rejects.toThrow(/is closed/);
}, 60_000);
