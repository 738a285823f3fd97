import { type ConnectorError, type ErrorKind, sentence } from '../../errors.ts';
import { isObject, type JsonObject, type JsonValue } from '../../json.ts';
import type { Losses } from '../lossless.ts';
import type {
  CheckpointMessage,
  LogMessage,
  Message,
  OfferedStream,
  RecordChange,
  RecordsMessage,
  StatusMessage,
} from '../message.ts';
import type { AirbyteCatalog, AirbyteMessage } from './airbyte-protocol.generated.ts';

const failureTypes: Readonly<Record<ErrorKind, 'config_error' | 'transient_error' | 'system_error'>> =
  Object.freeze({
    config: 'config_error',
    auth: 'config_error',
    permission: 'config_error',
    schema: 'config_error',
    mapping: 'config_error',
    throttled: 'transient_error',
    transient: 'transient_error',
    bug: 'system_error',
  });

const levels = Object.freeze({ debug: 'DEBUG', info: 'INFO', warn: 'WARN', error: 'ERROR' } as const);

/** By these columns, destinations that keep one row a key know that a row is to be deleted. */
export const DELETED_AT = '_ab_cdc_deleted_at';
const UPDATED_AT = '_ab_cdc_updated_at';

const timestamp = Object.freeze({
  type: ['null', 'string'],
  format: 'date-time',
  airbyte_type: 'timestamp_with_timezone',
});

/** The lines, each with its line break, that a message of the core becomes. `nowMs` stamps them. */
export function airbyteLines(message: Message, nowMs: number, losses: Losses): string {
  switch (message.type) {
    case 'records':
      return recordLines(message, nowMs, losses);
    case 'checkpoint':
      return stateLine(message);
    case 'log':
      return logLine(message);
    case 'generation':
    // The platform counts generations by itself.
    case 'flush':
      return '';
    case 'failure':
      return errorLine(message.error, message.stream, nowMs);
    case 'estimate':
      return line({
        type: 'TRACE',
        trace: {
          type: 'ESTIMATE',
          emitted_at: nowMs,
          estimate: { name: message.stream, type: 'STREAM', row_estimate: message.rows },
        },
      });
    case 'status':
      return (
        lossLines(message, losses) +
        line({
          type: 'TRACE',
          trace: {
            type: 'STREAM_STATUS',
            emitted_at: nowMs,
            stream_status: {
              stream_descriptor: { name: message.stream },
              status: upper(message.status),
              ...(message.rateLimitedUntilMs === undefined
                ? {}
                : {
                    reasons: [
                      // Airbyte's own model takes whole milliseconds.
                      {
                        type: 'RATE_LIMITED',
                        rate_limited: { quota_reset: Math.ceil(message.rateLimitedUntilMs) },
                      },
                    ],
                  }),
            },
          },
        })
      );
  }
}

export function specLine(
  connectionSpecification: Readonly<Record<string, unknown>>,
  documentationUrl: string,
): string {
  const spec = {
    documentationUrl,
    protocol_version: '0.3.2',
    supportsIncremental: true,
    connectionSpecification: { ...connectionSpecification },
  };
  return line({ type: 'SPEC', spec });
}

export function connectionStatusLine(isGood: boolean, message: string): string {
  return line({
    type: 'CONNECTION_STATUS',
    connectionStatus: { status: isGood ? 'SUCCEEDED' : 'FAILED', message },
  });
}

export function catalogLine(streams: readonly OfferedStream[]): string {
  const catalog: AirbyteCatalog = {
    streams: streams.map((stream) => ({
      name: stream.name,
      json_schema: schemaOf(stream),
      supported_sync_modes: ['full_refresh', 'incremental'],
      source_defined_cursor: true,
      default_cursor_field: [stream.cursor],
      source_defined_primary_key: stream.key.map((column) => [column]),
      is_resumable: true,
    })),
  };
  return line({ type: 'CATALOG', catalog });
}

