import { ConnectorError } from '../errors.ts';

/** What can run a statement: a connection, or a transaction on one. */
export interface Queryable {
  /** Values are passed beside the statement, never in it. Every column comes back as text, a number, a boolean or null. */
  query(statement: string, values?: readonly unknown[]): Promise<readonly Row[]>;
}

export type Row = Readonly<Record<string, unknown>>;

/** PostgreSQL, in this process or on a server. */
export interface Database extends Queryable {
  /** Runs all of it in one transaction, which is rolled back when it rejects. Nothing else may be asked meanwhile. */
  transaction<T>(work: (transaction: Queryable) => Promise<T>): Promise<T>;
  /** What a server does by itself from time to time, and an embedded database must be told to do. */
  maintain(): Promise<void>;
  close(): Promise<void>;
}

/** PostgreSQL's five-letter code of a failure, such as `40P01`. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.code.length === 5
    ? error.code
    : undefined;
}

/** Whether the database has said what is wrong, and goes on: anything else is a breakdown. */
export function isOrderly(error: unknown): boolean {
  if (error instanceof ConnectorError) return true;
  if (sqlState(error) === undefined) return false;
  return !(
    error instanceof Error &&
    'severity' in error &&
    (error.severity === 'PANIC' || error.severity === 'FATAL')
  );
}
