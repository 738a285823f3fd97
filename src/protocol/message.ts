import type { ConnectorError } from '../errors.ts';
import type { JsonObject } from '../json.ts';

/** What a read has to say, before a protocol gives it a form. Records come before the checkpoint that covers them. */
export type Message =
  | RecordsMessage
  | CheckpointMessage
  | StatusMessage
  | EstimateMessage
  | GenerationMessage
  | FlushMessage
  | LogMessage
  | FailureMessage;

export interface RecordsMessage {
  readonly type: 'records';
  readonly stream: string;
  readonly records: readonly MessageRecord[];
}

export interface MessageRecord {
  readonly data: JsonObject;
  /** Values that are null because they could not be had, or other than in the shop. */
  readonly changes: readonly RecordChange[];
  /** Set when the row is gone from the source: then `data` holds its key and its cursor. UTC. */
  readonly deletedAt?: string;
}

export interface RecordChange {
  readonly column: string;
  /** A sentence, without the value. */
  readonly reason: string;
  /** The value was right in the shop, and no destination could hold it as it is. */
  readonly isLoss?: boolean;
  /** There is a value still, though another one; else it is null. */
  readonly isKept?: boolean;
}

export interface CheckpointMessage {
  readonly type: 'checkpoint';
  readonly stream: string;
  readonly state: JsonObject;
  /** The records of this stream since its last checkpoint. */
  readonly recordCount: number;
}

export interface StatusMessage {
  readonly type: 'status';
  readonly stream: string;
  readonly status: 'started' | 'running' | 'complete' | 'incomplete';
  /** While throttled: when the limits let requests in again, in milliseconds since 1970. */
  readonly rateLimitedUntilMs?: number;
}

export interface EstimateMessage {
  readonly type: 'estimate';
  readonly stream: string;
  readonly rows: number;
}

/**
 * Of a stream that is read as a whole: its records from here on belong to one generation, the same when an interrupted
 * read goes on. When it is whole, what older generations left in the destination is out of date.
 */
export interface GenerationMessage {
  readonly type: 'generation';
  readonly stream: string;
  /** Milliseconds since 1970; a later generation has a greater number. */
  readonly generation: number;
  readonly isWhole: boolean;
}

/** Whoever writes must have handed on all that came before, before asking for the next message. */
export interface FlushMessage {
  readonly type: 'flush';
}

export interface LogMessage {
  readonly type: 'log';
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
}

export interface FailureMessage {
  readonly type: 'failure';
  readonly stream: string | undefined;
  readonly error: ConnectorError;
}

/** The streams of a catalog as a protocol offers them to its user. */
export interface OfferedStream {
  readonly name: string;
  readonly jsonSchema: JsonObject;
  readonly key: readonly string[];
  readonly cursor: string;
  /** Whether rows that are gone from the source are told. */
  readonly tellsDeletions: boolean;
  /** Whether every read brings the whole of it. */
  readonly isSnapshot: boolean;
}

/** A stream as the user wants it read. */
export interface WantedStream {
  readonly name: string;
  readonly mode: 'full_refresh' | 'incremental';
  /** The columns to read; undefined: all. */
  readonly columns: ReadonlySet<string> | undefined;
  /** The user says of each column whether to read it: one that is left out is meant to be. */
  readonly choosesColumns?: boolean;
  /** Whether the user's choice of columns leaves room for what marks a row as deleted. */
  readonly wantsDeletions: boolean;
}