function schemaOf({ jsonSchema, tellsDeletions }: OfferedStream): Record<string, unknown> {
  const schema = withoutDecimals(jsonSchema) as JsonObject;
  return tellsDeletions ? withDeletionColumns(schema) : { ...schema };
}

/** The protocol knows no decimals: to its destinations they are strings, with all of their digits. */
function withoutDecimals(schema: JsonValue): JsonValue {
  if (Array.isArray(schema)) return schema.map(withoutDecimals);
  if (!isObject(schema)) return schema;
  const isDecimal = schema.format === 'x-singer.decimal';
  const words = Object.entries(schema as JsonObject).filter(
    ([word]) => !isDecimal || !['format', 'precision', 'scale'].includes(word),
  );
  return Object.fromEntries(words.map(([word, value]) => [word, withoutDecimals(value)]));
}

function withDeletionColumns(schema: JsonObject): Record<string, unknown> {
  const columns = {
    [DELETED_AT]: { ...timestamp, description: 'When the row was found to be gone from the shop.' },
    [UPDATED_AT]: { ...timestamp, description: 'When that was found.' },
  };
  return { ...schema, properties: { ...(schema.properties as JsonObject), ...columns } };
}

/** Written by hand rather than through one large object: this is the hot path of a read. */
function recordLines({ stream, records }: RecordsMessage, nowMs: number, losses: Losses): string {
  const head = `{"type":"RECORD","record":{"stream":${JSON.stringify(stream)},"emitted_at":${nowMs},"data":`;
  let lines = '';
  for (const { data: row, changes: known, deletedAt } of records) {
    const data = deletedAt === undefined ? row : { ...row, [DELETED_AT]: deletedAt, [UPDATED_AT]: deletedAt };
    const { json, changes } = losses.row(stream, data, known);
    const meta =
      changes.length === 0 ? '' : `,"meta":${JSON.stringify({ changes: changes.map(toMetaChange) })}`;
    lines += `${head}${json}${meta}}}\n`;
  }
  return lines + losses.news().map(logLine).join('');
}

function toMetaChange({ column, isKept }: RecordChange) {
  const change = isKept === true ? 'TRUNCATED' : 'NULLED';
  return { field: column, change, reason: 'SOURCE_SERIALIZATION_ERROR' } as const;
}

/** At a stream's end: what could not be passed on, and how often. */
function lossLines({ stream, status }: StatusMessage, losses: Losses): string {
  if (status !== 'complete' && status !== 'incomplete') return '';
  return losses.totals(stream).map(logLine).join('');
}

/** The protocol wants the count with a decimal point, which JSON.stringify never writes. */
function stateLine({ stream, state, recordCount }: CheckpointMessage): string {
  const streamState = JSON.stringify({ stream_descriptor: { name: stream }, stream_state: state });
  const stats = `{"recordCount":${recordCount.toFixed(1)}}`;
  return `{"type":"STATE","state":{"type":"STREAM","stream":${streamState},"sourceStats":${stats}}}\n`;
}

export function logLine({ level, message }: Pick<LogMessage, 'level' | 'message'>): string {
  return line({ type: 'LOG', log: { level: levels[level], message } });
}

export function errorLine(error: ConnectorError, stream: string | undefined, nowMs: number): string {
  return line({
    type: 'TRACE',
    trace: {
      type: 'ERROR',
      emitted_at: nowMs,
      error: {
        message: sentence(error),
        internal_message: `${error.code}: ${error.message}`,
        failure_type: failureTypes[error.kind],
        ...(stream === undefined ? {} : { stream_descriptor: { name: stream } }),
      },
    },
  });
}

function upper<T extends string>(text: T): Uppercase<T> {
  return text.toUpperCase() as Uppercase<T>;
}

function line(message: AirbyteMessage): string {
  return `${JSON.stringify(message)}\n`;
}
