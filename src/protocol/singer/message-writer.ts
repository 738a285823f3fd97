import { ConnectorError, sentence } from '../../errors.ts';
import { isObject, type JsonObject } from '../../json.ts';
import { createLosses, type Losses } from '../lossless.ts';
import type {
  CheckpointMessage,
  GenerationMessage,
  LogMessage,
  Message,
  OfferedStream,
  RecordsMessage,
  StatusMessage,
  WantedStream,
} from '../message.ts';
import type { MessageWriter, Written } from '../writer.ts';
import { DELETED_AT, singerSchema } from './columns.ts';
import { metricLine } from './metrics.ts';
import { bookmarkOf } from './state.ts';

interface SingerRun {
  readonly streams: readonly OfferedStream[];
  readonly wanted: readonly WantedStream[];
  /** The states that the read began with, by stream. */
  readonly bookmarks: ReadonlyMap<string, unknown>;
}

/** What is known of one stream while it is read. */
interface Telling {
  readonly schemaLine: string;
  readonly marksDeletions: boolean;
  hasSchema: boolean;
  version: number | undefined;
  startedMs: number | undefined;
  /** Records since the last count. */
  uncounted: number;
  hasCount: boolean;
}

const levels = Object.freeze({ debug: 'DEBUG', info: 'INFO', warn: 'WARNING', error: 'ERROR' } as const);

const silence: Written = Object.freeze({ out: '', err: '' });

/** Gives the messages of one read the form of Singer: messages on stdout, logs and metrics on stderr. */
export function singerMessageWriter({ streams, wanted, bookmarks }: SingerRun): MessageWriter {
  const tellings = new Map(
    wanted.flatMap((stream) => {
      const offered = streams.find(({ name }) => name === stream.name);
      return offered === undefined ? [] : [[stream.name, tellingOf(stream, offered)] as const];
    }),
  );
  const losses = createLosses();
  // As text: a STATE holds every stream's, and few of them change between two.
  const states = new Map(
    [...bookmarks].flatMap(([stream, state]) =>
      isObject(state) ? [[stream, bookmarkEntry(stream, state as JsonObject)]] : [],
    ),
  );
  const tellingFor = (stream: string): Telling => {
    const telling = tellings.get(stream);
    if (telling === undefined) throw unknownStream(stream);
    return telling;
  };
  return (message: Message, nowMs: number): Written => {
    switch (message.type) {
      case 'records':
        return {
          out: recordLines(tellingFor(message.stream), message, nowMs, losses),
          err: logLines(losses.news()),
        };
      case 'checkpoint':
        states.set(message.stream, bookmarkEntry(message.stream, message.state));
        return stateLine(states, tellingFor(message.stream), message);
      case 'generation':
        return { out: generationLine(tellingFor(message.stream), message), err: '' };
      case 'status':
        return statusLines(tellings.get(message.stream), message, nowMs, losses);
      case 'flush':
        return silence;
      case 'log':
        return singerLog(message);
      case 'failure':
        return singerFailure(message.error);
      case 'estimate':
        return singerLog({
          level: 'info',
          message: `${message.stream}: about ${message.rows} rows are to be read.`,
        });
    }
  };
}

/** What a tap logs, in the form of singer-python's logger. */
export function singerLog({ level, message }: Pick<LogMessage, 'level' | 'message'>): Written {
  return { out: '', err: logLine(levels[level], message) };
}

export function singerFailure(error: ConnectorError): Written {
  return { out: '', err: logLine('CRITICAL', sentence(error)) };
}

function logLines(entries: readonly Pick<LogMessage, 'level' | 'message'>[]): string {
  return entries.map((entry) => singerLog(entry).err).join('');
}

/** An entry is one line: those who watch a tap read its log line by line. */
function logLine(level: string, message: string): string {
  return `${level} ${message.trim().replaceAll(/\s*\n\s*/g, ' ')}\n`;
}

function tellingOf(wanted: WantedStream, offered: OfferedStream): Telling {
  const marksDeletions = offered.tellsDeletions && wanted.wantsDeletions;
  const automatic = new Set([...offered.key, offered.cursor]);
  const isWanted = (column: string) =>
    column === DELETED_AT ? marksDeletions : automatic.has(column) || (wanted.columns?.has(column) ?? true);
  const isIncremental = wanted.mode === 'incremental' && !offered.isSnapshot;
  return {
    marksDeletions,
    schemaLine: line({
      type: 'SCHEMA',
      stream: offered.name,
      schema: singerSchema(offered, isWanted),
      key_properties: offered.key,
      ...(isIncremental ? { bookmark_properties: [offered.cursor] } : {}),
    }),
    hasSchema: false,
    version: undefined,
    startedMs: undefined,
    uncounted: 0,
    hasCount: false,
  };
}

