import type { Database } from './database.ts';
import { createHintLookup, type HintLookup } from './hint-lookup.ts';
import type { Inbox, InboxSettings } from './inbox.ts';
import { createSqlInbox } from './sql-inbox.ts';

/** Hears what an operator should know of the place. */
export type Warn = (message: string) => void;

/** Opens the inbox at a `postgres://` URL, or the one in a folder of this machine. */
export async function openInbox(location: string, settings: InboxSettings = {}, warn?: Warn): Promise<Inbox> {
  return createSqlInbox(await openDatabase(location, warn), settings);
}

/** Opens the same for a person who follows a hint through it. */
export async function openHintLookup(location: string): Promise<HintLookup> {
  return createHintLookup(await openDatabase(location));
}

async function openDatabase(location: string, warn?: Warn): Promise<Database> {
  if (/^postgres(ql)?:\/\//i.test(location)) {
    const { openPostgres } = await import('./postgres.ts');
    return openPostgres(location);
  }
  const { openSqlite } = await import('./sqlite.ts');
  return openSqlite(location, { warn });
}
