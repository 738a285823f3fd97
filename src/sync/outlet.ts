import type { LogMessage, Message } from '../protocol/message.ts';

/** Where everything in a run says what it has to say, and what was said of the streams so far. */
export interface Outlet {
  /** Hands messages on, and waits while the one who writes them is slower. */
  readonly push: (messages: readonly Message[]) => Promise<void>;
  /** Resolves when all that was pushed has been written. */
  readonly written: () => Promise<void>;
  readonly log: (level: LogMessage['level'], message: string) => void;
  /** The streams whose beginning was told. */
  readonly started: Set<string>;
  /** The streams under way, for those who must be told about a wait. */
  readonly running: Set<string>;
}
