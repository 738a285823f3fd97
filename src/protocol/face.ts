import { type ConnectorError, sentence } from '../errors.ts';
import { airbyteLines, errorLine, logLine } from './airbyte/messages.ts';
import type { LogMessage, OfferedStream, WantedStream } from './message.ts';
import type { Speaker, Spoken } from './speaker.ts';

/** One request to the API, as far as a protocol reports it. */
export interface ReportedRequest {
  readonly what: string;
  readonly durationMs: number;
  /** Of the HTTP answer; undefined where none came. */
  readonly status: number | undefined;
  readonly error: ConnectorError | undefined;
}

/** How a process speaks to the one who started it. */
export interface Face {
  /** The command's name, before its errors. */
  readonly name: string;
  /** Whether stdout is for messages of a protocol, or for people. */
  readonly isProtocol: boolean;
  readonly log: (entry: Pick<LogMessage, 'level' | 'message'>) => Spoken;
  /** What is said of each request to the API, where that is wanted. */
  readonly exchanged?: (request: ReportedRequest) => Spoken;
  /** What ends the command. */
  readonly failure: (error: ConnectorError, nowMs: number) => Spoken;
}

/** A face that can bring the messages of a read. */
export interface ReadingFace extends Face {
  readonly speaker: (input: SpeakerInput) => Speaker;
}

export interface SpeakerInput {
  /** The streams of the mapping. */
  readonly streams: readonly OfferedStream[];
  /** Those that are read. */
  readonly wanted: readonly WantedStream[];
  /** The states that the read began with, by stream. */
  readonly states: ReadonlyMap<string, unknown>;
}

export const airbyteFace = Object.freeze<ReadingFace>({
  name: 'source-centra',
  isProtocol: true,
  log: (entry) => ({ out: logLine(entry), err: '' }),
  failure: (error, nowMs) => ({
    out: errorLine(error, error.stream, nowMs),
    err: `source-centra: ${sentence(error)}\n`,
  }),
  speaker: () => (message, nowMs) => ({
    out: airbyteLines(message, nowMs),
    err: message.type === 'failure' ? `source-centra: ${sentence(message.error)}\n` : '',
  }),
});
