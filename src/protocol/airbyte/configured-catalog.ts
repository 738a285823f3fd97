import { ConnectorError } from '../../errors.ts';
import { isObject } from '../../json.ts';
import type { WantedStream } from '../message.ts';
import { DELETED_AT } from './messages.ts';

/** Reads a ConfiguredAirbyteCatalog. Properties that a stream's `json_schema` lacks are columns that the user deselected. */
export function parseConfiguredCatalog(value: unknown): readonly WantedStream[] {
  if (!isObject(value) || !Array.isArray(value.streams)) {
    throw malformed('it has no list "streams"');
  }
  const wanted = value.streams.map((entry: unknown, index) => parseEntry(entry, index));
  const names = wanted.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw malformed(`it names the stream "${twice}" twice`);
  return wanted;
}

function parseEntry(entry: unknown, index: number): WantedStream {
  const where = `streams[${index}]`;
  if (!isObject(entry) || !isObject(entry.stream)) throw malformed(`${where} has no object "stream"`);
  const { stream, sync_mode: mode } = entry;
  const name = stream.name;
  if (typeof name !== 'string') throw malformed(`${where}.stream has no "name"`);
  if (mode !== 'full_refresh' && mode !== 'incremental') {
    throw malformed(`${where}.sync_mode must be "full_refresh" or "incremental"`);
  }
  const schema = stream.json_schema;
  const properties = isObject(schema) ? schema.properties : undefined;
  const columns = isObject(properties) ? new Set(Object.keys(properties)) : undefined;
  const chosen = columns === undefined || columns.size === 0 ? undefined : columns;
  return { name, mode, columns: chosen, wantsDeletions: chosen?.has(DELETED_AT) ?? true };
}

function malformed(what: string): ConnectorError {
  return new ConnectorError({
    kind: 'config',
    code: 'airbyte/configured_catalog',
    message: `The configured catalog is not one: ${what}.`,
    hint: 'Give with --catalog a ConfiguredAirbyteCatalog, made from what discover prints.',
  });
}
