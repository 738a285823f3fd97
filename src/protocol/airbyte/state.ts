import { ConnectorError } from '../../errors.ts';
import { isObject } from '../../json.ts';

/**
 * Takes a state as the platform hands it back apart, a stream at a time. What a stream's state holds is checked by those who wrote it.
 * An array of the STATE messages' `state` objects; one of them alone; whole STATE messages; nothing, `{}` or `[]` for none.
 */
export function parseAirbyteState(value: unknown): ReadonlyMap<string, unknown> {
  const states = new Map<string, unknown>();
  for (const entry of entriesOf(value)) {
    const { name, state } = parseEntry(entry);
    states.set(name, state);
  }
  return states;
}

function entriesOf(value: unknown): readonly unknown[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value;
  if (isObject(value)) return Object.keys(value).length === 0 ? [] : [value];
  throw notOurs('it is neither an array nor an object');
}

function parseEntry(entry: unknown): { name: string; state: unknown } {
  const inner = isObject(entry) && entry.type === 'STATE' ? entry.state : entry;
  if (!isObject(inner) || inner.type !== 'STREAM') {
    const type = isObject(inner) && typeof inner.type === 'string' ? ` (this one has ${inner.type})` : '';
    throw notOurs(`every entry must have the type STREAM${type}`);
  }
  const stream = inner.stream;
  const descriptor = isObject(stream) ? stream.stream_descriptor : undefined;
  const name = isObject(descriptor) ? descriptor.name : undefined;
  if (!isObject(stream) || typeof name !== 'string')
    throw notOurs('an entry has no stream_descriptor with a name');
  return { name, state: stream.stream_state };
}

function notOurs(what: string): ConnectorError {
  return new ConnectorError({
    kind: 'config',
    code: 'airbyte/state',
    message: `The state is not one that this connector wrote: ${what}.`,
    hint: 'Give with --state the JSON array of the last STATE objects, or reset the connection to start from the beginning.',
  });
}
