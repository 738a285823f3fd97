import type { Output } from './output.ts';

/** What every command gets beside its own arguments. */
export interface Surroundings {
  readonly output: Output;
  /** Aborted by SIGTERM and SIGINT. */
  readonly signal: AbortSignal;
  readonly version: string;
  readonly isDebug: boolean;
  /** Whether stdout is for messages of a protocol, or for people. */
  readonly isProtocolRun: boolean;
}
