import type { ConnectorError } from '../errors.ts';
import type { Retry } from './answer.ts';

/** Requests of one query that failed in a row. */
export interface Failures {
  readonly count: number;
  /** Since the first of them was over. */
  readonly lastedMs: number;
}

export interface PatienceOptions {
  readonly patienceMs: number;
  /** Endpoint and token have worked before. */
  readonly isKnown: boolean;
  /** Before the first answer too, an outage is waited out. */
  readonly waitsAtStart: boolean;
  /** The caller can ask for less. */
  readonly canNarrow: boolean;
}

/** Before the API has answered once, the endpoint is more likely wrong than down: give up early, so that a person sees it. */
const PATIENCE_BEFORE_FIRST_ANSWER_MS = 5_000;
/** Then the query, or the token, is blamed. */
const BRIEF_TRIES = 3;

/** Whether another try may follow in `delayMs`. */
export function mayTryAgain(
  error: ConnectorError,
  retry: Retry,
  failures: Failures,
  delayMs: number,
  options: PatienceOptions,
): boolean {
  const { patienceMs, isKnown, waitsAtStart, canNarrow } = options;
  if (retry === 'never') return false;
  if (retry === 'if known to be good' && !isKnown) return false;
  if (error.kind === 'auth' || retry === 'briefly') {
    if (failures.count >= BRIEF_TRIES) return false;
  }
  if (canNarrow && mayBeNarrowed(error)) return error.code !== 'centra/too_slow' && failures.count < 2;
  const limitMs =
    isKnown || waitsAtStart ? patienceMs : Math.min(patienceMs, PATIENCE_BEFORE_FIRST_ANSWER_MS);
  return failures.lastedMs + delayMs <= limitMs;
}

/** Fewer rows may help, or all rows but one. */
function mayBeNarrowed({ isTooMuch, path }: ConnectorError): boolean {
  return isTooMuch || (path?.some((part) => typeof part === 'number') ?? false);
}
