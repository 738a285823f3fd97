import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openInbox } from '../../src/inbox/open-inbox.ts';
import { claimAll, embeddedPlace, fail, outlive } from '../unit/inbox/embedded-place.ts';
import { acme } from '../unit/webhook/tenant.ts';

test('a receiver stores through a reader that was there first, and goes on when that one closes', async () => {
  await using place = await embeddedPlace();
  const inbox = await place.open();
  const heard: string[] = [];
  inbox.onStored((tenant) => heard.push(tenant));
  const receiver = await place.startReceiver();
  expect(await receiver.send('1')).toBe(200);
  expect(heard).toEqual([acme.name]);
  const { claims, ids } = await claimAll(inbox);
  expect(ids).toEqual(['1']);
  await inbox.done(claims);
  await inbox.close();
  expect(await receiver.send('2')).toBe(200);
  await receiver.end('SIGTERM');
  const later = await place.open();
  expect((await claimAll(later)).ids).toEqual(['2']);
  expect((await later.history(acme.name, 'order', '1')).state).toBe('done');
});

test('a disk that fails stores nothing and says so, and when it is well again, all is there', async () => {
  await using place = await embeddedPlace();
  const seen = await outlive(place, { fsyncSync: () => fail('EIO') });
  expect(seen).toEqual(['refused', 'refused', '1', '2']);
});

test('an inbox is made in a folder that is there, and one that is not; a folder that it makes is for its owner alone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'inbox-'));
  try {
    for (const path of [folder, join(folder, 'deeper', 'inbox')]) {
      await (await openInbox(path)).close();
      expect((await stat(path)).mode & 0o077).toBe(0);
      expect(await readFile(join(path, 'database', 'PG_VERSION'), 'utf8')).toMatch(/^\d+\n$/);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
