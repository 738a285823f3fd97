import { ConnectorError, type ErrorDetails } from '../errors.ts';
import { sqliteCode } from './sqlite-driver.ts';

type Sentence = Pick<ErrorDetails, 'kind' | 'code' | 'hint'> & { readonly what: string };

const moveAway =
  'Move it away: a new one is made, and the next read finds by time what its hints would have named.';

const deletedCode = 'inbox/deleted';

const locked: Sentence = {
  kind: 'transient',
  code: 'inbox/busy',
  what: 'has been locked by another process for too long',
  hint: 'Look for a process that has been stopped while it used the inbox.',
};
const unwritable: Sentence = {
  kind: 'config',
  code: 'inbox/folder',
  what: 'cannot be opened or written to by this user',
  hint: 'It must be in a folder on a local disk that this user may write to.',
};
const damaged: Sentence = {
  kind: 'config',
  code: 'inbox/not_a_database',
  what: 'is not an SQLite database, or is damaged',
  hint: moveAway,
};

/** By SQLite's numbers. */
const sentences: ReadonlyMap<number | undefined, Sentence> = new Map([
  [3, unwritable],
  [5, locked],
  [6, locked],
  [8, unwritable],
  [
    10,
    {
      kind: 'transient',
      code: 'inbox/disk',
      what: 'could not be read or written',
      hint: 'Look at the disk: it fails, or has no room left.',
    },
  ],
  [11, damaged],
  [
    13,
    { kind: 'transient', code: 'inbox/full', what: 'has no room left on its disk', hint: 'Make room there.' },
  ],
  [14, unwritable],
  [26, damaged],
]);

export function isBusy(error: unknown): boolean {
  return sentences.get(sqliteCode(error)) === locked;
}

/**
 * Whether the connection is given up, and the file opened anew: after all that SQLite itself says, since libsql leaves a
 * statement that failed in the middle, and then no transaction can end. A lock that was waited for has been put in words.
 */
export function needsReopening(error: unknown): boolean {
  if (error instanceof ConnectorError) return error.code === deletedCode;
  return sqliteCode(error) !== undefined;
}

/** What SQLite says, as one sentence about the file; all else as it is. */
export function inWords(path: string, cause: unknown): unknown {
  const code = sqliteCode(cause);
  const found = sentences.get(code);
  if (code === undefined || found === undefined) return cause;
  const { what, ...details } = found;
  return new ConnectorError({
    ...details,
    message: `The webhook inbox's file ${path} ${what} (${code}).`,
    cause,
  });
}

export function deletedInbox(path: string): ConnectorError {
  return new ConnectorError({
    kind: 'transient',
    code: deletedCode,
    message: `The webhook inbox's file ${path} was deleted or replaced while it was open.`,
    hint: 'A new one is made as soon as its folder is there: make the folder again, or start this program again.',
  });
}

export function unusableFolder(folder: string, cause: unknown): ConnectorError {
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  return new ConnectorError({
    kind: 'config',
    code: 'inbox/folder',
    message: `The webhook inbox's folder cannot be used: ${folder}${code}.`,
    hint: 'It must be a folder on a local disk that this user may write to; several machines share an inbox on a PostgreSQL server.',
    cause,
  });
}

export function networkDisk(folder: string, name: string): ConnectorError {
  return new ConnectorError({
    kind: 'config',
    code: 'inbox/network_disk',
    message: `The webhook inbox's folder ${folder} is on a network disk (${name}), where SQLite's locks do not hold.`,
    hint: 'Choose a folder on a local disk, or set "webhook_inbox" to a postgresql:// address.',
  });
}
