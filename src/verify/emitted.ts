import { isObject } from '../json.ts';
import { parseAirbyteState } from '../protocol/airbyte/state.ts';
import type { RowData } from './row-view.ts';

/** What a line of a read's output says, as far as it matters here. */
export type Emitted =
  | { readonly kind: 'record'; readonly stream: string; readonly data: RowData }
  | { readonly kind: 'state'; readonly states: ReadonlyMap<string, unknown> }
  | { readonly kind: 'other' }
  /** Not a whole message, as the last line of a read that was killed. */
  | { readonly kind: 'broken' };

export function parseEmitted(line: string): Emitted {
  const message = parse(line);
  if (!isObject(message)) return { kind: line.trim() === '' ? 'other' : 'broken' };
  const { type, record } = message;
  if (type === 'RECORD' && isObject(record) && typeof record.stream === 'string' && isObject(record.data))
    return { kind: 'record', stream: record.stream, data: record.data };
  if (type === 'STATE') return { kind: 'state', states: parseAirbyteState(message) };
  return { kind: type === 'RECORD' || typeof type !== 'string' ? 'broken' : 'other' };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
