import type { ConnectorError } from '../errors.ts';
import type { LogMessage, Message, OfferedStream, WantedStream } from './message.ts';

/** What a protocol makes of one message, each line with its line break. */
export interface Written {
  /** For stdout: nothing but messages of the protocol. */
  readonly out: string;
  /** For stderr, where the protocol wants logs and metrics there. */
  readonly err: string;
}

/** Gives the messages of one run the form of a protocol. `nowMs` stamps them. */
export type MessageWriter = (message: Message, nowMs: number) => Written;

/** One request to the API, as far as a protocol reports it. */
export interface ReportedRequest {
  readonly what: string;
  readonly durationMs: number;
  /** Of the HTTP answer; undefined where none came. */
  readonly status: number | undefined;
  readonly error: ConnectorError | undefined;
}

/** Gives what a command says the form that whoever started it reads. */
export interface Writer {
  /** The command's name, before its errors. */
  readonly name: string;
  /** Whether stdout is for messages of a protocol, or for people. */
  readonly isProtocol: boolean;
  readonly log: (entry: Pick<LogMessage, 'level' | 'message'>) => Written;
  /** What is said of each request to the API, where that is wanted. */
  readonly exchanged?: (request: ReportedRequest) => Written;
  /** What ends the command. */
  readonly failure: (error: ConnectorError, nowMs: number) => Written;
}

/** A writer that can bring the messages of a read. */
export interface ProtocolWriter extends Writer {
  readonly messageWriter: (input: WriterInput) => MessageWriter;
}

export interface WriterInput {
  /** The streams of the catalog. */
  readonly streams: readonly OfferedStream[];
  /** Those that are read. */
  readonly wanted: readonly WantedStream[];
  /** The states that the read began with, by stream. */
  readonly states: ReadonlyMap<string, unknown>;
  /** Those that begin anew and take the place of what was written. */
  readonly refreshed?: ReadonlySet<string>;
}
