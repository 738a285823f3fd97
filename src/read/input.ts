import { didYouMean } from '../catalog/language/near-match.ts';
import { badArgument } from '../console/bad-argument.ts';
import { ConnectorError } from '../errors.ts';
import { parseMoment } from '../given-time.ts';
import { parseJson } from '../json.ts';
import { parseConfiguredCatalog } from '../protocol/airbyte/configured-catalog.ts';
import { parseAirbyteState } from '../protocol/airbyte/state.ts';
import type { WantedStream } from '../protocol/message.ts';
import type { Slice } from '../sync/plan.ts';
import { readTextFile, whyNotRead } from '../text-file.ts';
import { toUtcSecond } from '../time.ts';
import { refuseMistaken } from './mistaken-file.ts';

export interface ReadArguments {
  readonly catalog?: string | undefined;
  readonly state?: string | undefined;
  readonly only?: readonly string[] | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Empty: all that are read. */
  readonly fullRefresh?: readonly string[] | undefined;
}

export interface ReadInput {
  /** Undefined: all streams of the catalog. */
  readonly wanted: readonly WantedStream[] | undefined;
  /** Those of them that were named by hand: a name that is not there is a slip, and not a schema that has changed. */
  readonly only?: readonly string[] | undefined;
  readonly states: ReadonlyMap<string, unknown>;
  readonly slice: Slice | undefined;
  /** Streams that are read from the beginning, whatever their states say; empty: all of them. */
  readonly fullRefresh?: readonly string[] | undefined;
}

/** What a read is asked for, from its arguments and the files that they name. */
export async function readInput(args: ReadArguments, nowMs: number): Promise<ReadInput> {
  const slice = sliceOf(args, nowMs);
  const states =
    args.state === undefined
      ? new Map<string, unknown>()
      : parseAirbyteState(parseStateFile(await readText(args.state, 'the state'), args.state));
  return { wanted: await wantedStreams(args), only: args.only, states, slice, fullRefresh: args.fullRefresh };
}

async function wantedStreams({ catalog, only }: ReadArguments): Promise<readonly WantedStream[] | undefined> {
  if (catalog === undefined) return only && [...new Set(only)].map(wholeStream);
  const text = await readText(catalog, 'the configured catalog');
  refuseMistaken(text, catalog, 'configured catalog');
  const configured = parseConfiguredCatalog(parseJson(text, `the configured catalog ${catalog}`));
  if (only === undefined) return configured;
  const unknown = only.find((name) => configured.every((stream) => stream.name !== name));
  if (unknown !== undefined) {
    throw badArgument(
      `--only names the stream "${unknown}", which the configured catalog does not have.`,
      whatThereIs(unknown, configured),
    );
  }
  return configured.filter(({ name }) => only.includes(name));
}

function whatThereIs(name: string, streams: readonly WantedStream[]): string {
  const names = streams.map((stream) => stream.name);
  const meant = didYouMean(name, names);
  return `${meant === undefined ? '' : `${meant} `}It has ${names.join(', ')}.`;
}

/** All columns of a stream, and what changed since its state. */
export function wholeStream(name: string): WantedStream {
  return { name, mode: 'incremental', columns: undefined, wantsDeletions: true };
}

function sliceOf({ from, to, state, fullRefresh }: ReadArguments, nowMs: number): Slice | undefined {
  if (from === undefined && to === undefined) return undefined;
  if (from === undefined)
    throw badArgument('--to needs a beginning.', 'Add --from, such as --from 2026-01-01.');
  if (state !== undefined) {
    throw badArgument(
      'A slice is read beside the state, not from it.',
      'Leave out --state, or --from and --to.',
    );
  }
  if (fullRefresh !== undefined) {
    throw badArgument('A slice is not a full refresh.', 'Leave out --full-refresh, or --from and --to.');
  }
  const slice = {
    from: momentOf('from', from),
    to: to === undefined ? toUtcSecond(nowMs) : momentOf('to', to),
  };
  if (slice.from <= slice.to) return slice;
  throw badArgument('The slice ends before it begins.', 'Give a --from that lies before --to.');
}

/** A date means its midnight in UTC. */
function momentOf(name: string, text: string): string {
  const given = parseMoment(text);
  if ('value' in given) return given.value;
  throw badArgument(`--${name} ${given.fault}: ${text}.`, given.hint);
}

/** The text of a file that an argument names; `what` it holds, for the error. */
export async function readText(path: string, what: string): Promise<string> {
  return readTextFile(path).catch((cause: unknown) => {
    throw new ConnectorError({
      kind: 'config',
      code: 'cli/unreadable_file',
      message: `The file ${path} with ${what} ${whyNotRead(cause)}.`,
      hint: 'Give the path of a readable file.',
      cause,
    });
  });
}

/** A JSON document, or the STATE lines of an earlier read as they were printed, one a line. */
function parseStateFile(text: string, path: string): unknown {
  const what = `the state file ${path}`;
  refuseMistaken(text, path, 'Airbyte state');
  if (text.trim() === '') return undefined;
  const lines = text.trim().split('\n');
  const isOneMessageALine = lines.length > 1 && lines.every((line) => /^\{.*\}\s*$/.test(line));
  return isOneMessageALine ? lines.map((line) => parseJson(line, what)) : parseJson(text, what);
}
