import type { Message } from './message.ts';

/** What a protocol makes of one message, each line with its line break. */
export interface Spoken {
  /** For stdout: nothing but messages of the protocol. */
  readonly out: string;
  /** For stderr, where the protocol wants logs and metrics there. */
  readonly err: string;
}

/** Gives the messages of one run the form of a protocol. `nowMs` stamps them. */
export type Speaker = (message: Message, nowMs: number) => Spoken;
