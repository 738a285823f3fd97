import { ConnectorError } from '../errors.ts';

/** What can run a statement: a connection, or a transaction on one. */
export interface Queryable {
  /** Values are passed beside the statement, never in it. Every column comes back as text, a number or null. */
  query(statement: string, values?: readonly unknown[]): Promise<readonly Row[]>;
}

export type Row = Readonly<Record<string, unknown>>;

/** Where the inbox has its tables: PostgreSQL on a server, or SQLite in a folder. */
export interface Database {
  readonly dialect: Dialect;
  /** For statements that only read. */
  query: Queryable['query'];
  /** Runs all of it in one transaction, which is rolled back when it rejects. Repeats it when it clashed with another one. */
  transaction<T>(work: (transaction: Queryable) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Where the SQL of the two differs. All else in the statements is the same for both. */
export interface Dialect {
  /** Stands before the name of each table. */
  readonly schema: 'source_centra.' | '';
  /** The time in milliseconds, by the database's clock. */
  readonly nowMs: string;
  /** What tells a row from all others of its table. */
  readonly rowId: 'ctid' | 'rowid';
  /** Locks the rows of a table until the transaction ends. SQLite has one writer at a time, so it needs no such lock. */
  readonly lock: (table: string) => string;
  /** The same, leaving out what another transaction has locked. */
  readonly lockWhatIsFree: string;
  /** The rows of a parameter that is a JSON list of objects, such as `$1`. */
  readonly rows: (parameter: string, columns: Readonly<Record<string, 'text' | 'bigint'>>) => string;
  /** The texts of a parameter that is a JSON list of them. */
  readonly texts: (parameter: string) => string;
  /** Run before the tables are made: they keep others from making them meanwhile. */
  readonly beforeMigration: readonly string[];
}

export function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('The inbox holds no text where one belongs.');
  return value;
}

export function numberOf(value: unknown): number {
  if (typeof value !== 'number') throw new TypeError('The inbox holds no number where one belongs.');
  return value;
}

/** An inbox that was closed is not asked any more. */
export function closedInbox(): ConnectorError {
  return new ConnectorError({ kind: 'bug', code: 'inbox/closed', message: 'The webhook inbox is closed.' });
}
