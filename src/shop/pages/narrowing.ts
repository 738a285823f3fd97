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
function mayPass(error: ConnectorError): boolean {
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
  /** Whether the API can serve any other row in the same way. */
  readonly canServeOthers: (refused: readonly KnownRow[]) => Promise<boolean>;
}

/** Those of these rows that the API can serve. Throws when it can serve none at all: then no single row is at fault. */
export async function gather(rows: readonly KnownRow[], source: GatherSource): Promise<Gathered> {
  const objects: CentraObject[] = [];
  const refused: RefusedRow[] = [];
  let mayBeTheApi = true;

  async function visit(part: readonly KnownRow[]): Promise<void> {
    const outcome = part.length === 0 ? [] : await fetchTwice(part, source);
    if (!(outcome instanceof ConnectorError)) {
      objects.push(...outcome);
      return;
    }
    const [only, ...others] = part;
    if (only !== undefined && others.length === 0) {
      const found = await gatherOne(only, outcome, source);
      objects.push(...found.objects);
      refused.push(...found.refused);
      if (refused.length === SUSPICIOUS_ROWS) await blame();
      return;
    }
    if (!namesRow(outcome)) source.tooMuch?.(part.length);
    for (const smaller of partsOf(part, rowIn(outcome))) await visit(smaller);
  }

  /** Before rows are blamed, another one must come. */
  async function blame(): Promise<void> {
    const [first] = refused;
    if (first === undefined || objects.length > 0 || !mayBeTheApi) return;
    if (!(await source.canServeOthers(refused))) throw first.error;
    mayBeTheApi = false;
  }

  await visit(rows);
  await blame();
  return { objects, refused };
}

/** So many rows that fail, while none has come, may not be at fault themselves. */
const SUSPICIOUS_ROWS = 3;

/** The rows, or the error that stays when the API is known to be up. */
async function fetchTwice(
  rows: readonly KnownRow[],
  source: GatherSource,
  isSecond = false,
): Promise<readonly CentraObject[] | ConnectorError> {
  try {
    return await source.fetch(rows);
  } catch (error) {
    if (isContradiction(error) && !isSecond) return fetchTwice(rows, source, true);
    if (!isNarrowable(error)) throw error;
    if (isSecond || !mayPass(error)) return error;
    await source.wait();
    return fetchTwice(rows, source, true);
  }
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
  if (suspect !== undefined) return [[suspect], rows.filter((row) => row !== suspect)];
  const middle = Math.ceil(rows.length / 2);
  return [rows.slice(0, middle), rows.slice(middle)];
}
