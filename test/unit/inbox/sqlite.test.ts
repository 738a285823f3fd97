// More of the same, with kills under load, is `npm run proof:webhook-kill`.
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { ConnectorError, sentence } from '../../../src/errors.ts';
import { openHintLookup, openInbox } from '../../../src/inbox/open-inbox.ts';
import { openSqlite } from '../../../src/inbox/sqlite.ts';
import { findSqliteDriver, packagedSqlite } from '../../../src/inbox/sqlite-driver.ts';
import { createReceiver } from '../../../src/webhook/receiver.ts';
import { callOf } from '../webhook/sender.ts';
import { acme } from '../webhook/tenant.ts';
import {
  claimAll,
  deliveryOf,
  type FolderPlace,
  folderPlace,
  sqliteFailure,
  watchedDriver,
} from './folder-place.ts';

const fileOf = ({ folder }: Pick<FolderPlace, 'folder'>) => join(folder, 'inbox.sqlite');

async function failureOf(work: Promise<unknown>): Promise<ConnectorError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof ConnectorError) return error;
  throw new Error(`It did not fail in words: ${String(error)}`);
}

describe('several processes', () => {
  test('a reader takes what the receiver of another process stores, and goes on when that process is killed', async () => {
    await using place = await folderPlace();
    const receiver = await place.startReceiver();
    expect(await receiver.send('1')).toBe(200);
    const inbox = await place.open();
    expect((await claimAll(inbox)).ids).toEqual(['1']);
    expect(await receiver.send('2')).toBe(200);
    await receiver.end('SIGKILL');
    expect((await claimAll(inbox)).ids).toEqual(['2']);
    expect(await inbox.add([deliveryOf('3')])).toEqual(['stored']);
    expect((await claimAll(inbox)).ids).toEqual(['3']);
  });

  test('a receiver stores beside a reader that was there first, and goes on when that one closes', async () => {
    await using place = await folderPlace();
    const inbox = await place.open();
    const receiver = await place.startReceiver();
    expect(await receiver.send('1')).toBe(200);
    const { claims, ids } = await claimAll(inbox);
    expect(ids).toEqual(['1']);
    await inbox.done(claims);
    await inbox.close();
    expect(await receiver.send('2')).toBe(200);
    await receiver.end('SIGTERM');
    expect((await claimAll(await place.open())).ids).toEqual(['2']);
    const lookup = await openHintLookup(place.folder);
    expect(await lookup.state(acme.name, 'order', '1')).toBe('done');
    await lookup.close();
  });

  test('many that come at once make one inbox', async () => {
    await using place = await folderPlace();
    const inboxes = await Promise.all(Array.from({ length: 8 }, () => place.open()));
    await Promise.all(inboxes.map((inbox, at) => inbox.add([deliveryOf(String(at))])));
    expect((await claimAll(await place.open())).ids).toHaveLength(8);
  });

  test('a lock of another process is waited for, and not for ever', async () => {
    await using place = await folderPlace();
    const inbox = await place.open({ patienceMs: 300 });
    const other = (await findSqliteDriver())(fileOf(place));
    const lock = () =>
      expect
        .poll(() => {
          other.exec('begin immediate');
          return 'locked';
        })
        .toBe('locked');
    await lock();
    setTimeout(() => other.exec('rollback'), 80);
    expect(await inbox.add([deliveryOf('1')])).toEqual(['stored']);
    await lock();
    const error = await failureOf(inbox.add([deliveryOf('2')]));
    expect(error).toMatchObject({ code: 'inbox/busy', kind: 'transient' });
    expect(error.message).toMatch(/inbox\.sqlite has been locked by another process for too long \(5\)\.$/);
    // Readers are not in a writer's way.
    expect(await inbox.waiting()).toMatchObject([{ objects: 1 }]);
    other.exec('rollback');
    other.close();
    expect(await inbox.add([deliveryOf('2')])).toEqual(['stored']);
  });
});

