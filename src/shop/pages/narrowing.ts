import { ConnectorError } from '../../errors.ts';
import type { CentraObject } from '../objects.ts';
import { isContradiction } from './contradiction.ts';
import type { PageSize } from './page-size.ts';
import type { KnownRow, RefusedRow } from './pager.ts';

/** An error that may be about how many rows were asked for, or about one of them. */
export function isNarrowable(error: unknown): error is ConnectorError {
  if (!(error instanceof ConnectorError) || error.kind === 'auth' || error.kind === 'permission')
    return false;
  return error.isTooMuch || namesRow(error);
}

function namesRow({ path }: ConnectorError): boolean {
  return path?.some((part) => typeof part === 'number') ?? false;
}

/** The place in its page of the row that an error names. */
function rowIn({ path }: ConnectorError): number | undefined {
  return path?.find((part) => typeof part === 'number');
}

/** What a failing API looks like as well: a small request shows whether it is up. */
export function mayPass(error: ConnectorError): boolean {
  return error.code === 'centra/failed';
}

export interface NarrowingSource<Got> {
  /** How many rows to ask for now. */
  readonly rows: () => number;
  readonly ask: (rows: number) => Promise<Got>;
  /** Asks for something small, as long as it takes: an outage is waited out, and blamed on no row. */
  readonly wait: () => Promise<unknown>;
  /** Fewer rows do not help: the page without the rows that the API cannot serve. */
  readonly apart: (rows: number, error: ConnectorError) => Promise<Got>;
}

/** Asks for a page, for fewer rows when that is too much, and for its rows apart when one of them is at fault. */
export async function askNarrowing<Got>(size: PageSize, source: NarrowingSource<Got>): Promise<Got> {
  let hasWaited = false;
  let wasContradicted = false;
  for (;;) {
    const rows = source.rows();
    try {
      const got = await source.ask(rows);
      size.worked(rows);
      return got;
    } catch (error) {
      if (isContradiction(error) && !wasContradicted) {
        wasContradicted = true;
        continue;
      }
      if (!isNarrowable(error)) throw error;
      if (!hasWaited && mayPass(error)) {
        hasWaited = true;
        await source.wait();
        continue;
      }
      if (namesRow(error) || rows === 1) return source.apart(rows, error);
      size.tooMuch(rows);
    }
  }
}

export interface Gathered {
  readonly objects: readonly CentraObject[];
  readonly refused: readonly RefusedRow[];
}

export interface GatherSource {
  readonly fetch: (rows: readonly KnownRow[]) => Promise<readonly CentraObject[]>;
  readonly wait: () => Promise<unknown>;
  /** Another way to one row that is too much as a whole; undefined where there is none. */
  readonly inParts?: ((row: KnownRow) => Promise<readonly CentraObject[]>) | undefined;
  /** So many at once were too much. */
  readonly tooMuch?: (rows: number) => void;
}

/** Those of these rows that the API can serve. Throws when it can serve none of several: then no single row is at fault. */
export async function gather(rows: readonly KnownRow[], source: GatherSource): Promise<Gathered> {
  const gathered = await gatherPart(rows, source);
  const [first] = gathered.refused;
  if (first !== undefined && rows.length > 1 && gathered.refused.length === rows.length) throw first.error;
  return gathered;
}

async function gatherPart(rows: readonly KnownRow[], source: GatherSource): Promise<Gathered> {
  if (rows.length === 0) return { objects: [], refused: [] };
  const outcome = await fetchTwice(rows, source);
  if (!(outcome instanceof ConnectorError)) return { objects: outcome, refused: [] };
  const [only, ...others] = rows;
  if (only !== undefined && others.length === 0) return gatherOne(only, outcome, source);
  if (!namesRow(outcome)) source.tooMuch?.(rows.length);
  const parts: Gathered[] = [];
  for (const part of partsOf(rows, rowIn(outcome))) parts.push(await gatherPart(part, source));
  return {
    objects: parts.flatMap(({ objects }) => objects),
    refused: parts.flatMap(({ refused }) => refused),
  };
}

/** The rows, or the error that stays when the API is known to be up. */
async function fetchTwice(
  rows: readonly KnownRow[],
  source: GatherSource,
): Promise<readonly CentraObject[] | ConnectorError> {
  let failure: ConnectorError | undefined;
  for (let attempt = 1; attempt <= 2; attempt += 1) {
    try {
      return await source.fetch(rows);
    } catch (error) {
      if (!isNarrowable(error)) throw error;
      failure = error;
      if (!mayPass(error) || attempt === 2) break;
      await source.wait();
    }
  }
  return failure as ConnectorError;
}

async function gatherOne(row: KnownRow, error: ConnectorError, source: GatherSource): Promise<Gathered> {
  if (error.isTooMuch && source.inParts !== undefined) {
    try {
      return { objects: await source.inParts(row), refused: [] };
    } catch (other) {
      if (!isNarrowable(other)) throw other;
    }
  }
  return { objects: [], refused: [{ ...row, error }] };
}

/** Without the row that is named, or in halves. */
function partsOf(rows: readonly KnownRow[], named: number | undefined): readonly (readonly KnownRow[])[] {
  const suspect = named === undefined ? undefined : rows[named];
  if (suspect !== undefined) return [rows.filter((row) => row !== suspect), [suspect]];
  const middle = Math.ceil(rows.length / 2);
  return [rows.slice(0, middle), rows.slice(middle)];
}
