import { type Ended, type StartOptions, start } from './running.ts';

/** One line of a tap. */
export interface SingerMessage {
  readonly type: 'SCHEMA' | 'RECORD' | 'STATE' | 'ACTIVATE_VERSION';
  readonly stream: string;
  readonly record: Readonly<Record<string, unknown>>;
  readonly version?: number;
  readonly value: unknown;
  readonly schema: { readonly properties: Readonly<Record<string, unknown>> };
  readonly key_properties: readonly string[];
  readonly bookmark_properties?: readonly string[];
}

export interface TapOptions extends Omit<StartOptions, 'program'> {
  /** At so many lines: stops it, or stops to read it. */
  readonly atLines?: { readonly lines: number; readonly end: NodeJS.Signals | 'closed pipe' };
}

export interface TapOutcome extends Ended {
  readonly messages: readonly SingerMessage[];
}

/** Runs the real `tap-centra`. What it was cut off in the middle of is left out. */
export async function tapCentra(args: readonly string[], options: TapOptions = {}): Promise<TapOutcome> {
  const { atLines, ...more } = options;
  const { child, ended, said } = start(args, { ...more, program: 'tap-centra' });
  if (atLines !== undefined) {
    const { lines, end } = atLines;
    const look = () => {
      if (said.stdout.split('\n').length <= lines) return;
      child.stdout.off('data', look);
      if (end === 'closed pipe') child.stdout.destroy();
      else child.kill(end);
    };
    child.stdout.on('data', look);
  }
  const outcome = await ended;
  const isMessages = outcome.stdout.startsWith('{"type"');
  const lines = isMessages ? outcome.stdout.split('\n').slice(0, -1) : [];
  return { ...outcome, messages: lines.map((line) => JSON.parse(line) as SingerMessage) };
}

export function recordsIn({ messages }: TapOutcome, stream: string): readonly SingerMessage[] {
  return messages.filter((message) => message.type === 'RECORD' && message.stream === stream);
}

export function lastStateIn({ messages }: TapOutcome): unknown {
  return messages.findLast(({ type }) => type === 'STATE')?.value;
}

interface Metadata {
  readonly breadcrumb: readonly string[];
  metadata: Readonly<Record<string, unknown>>;
}

export interface SingerCatalog {
  readonly streams: readonly { readonly tap_stream_id: string; readonly metadata: readonly Metadata[] }[];
}

/** Sets metadata of streams by their name, and of columns by `stream.column`. */
export function withMetadata(
  catalog: SingerCatalog,
  about: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): SingerCatalog {
  const chosen = structuredClone(catalog);
  for (const { tap_stream_id: stream, metadata } of chosen.streams) {
    for (const item of metadata) {
      const name = [stream, ...item.breadcrumb.slice(1)].join('.');
      item.metadata = { ...item.metadata, ...about[name] };
    }
  }
  return chosen;
}

export function deselected(catalog: SingerCatalog, names: readonly string[]): SingerCatalog {
  return withMetadata(catalog, Object.fromEntries(names.map((name) => [name, { selected: false }])));
}

/** Of the streams these alone. */
export function onlyStreams(catalog: SingerCatalog, names: readonly string[]): SingerCatalog {
  const others = catalog.streams
    .map(({ tap_stream_id: name }) => name)
    .filter((name) => !names.includes(name));
  return deselected(catalog, others);
}
