import { setTimeout as wait } from 'node:timers/promises';
import { ConnectorError } from '../errors.ts';
import type { Database } from './database.ts';
import { takePlace } from './folder-lock.ts';
import type { Inbox, InboxSettings } from './inbox.ts';
import { createInboxServer, createRemoteInbox, OwnerGone } from './inbox-socket.ts';
import { migrate } from './migrations.ts';
import { openPglite } from './pglite.ts';
import { createSqlInbox, type StoredListeners } from './sql-inbox.ts';

const BETWEEN_TRIES_MS = 50;
const AFTER_A_FAILURE_MS = 1_000;

/** How this process gets at the database: it has it open itself, or asks the process that has. */
interface Way {
  readonly inbox: Inbox;
  /** The database in this process has stopped for good. */
  isBroken(): boolean;
  /** Lets go of it, so that another process may open the database. */
  end(): Promise<void>;
}

/**
 * The inbox in a folder. The database in it can be open in one process only, so whoever comes first opens it, and the
 * others ask that process through a socket in the folder; when it goes, the next one that asks opens it. So `serve` and
 * `read` may run on one machine in any order.
 */
export async function openEmbeddedInbox(folder: string, settings: InboxSettings = {}): Promise<Inbox> {
  const listeners = new Set<(tenant: string) => void>();
  const running = new Set<Promise<unknown>>();
  let isClosed = false;
  let way: Promise<Way> | undefined;

  const find = async (): Promise<Way> => {
    const found = await findWay(folder, settings, () => later(repair));
    found.inbox.onStored((tenant) => {
      for (const listener of listeners) listener(tenant);
    });
    return found;
  };
  const keep = (finding: Promise<Way>): Promise<Way> => {
    way = finding;
    // For a while the failure stands: a database that cannot be opened is not tried again for every question.
    finding.catch(() =>
      later(() => {
        if (way === finding) way = undefined;
      }),
    );
    return finding;
  };
  /** Looks for another way; once, however many found out that this one is no good. */
  const leave = async (left: Promise<Way>): Promise<void> => {
    if (way === left) await keep(left.then((found) => found.end()).then(find));
  };
  const repair = async (): Promise<void> => {
    const current = way;
    if (!isClosed && current !== undefined && (await current).isBroken()) await leave(current);
  };
  const ask = async <T>(question: (inbox: Inbox) => Promise<T>): Promise<T> => {
    for (;;) {
      if (isClosed) throw new Error('The webhook inbox is closed.');
      const asked = way ?? keep(find());
      const { inbox } = await asked;
      try {
        return await question(inbox);
      } catch (error) {
        if (!(error instanceof OwnerGone)) throw error;
        await wait(BETWEEN_TRIES_MS);
        await leave(asked);
      }
    }
  };
  const tracked = async <T>(question: (inbox: Inbox) => Promise<T>): Promise<T> => {
    const answer = ask(question);
    running.add(answer);
    try {
      return await answer;
    } finally {
      running.delete(answer);
    }
  };

  await keep(find());
  return {
    store: (deliveries) => tracked((inbox) => inbox.store(deliveries)),
    claim: (tenant, request) => tracked((inbox) => inbox.claim(tenant, request)),
    extend: (claims) => tracked((inbox) => inbox.extend(claims)),
    done: (claims) => tracked((inbox) => inbox.done(claims)),
    giveBack: (claims) => tracked((inbox) => inbox.giveBack(claims)),
    fail: (claims, reason, options) => tracked((inbox) => inbox.fail(claims, reason, options)),
    waiting: () => tracked((inbox) => inbox.waiting()),
    deadLetters: (tenant, limit) => tracked((inbox) => inbox.deadLetters(tenant, limit)),
    history: (tenant, type, id) => tracked((inbox) => inbox.history(tenant, type, id)),
    sweep: () => tracked((inbox) => inbox.sweep()),
    check: () => tracked((inbox) => inbox.check()),
    onStored: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => {
      if (isClosed) return;
      await Promise.allSettled(running);
      isClosed = true;
      await (await way?.catch(() => undefined))?.end();
    },
  };
}

/** After a pause, and not for its own sake. What it could not do is found out by the next question. */
function later(work: () => Promise<void> | void): void {
  setTimeout(async () => {
    try {
      await work();
    } catch {}
  }, AFTER_A_FAILURE_MS).unref();
}

async function findWay(folder: string, settings: InboxSettings, onBreakdown: () => void): Promise<Way> {
  const listeners: StoredListeners = new Set();
  let isEnding = false;
  let isBroken = false;
  const breakDown = () => {
    isBroken = true;
    onBreakdown();
  };
  const { server, settled, shut } = createInboxServer(async (neighboursSettings) => {
    const database = await opening;
    return isEnding || database === undefined
      ? undefined
      : createSqlInbox(database, neighboursSettings, listeners);
  });
  const placing = takePlace(folder, server);
  const opening = placing.then((place) =>
    place.kind === 'owned' ? openDatabase(folder, breakDown) : undefined,
  );
  opening.catch(() => undefined);
  const place = await placing;
  if (place.kind === 'taken') {
    const inbox = createRemoteInbox(place.socket, settings);
    return { inbox, isBroken: () => false, end: () => inbox.close() };
  }
  try {
    const database = await opening;
    if (database === undefined) throw new Error('The folder is owned, so its database has been opened.');
    return {
      inbox: createSqlInbox(database, settings, listeners),
      isBroken: () => isBroken,
      end: async () => {
        isEnding = true;
        await settled();
        // It may have stopped already.
        await database.close().catch(() => undefined);
        // Not before: whoever is refused by the socket opens the database.
        await shut();
      },
    };
  } catch (error) {
    await shut();
    throw error;
  }
}

async function openDatabase(folder: string, onBreakdown: () => void): Promise<Database> {
  try {
    const database = await openPglite(folder, onBreakdown);
    await migrate(database);
    return database;
  } catch (cause) {
    if (cause instanceof ConnectorError) throw cause;
    throw new ConnectorError({
      kind: 'config',
      code: 'inbox/unopened',
      message: `The webhook inbox's database in ${folder} cannot be opened.`,
      hint: 'Check that this user may write there and that the disk is not full. If the database is damaged, move the folder away: the next read fetches what its events would have told.',
      cause,
    });
  }
}
