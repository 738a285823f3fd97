import type { ErrorKind } from '../errors.ts';

export const SUCCESS = 0;
/** A fault of this program. */
const BUG = 1;
/** A catalog command found what CI must stop for: errors, a change that a destination must act on, a failing test. */
export const FINDINGS = 1;
/** Something that its author must mend: configuration, catalogs, state, arguments, mapping. */
export const BAD_INPUT = 2;
/** The token is refused, or lacks a permission. */
const NO_ACCESS = 3;
/** The API or the network; try again later. */
const TRY_LATER = 4;
/** Whoever reads our output has gone. */
export const OUTPUT_CLOSED = 5;
/** As a shell says it of a program whose terminal was closed. */
export const HUNG_UP = 129;
/** As a shell says it of a program that Ctrl-C ended. */
export const INTERRUPTED = 130;
/** As a shell says it of a program that was asked to end. */
export const TERMINATED = 143;

const codes: Readonly<Record<ErrorKind, number>> = Object.freeze({
  bug: BUG,
  config: BAD_INPUT,
  schema: BAD_INPUT,
  mapping: BAD_INPUT,
  auth: NO_ACCESS,
  permission: NO_ACCESS,
  throttled: TRY_LATER,
  transient: TRY_LATER,
});

export function exitCodeOf(kind: ErrorKind): number {
  return codes[kind];
}

/** Of several failures, the one that says most about what to do: bad input before no access before try later. */
export function worstOf(kinds: readonly ErrorKind[]): number {
  return kinds.length === 0 ? SUCCESS : Math.min(...kinds.map(exitCodeOf));
}
