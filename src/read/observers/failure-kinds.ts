import type { ErrorKind } from '../../errors.ts';
import type { Observer } from './observer.ts';

export interface FailureKinds extends Observer {
  /** Of the failures so far. */
  readonly found: ReadonlySet<ErrorKind>;
}

/** Collects of what kinds the failures of a run are. */
export function failureKinds(): FailureKinds {
  const found = new Set<ErrorKind>();
  return Object.freeze({
    found,
    take: (message) => {
      if (message.type === 'failure') found.add(message.error.kind);
    },
  } satisfies FailureKinds);
}
