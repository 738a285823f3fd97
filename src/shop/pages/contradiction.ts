import { ConnectorError } from '../../errors.ts';
import type { CentraObject } from '../objects.ts';

const CODE = 'centra/contradiction';

/** An answer that cannot be as it is, whatever the shop holds. */
export function contradiction(what: string, how: string): ConnectorError {
  return new ConnectorError({
    kind: 'transient',
    code: CODE,
    message: `Centra's answer for ${what} contradicts itself: ${how}.`,
    hint: 'Run the read again; if it lasts, report it to Centra with the version that check prints.',
  });
}

export function isContradiction(error: unknown): boolean {
  return error instanceof ConnectorError && error.code === CODE;
}

export interface ExpectedPage {
  readonly what: string;
  /** How many rows were asked for. */
  readonly rows: number;
  /** What tells a row from the others. */
  readonly identify: (object: CentraObject) => unknown;
  /** What the page is sorted by, ascending where `isAscending`; undefined: not looked at. */
  readonly keyOf?: ((object: CentraObject) => unknown) | undefined;
  readonly isAscending?: boolean;
  /** The key of the row before the page. */
  readonly lastKey?: unknown;
}

/** Holds a page against what was asked for: as many rows at most, each once, in their order. Throws where it differs. */
export function checkPage(objects: readonly CentraObject[], expected: ExpectedPage): void {
  const { what, rows, identify, keyOf, isAscending = true, lastKey } = expected;
  if (objects.length > rows) {
    throw contradiction(what, `it has ${objects.length} rows, and ${rows} were asked for`);
  }
  const seen = new Set<unknown>();
  let previous = lastKey;
  for (const object of objects) {
    const identity = identify(object);
    if (identity !== undefined && seen.has(identity)) throw contradiction(what, 'a row is in it twice');
    seen.add(identity);
    const key = keyOf?.(object);
    if (typeof key !== 'number') continue;
    const isInOrder = typeof previous !== 'number' || (isAscending ? key > previous : key < previous);
    if (!isInOrder) throw contradiction(what, 'its rows are not in the order that was asked for');
    previous = key;
  }
}

/** A position that an earlier run saved, and that the API, or this version, does not take. */
export function refusedPosition(what: string, cause?: unknown): ConnectorError {
  return new ConnectorError({
    kind: 'transient',
    code: 'shop/position_refused',
    message: `The place in the ${what} where an earlier read stopped is not known any more.`,
    hint: 'Run the read again: it begins that part anew.',
    cause,
  });
}
