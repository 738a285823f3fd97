import type { Place } from '../language/source-node.ts';

/** Why a path cannot be followed. */
export interface StepFault {
  readonly code: string;
  readonly place: Place;
  readonly message: string;
  readonly hint?: string;
  /** Set where only the schema lacks something, which another version of it may have: `ReturnLine.reason`. */
  readonly lacks?: string;
  /** Set where only kinds of objects have it that the stream leaves out: `WholesaleOrder.account`. */
  readonly otherKind?: string;
}

export function isStepFault(value: object): value is StepFault {
  return 'code' in value && 'place' in value;
}
