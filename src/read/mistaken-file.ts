import { ConnectorError } from '../errors.ts';
import { isObject } from '../json.ts';

/** The files that go in and out of the two protocols, and are easily taken for each other. */
type FileKind =
  | 'configuration'
  | 'tenant catalog'
  | 'discovered'
  | 'output'
  | 'configured catalog'
  | 'Airbyte state'
  | 'Singer catalog'
  | 'Singer state'
  | 'Singer states';

const inWords: Readonly<Record<FileKind, string>> = Object.freeze({
  configuration: 'a configuration',
  'tenant catalog': 'a tenant catalog',
  discovered: 'what discover printed',
  output: 'the output of a read',
  'configured catalog': 'a configured catalog of Airbyte',
  'Airbyte state': 'a state in the protocol of Airbyte',
  'Singer catalog': 'a catalog of Singer',
  'Singer state': 'a state of Singer',
  'Singer states': 'a list of states, one a line, of which the last counts',
});

export type WantedKind = Extract<
  FileKind,
  'configured catalog' | 'Airbyte state' | 'Singer catalog' | 'Singer state'
>;

const hints: Readonly<Record<WantedKind, string>> = Object.freeze({
  'configured catalog':
    'README shows how a configured catalog is made from what discover prints, under "A first real read"; or name streams with --only instead.',
  'Airbyte state': `Give the STATE lines that the last read printed: grep '"type":"STATE"' first.jsonl > state.jsonl.`,
  'Singer catalog': 'Give what tap-centra --discover printed, or leave --catalog out to read every stream.',
  'Singer state': 'Give the last line alone that the target printed: tail -n 1 states.jsonl > state.json.',
});

/** Says so where a file is another one of ours than an argument wants; what is none of ours is left to whoever parses it. */
export function refuseMistaken(text: string, path: string, wanted: WantedKind): void {
  const kind = kindOf(text);
  if (kind === undefined || kind === wanted) return;
  throw new ConnectorError({
    kind: 'config',
    code: 'cli/mistaken_file',
    message: `The file ${path} is ${inWords[kind]}, and not ${wanted === 'configured catalog' ? 'a configured catalog' : inWords[wanted]}.`,
    hint: hints[wanted],
  });
}

/** More lines are not looked at: an output can be long. */
const MOST_LINES = 200;

function kindOf(text: string): FileKind | undefined {
  const whole = parsed(text);
  if (whole !== undefined) return kindOfValue(whole);
  const lines = text.trim().split('\n', MOST_LINES);
  const values = lines.map(parsed);
  if (!values.every(isObject))
    return /^(version|streams|extends):/m.test(text) ? 'tenant catalog' : undefined;
  const kinds = values.map(kindOfValue);
  if (kinds.includes('discovered')) return 'discovered';
  if (kinds.includes('output')) return 'output';
  if (kinds.every((kind) => kind === 'Singer state')) return 'Singer states';
  return kinds.every((kind) => kind === 'Airbyte state') ? 'Airbyte state' : undefined;
}

function kindOfValue(value: unknown): FileKind | undefined {
  if (Array.isArray(value))
    return value.length > 0 && value.every((one) => kindOfValue(one) === 'Airbyte state')
      ? 'Airbyte state'
      : undefined;
  if (!isObject(value)) return undefined;
  if (value.type === 'CATALOG') return 'discovered';
  if (['RECORD', 'LOG', 'TRACE', 'SCHEMA'].includes(String(value.type))) return 'output';
  if (value.type === 'STREAM' || (value.type === 'STATE' && 'state' in value)) return 'Airbyte state';
  if ('bookmarks' in value || 'singer_state' in value || value.type === 'STATE') return 'Singer state';
  if ('api_token' in value || 'endpoint' in value) return 'configuration';
  const [stream] = Array.isArray(value.streams) ? value.streams : [];
  if (!isObject(stream)) return undefined;
  if ('tap_stream_id' in stream) return 'Singer catalog';
  return 'stream' in stream && 'sync_mode' in stream ? 'configured catalog' : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
