import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Delivery, Inbox } from '../../../src/inbox/inbox.ts';
import { createSqlInbox } from '../../../src/inbox/sql-inbox.ts';
import { openSqlite, type SqliteOptions } from '../../../src/inbox/sqlite.ts';
import {
  findSqliteDriver,
  type SqliteConnection,
  type SqliteDriver,
} from '../../../src/inbox/sqlite-driver.ts';
import { buildPrograms } from '../webhook/build-programs.mjs';
import { callOf, createSender } from '../webhook/sender.ts';
import { acme } from '../webhook/tenant.ts';

/** A folder for an inbox, and the ways into it. */
export interface FolderPlace extends AsyncDisposable {
  readonly folder: string;
  /** Opens it in this process. */
  readonly open: (options?: SqliteOptions) => Promise<Inbox>;
  /** Opens it in a process of its own, which receives webhooks. */
  readonly startReceiver: () => Promise<{
    readonly url: string;
    readonly send: (id: string) => Promise<number | undefined>;
    readonly end: (signal: NodeJS.Signals) => Promise<void>;
  }>;
}

/** When it is disposed of, all is closed. */
export async function folderPlace(): Promise<FolderPlace> {
  const folder = await mkdtemp(join(tmpdir(), 'inbox-'));
  const ends: (() => Promise<void>)[] = [];
  return {
    folder,
    open: async (options) => {
      const inbox = createSqlInbox(await openSqlite(folder, options));
      ends.push(() => inbox.close());
      return inbox;
    },
    startReceiver: async () => {
      const source = 'test/unit/webhook/receiver-process.ts';
      const program = (await buildPrograms('folder-test', [source]))(source);
      const child = spawn(process.execPath, [program, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
      const closed = once(child, 'close');
      const end = async (signal: NodeJS.Signals) => {
        child.kill(signal);
        await closed;
      };
      ends.push(() => end('SIGKILL'));
      const [line] = await once(createInterface({ input: child.stdout }), 'line');
      const { url } = JSON.parse(String(line)) as { readonly url: string };
      const sender = createSender(url, 2);
      ends.push(() => sender.close());
      const [secret = ''] = acme.secrets;
      const send = (id: string) =>
        sender.send(
          `/centra/${acme.id}`,
          callOf([{ id }], { secret, sentAt: Math.floor(Date.now() / 1000) }),
        );
      return { url, send, end };
    },
    [Symbol.asyncDispose]: async () => {
      for (const end of ends) await end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export async function claimAll(inbox: Inbox) {
  const claims = await inbox.claim(acme.name, { limit: 100, types: ['order'] });
  return { claims, ids: claims.map(({ id }) => id).sort() };
}

export function deliveryOf(id: string): Delivery {
  return {
    tenant: acme.name,
    signature: `signature-of-${id}`,
    sentAt: 1,
    hints: [{ type: 'order', id, action: 'update' }],
  };
}

/** A driver whose connections are told of, and can be made to fail. */
export async function watchedDriver() {
  const real = await findSqliteDriver();
  const connections: SqliteConnection[] = [];
  const state = {
    failure: undefined as ((statement: string) => void) | undefined,
    /** Run on each connection when it opens. */
    atFirst: 'select 1',
  };
  const driver: SqliteDriver = (path) => {
    const connection = real(path);
    connections.push(connection);
    connection.exec(state.atFirst);
    return {
      exec: (statements) => {
        state.failure?.(statements);
        connection.exec(statements);
      },
      all: (statement, values) => {
        state.failure?.(statement);
        return connection.all(statement, values);
      },
      close: () => connection.close(),
    };
  };
  return { driver, connections, state };
}

/** What SQLite throws, as Node.js has it. */
export function sqliteFailure(errcode: number): Error {
  return Object.assign(new Error('made up'), { code: 'ERR_SQLITE_ERROR', errcode });
}