/** Written by hand rather than through one large object: this is the hot path of a read. */
function recordLines(
  telling: Telling,
  { stream, records }: RecordsMessage,
  nowMs: number,
  losses: Losses,
): string {
  const head = `{"type":"RECORD","stream":${JSON.stringify(stream)},"record":`;
  const version = telling.version === undefined ? '' : `,"version":${telling.version}`;
  const tail = `${version},"time_extracted":"${timeExtracted(nowMs)}"}\n`;
  let lines = schemaOnce(telling);
  for (const { data, changes, deletedAt } of records) {
    const record = losses.row(stream, data, changes).json;
    lines += telling.marksDeletions
      ? `${head}${record.slice(0, -1)}${deletedColumn(record, deletedAt)}}${tail}`
      : `${head}${record}${tail}`;
  }
  telling.uncounted += records.length;
  return lines;
}

/** Also null is written: of a row that came back, a target that sets only the columns it is given would keep the mark. */
function deletedColumn(record: string, deletedAt: string | undefined): string {
  const comma = record === '{}' ? '' : ',';
  return `${comma}"${DELETED_AT}":${deletedAt === undefined ? 'null' : JSON.stringify(deletedAt)}`;
}

/** With an offset in digits: Python before 3.11, on which targets run, does not read a Z. */
function timeExtracted(nowMs: number): string {
  return new Date(nowMs).toISOString().replace('Z', '+00:00');
}

function schemaOnce(telling: Telling): string {
  if (telling.hasSchema) return '';
  telling.hasSchema = true;
  return telling.schemaLine;
}

function generationLine(telling: Telling, { stream, generation, isWhole }: GenerationMessage): string {
  telling.version = generation;
  const schema = schemaOnce(telling);
  return isWhole ? `${schema}${line({ type: 'ACTIVATE_VERSION', stream, version: generation })}` : schema;
}

function bookmarkEntry(stream: string, state: JsonObject): string {
  return `${JSON.stringify(stream)}:${JSON.stringify(bookmarkOf(state))}`;
}

function stateLine(
  states: ReadonlyMap<string, string>,
  telling: Telling,
  { stream }: CheckpointMessage,
): Written {
  const out = `{"type":"STATE","value":{"bookmarks":{${[...states.values()].join(',')}}}}\n`;
  return { out: schemaOnce(telling) + out, err: countLine(telling, stream) };
}

function countLine(telling: Telling, stream: string): string {
  const { uncounted } = telling;
  if (uncounted === 0) return '';
  telling.uncounted = 0;
  telling.hasCount = true;
  return recordCount(stream, uncounted);
}

function recordCount(stream: string, value: number): string {
  return metricLine({ type: 'counter', metric: 'record_count', value, tags: { stream } });
}

function statusLines(
  telling: Telling | undefined,
  { stream, status }: StatusMessage,
  nowMs: number,
  losses: Losses,
): Written {
  // A stream that could not be read at all is told about by its failure.
  if (telling === undefined) return silence;
  telling.startedMs ??= nowMs;
  if (status === 'started') return { out: schemaOnce(telling), err: '' };
  if (status === 'running') return silence;
  const rest = countLine(telling, stream);
  // A stream without a row says so too, so that nobody has to take silence for zero.
  const counts = telling.hasCount ? rest : recordCount(stream, 0);
  const value = (nowMs - telling.startedMs) / 1000;
  const tags = { stream, status: status === 'complete' ? 'succeeded' : 'failed' };
  const lost = logLines(losses.totals(stream));
  return {
    out: '',
    err: lost + counts + metricLine({ type: 'timer', metric: 'sync_duration', value, tags }),
  };
}

function line(message: object): string {
  return `${JSON.stringify(message)}\n`;
}

function unknownStream(stream: string): ConnectorError {
  return new ConnectorError({
    kind: 'bug',
    code: 'singer/unknown_stream',
    message: `The stream "${stream}" is read, but was not offered.`,
    hint: 'Report this with the version that you use.',
    stream,
  });
}
