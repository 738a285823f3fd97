/** What happens where a value of a column will not convert. */
export type OnError = 'null' | 'fail' | 'quarantine';

/** A column as its steps know it while rows are made: whom to name when a value refuses. */
export interface Slot {
  readonly stream: string;
  /** Nested columns with dots. */
  readonly column: string;
  readonly onError: OnError;
}

/** The row that is being made. */
export interface Scope {
  /** The objects that the row lies in, the root first: what `^` climbs. */
  readonly stack: unknown[];
  /** For each of them but the root: which element of its list it is, from 1. */
  readonly positions: number[];
  /** When the snapshot began, in UTC. */
  readonly snapshotAt: () => string;
  /** Notes that a value could not be had, and gives the null that stands for it. */
  readonly refuse: (slot: Slot, reason: string, isLoss?: boolean) => null;
  /** Notes that a value is not quite the one in the shop. */
  readonly alter: (slot: Slot, reason: string) => void;
}

/** One step of a column: a value in, a value out. */
export type Step = (value: unknown, scope: Scope) => unknown;

export type Read = (scope: Scope) => unknown;
