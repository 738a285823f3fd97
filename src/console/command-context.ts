import type { Writer } from '../protocol/writer.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Log } from './log.ts';
import type { Output } from './output.ts';

/** What every command gets beside its own arguments. */
export interface CommandContext<F extends Writer = Writer> {
  readonly output: Output;
  /** Says what happens on the way, where the writer wants that. */
  readonly log: Log;
  /** Aborted by SIGTERM, SIGINT and SIGHUP. */
  readonly signal: AbortSignal;
  readonly version: string;
  /** What starts this program once more, in a process of its own: the words before the arguments of a command. */
  readonly program: readonly string[];
  readonly isDebug: boolean;
  /** Whether the user wants to hear only of what is wrong. */
  readonly isQuiet: boolean;
  readonly telemetry: Telemetry;
  readonly writer: F;
}