describe('one folder', () => {
  test('is made where it is not there, and is for its owner alone, as is what is in it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'inbox-'));
    try {
      for (const path of [folder, join(folder, 'deeper', 'inbox')]) {
        const inbox = await openInbox(path);
        await inbox.add([deliveryOf('1')]);
        for (const name of ['', 'inbox.sqlite', 'inbox.sqlite-wal'])
          expect((await stat(join(path, name))).mode & 0o077, name).toBe(0);
        await inbox.close();
        expect((await readFile(join(path, 'inbox.sqlite'))).toString('latin1', 0, 15)).toBe(
          'SQLite format 3',
        );
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test('what was stored is on disk: each commit waits for it', async () => {
    await using place = await folderPlace();
    const { driver, connections } = await watchedDriver();
    await place.open({ driver });
    const [connection] = connections;
    expect(connection?.all('pragma synchronous', [])).toEqual([{ synchronous: 2 }]);
    expect(connection?.all('pragma journal_mode', [])).toEqual([{ journal_mode: 'wal' }]);
  });

  test('closing twice does no harm, and a closed inbox says so', async () => {
    await using place = await folderPlace();
    const inbox = await place.open();
    await inbox.close();
    await inbox.close();
    await expect(inbox.waiting()).rejects.toThrow(/is closed/);
  });
});

describe('a disk that', () => {
  test('is full stores nothing and says so, also to Centra and to whoever asks for readiness; with room, all is there', async () => {
    await using place = await folderPlace();
    const { driver, connections, state } = await watchedDriver();
    const inbox = await place.open({ driver });
    await inbox.add([deliveryOf('1')]);
    const log: string[] = [];
    const receiver = createReceiver({
      tenants: [acme],
      inbox,
      now: Date.now,
      log: (_, text) => log.push(text),
    });
    const [secret = ''] = acme.secrets;
    const events = Array.from({ length: 300 }, (_, at) => ({ id: at + 2 }));
    const call = callOf(events, { secret, sentAt: Math.floor(Date.now() / 1000) });
    const send = async () => {
      const url = `http://receiver/centra/${acme.id}`;
      return (await receiver.fetch(new Request(url, { method: 'POST', ...call }))).status;
    };
    const ready = async () => (await receiver.fetchStatus(new Request('http://receiver/readyz'))).status;
    const [connection] = connections;
    const [{ page_count: pages } = { page_count: 0 }] = connection?.all('pragma page_count', []) ?? [];
    state.atFirst = `pragma max_page_count = ${String(pages)}`;
    connection?.exec(state.atFirst);
    expect([await send(), await send()]).toEqual([503, 503]);
    expect(log).toEqual([
      expect.stringMatching(/inbox\.sqlite has no room left on its disk \(13\)\. Make room/),
    ]);
    state.atFirst = 'pragma max_page_count = 1000000';
    expect([await ready(), await send()]).toEqual([200, 200]);
    expect((await inbox.waiting())[0]?.objects).toBe(301);
  });

  test('fails stores nothing and says so, and when it is well again, all is there', async () => {
    await using place = await folderPlace();
    const { driver, state, connections } = await watchedDriver();
    const inbox = await place.open({ driver });
    await inbox.add([deliveryOf('1')]);
    state.failure = (statement) => {
      if (statement === 'commit') throw sqliteFailure(0x40a);
    };
    const errors = [await failureOf(inbox.add([deliveryOf('2')])), await failureOf(inbox.add([]))];
    expect(errors.map(({ code }) => code)).toEqual(['inbox/disk', 'inbox/disk']);
    state.failure = undefined;
    expect(await inbox.add([deliveryOf('2')])).toEqual(['stored']);
    expect((await claimAll(inbox)).ids).toEqual(['1', '2']);
    expect(connections.length).toBeGreaterThan(1);
  });
});

describe('a folder that is taken away from a running receiver', () => {
  test('stores nothing until it is there again, and says so', async () => {
    await using place = await folderPlace();
    const inbox = await place.open();
    await inbox.add([deliveryOf('1')]);
    await rm(place.folder, { recursive: true });
    for (let round = 0; round < 2; round += 1) {
      const error = await failureOf(inbox.add([deliveryOf('2')]));
      expect(error).toMatchObject({ code: 'inbox/deleted', kind: 'transient' });
      expect(sentence(error)).toMatch(/was deleted or replaced while it was open\. .*make the folder again/);
    }
    await mkdir(place.folder);
    expect(await inbox.add([deliveryOf('2')])).toEqual(['stored']);
    expect((await claimAll(await place.open())).ids).toEqual(['2']);
  });

  test('what is in the way of a commit is found at the commit', async () => {
    await using place = await folderPlace();
    const { driver, state } = await watchedDriver();
    const inbox = await place.open({ driver });
    const moved = `${fileOf(place)}.moved`;
    let moving: Promise<void> | undefined;
    state.failure = (statement) => {
      if (statement === 'begin immediate') moving ??= rename(fileOf(place), moved);
    };
    const adding = failureOf(inbox.add([deliveryOf('1')]));
    await wait(0);
    await moving;
    const error = await adding;
    expect(error.code).toBe('inbox/deleted');
  });

  test('a file in its place is another inbox', async () => {
    await using place = await folderPlace();
    const inbox = await place.open();
    await inbox.add([deliveryOf('1')]);
    for (const suffix of ['', '-wal', '-shm']) await rm(`${fileOf(place)}${suffix}`);
    await writeFile(fileOf(place), 'no database at all'.repeat(100));
    expect((await failureOf(inbox.add([deliveryOf('2')]))).code).toBe('inbox/deleted');
    expect((await failureOf(inbox.add([deliveryOf('2')]))).code).toBe('inbox/not_a_database');
  });
});

describe('what cannot be opened is a sentence', () => {
  test('a file that is no database', async () => {
    await using place = await folderPlace();
    await writeFile(fileOf(place), 'no database at all'.repeat(100));
    const error = await failureOf(place.open());
    expect(error).toMatchObject({ kind: 'config', code: 'inbox/not_a_database' });
    expect(sentence(error)).toMatch(/is not an SQLite database, or is damaged \(26\)\. Move it away/);
  });

  test('tables of a later version, which are left alone', async () => {
    await using place = await folderPlace();
    const database = await openSqlite(place.folder);
    await database.query(
      "insert into migration (version, name, applied_ms) values (99, 'from the future', 0)",
    );
    await database.close();
    const error = await failureOf(place.open());
    expect(error.message).toMatch(/has tables of version 99, and this program knows them up to version 1\./);
  });

  test('a file where the folder should be', async () => {
    await using place = await folderPlace();
    await writeFile(join(place.folder, 'file'), '');
    await expect(openInbox(join(place.folder, 'file'))).rejects.toThrow(
      /folder cannot be used: .*(EEXIST|ENOTDIR)/,
    );
  });

  test('a folder where the file should be', async () => {
    await using place = await folderPlace();
    await mkdir(fileOf(place));
    expect(await failureOf(place.open())).toMatchObject({ kind: 'config', code: 'inbox/folder' });
  });

  test('a Node.js without SQLite, and without the package', async () => {
    const error = await failureOf(packagedSqlite(() => Promise.reject(new Error('not found'))));
    expect(sentence(error)).toContain(process.version);
    expect(sentence(error)).toMatch(/needs the package libsql.* or Node\.js 22\.13 .* npm install libsql/);
  });
});

describe('a folder on', () => {
  test.each<[string, number, string | undefined]>([
    ['NFS', 0x6969, 'inbox/network_disk'],
    ['CIFS', 0xff534d42, 'inbox/network_disk'],
    ['SMB, as a signed number', 0xfe534d42 | 0, 'inbox/network_disk'],
    ['Ceph', 0x00c36400, 'inbox/network_disk'],
    ['ext4', 0xef53, undefined],
    ['tmpfs', 0x01021994, undefined],
    ['overlayfs', 0x794c7630, undefined],
  ])('%s', async (_, type, code) => {
    await using place = await folderPlace();
    const warnings: string[] = [];
    const opening = place.open({ fileSystemType: async () => type, warn: (text) => warnings.push(text) });
    if (code === undefined) await opening;
    else expect(await failureOf(opening)).toMatchObject({ code, kind: 'config' });
    expect(warnings).toEqual([]);
  });

  test.each([
    ['9P', 0x01021997],
    ['FUSE', 0x65735546],
  ])('%s is opened with a warning', async (name, type) => {
    await using place = await folderPlace();
    const warnings: string[] = [];
    const inbox = await place.open({
      fileSystemType: async () => type,
      warn: (text) => warnings.push(text),
    });
    expect(await inbox.add([deliveryOf('1')])).toEqual(['stored']);
    expect(warnings).toEqual([expect.stringContaining(`is on ${name}.`)]);
  });

  test('another system than Linux is not asked', async () => {
    await using place = await folderPlace();
    await place.open({ fileSystemType: async () => undefined });
  });
});
