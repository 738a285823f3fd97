import type { CompiledStream } from '../catalog/compile/compiled.ts';
import { loadConfiguration } from '../config/load.ts';
import type { Surroundings } from '../console/command-context.ts';
import { BAD_INPUT, SUCCESS, worstOf } from '../console/exit-code.ts';
import { type Log, loggingObserver } from '../console/log.ts';
import { ConnectorError, type ErrorKind, sentence } from '../errors.ts';
import type { WantedStream } from '../protocol/message.ts';
import { readInput } from '../read/input.ts';
import { compileMapping, type Mapping } from '../read/mapping.ts';
import { openConfiguration } from '../read/open-configuration.ts';
import { findSchemas, openShop, type Schemas } from '../read/shop.ts';
import { stateReader } from '../sync/state.ts';
import { textParts, whyNotRead } from '../text-file.ts';
import { coverageOf } from '../verify/coverage.ts';
import { parseEmitted } from '../verify/emitted.ts';
import { StreamFold } from '../verify/fold.ts';
import { groupMembers, type Member, statusFieldsOf } from '../verify/group.ts';
import type { StreamReport } from '../verify/report.ts';
import { differingColumns, keyOf, type RowData, rowView } from '../verify/row-view.ts';
import type { StreamComparison } from '../verify/stream-comparison.ts';
import { type VerifyOptions, verifyGroup } from '../verify/verify-group.ts';
import { type NotCompared, type VerifyResult, verifyText } from './verify-table.ts';

/** The shop and the output are not the same. */
const DIFFERENT = 1;

export interface VerifyArguments {
  readonly config: string;
  readonly catalog: string;
  readonly output: readonly string[];
  readonly state?: string | undefined;
  readonly sample: number;
  readonly ids: number;
  readonly all: boolean;
  readonly json: boolean;
}

/** Compares the shop with what reads have written. */
export async function verify(args: VerifyArguments, surroundings: Surroundings): Promise<number> {
  const { output, log, signal } = surroundings;
  const { config, catalog, state } = args;
  const configuration = await openConfiguration(() => loadConfiguration(config), surroundings);
  const { wanted = [], states } = await readInput({ catalog, state }, Date.now());
  const shop = openShop(configuration, surroundings, {
    patienceMs: configuration.maxWaitMs,
    observer: loggingObserver(log),
    isPaced: true,
  });
  try {
    const schemas = await findSchemas(shop.client, { tolerated: [], log, signal });
    const mapping = await compileMapping(configuration, schemas, wanted);
    for (const warning of mapping.warnings) log('warn', warning);
    const folded = await foldOutputs(args, comparable(wanted, mapping, args.ids), log);
    const { members, notCompared } = await membersOf(
      folded,
      new Map([...folded.states, ...states]),
      configuration.startDate,
    );
    const compared = await compareAll(members, schemas, {
      client: shop.client,
      schema: schemas.schema,
      signal,
      sample: args.sample,
      named: args.ids,
      random: Math.random,
    });
    const streams = await withColumns(compared, args.output);
    const left = [...notCompared, ...compared.failed];
    const isComplete = left.every((one) => one.is_snapshot);
    const { requests, complexity } = shop.client.usage();
    const result: VerifyResult = {
      isEqual: streams.length > 0 && streams.every(({ isEqual }) => isEqual),
      is_complete: isComplete,
      streams,
      not_compared: left,
      asked: { requests, complexity },
    };
    const host = new URL(configuration.endpoint).host;
    const text = args.json
      ? `${JSON.stringify(result)}\n`
      : verifyText(result, { host, isAll: args.all, holdsAny: folded.holdsAny });
    await output.writeText(text);
    if (streams.some(({ isEqual }) => !isEqual)) return DIFFERENT;
    // A root that the token may not see is in both; what can be done about it decides.
    if (compared.kinds.length > 0) return worstOf(compared.kinds);
    return streams.length > 0 && isComplete ? SUCCESS : BAD_INPUT;
  } finally {
    await shop.close();
  }
}

interface Comparable {
  readonly folds: ReadonlyMap<string, StreamFold>;
  readonly notCompared: readonly NotCompared[];
}

/** The streams whose rows can be told apart by time and object. */
function comparable(wanted: readonly WantedStream[], mapping: Mapping, named: number): Comparable {
  const folds = new Map<string, StreamFold>();
  const notCompared: NotCompared[] = [];
  for (const { name } of wanted) {
    const stream = mapping.streams.find((compiled) => compiled.name === name);
    const view = stream === undefined ? undefined : rowView(stream, statusFieldsOf(stream.root));
    const reason = reasonAgainst(name, stream, view !== undefined, mapping);
    if (view !== undefined && reason === undefined) folds.set(name, new StreamFold(view, named));
    else notCompared.push({ stream: name, reason: reason ?? '', is_snapshot: isSnapshot(stream) });
  }
  return { folds, notCompared };
}

function isSnapshot(stream: CompiledStream | undefined): boolean {
  return stream?.root.change.kind === 'snapshot';
}

function reasonAgainst(
  name: string,
  stream: CompiledStream | undefined,
  hasView: boolean,
  mapping: Mapping,
): string | undefined {
  if (stream === undefined) {
    const unreadable = mapping.unreadable.find((other) => other.stream === name)?.reason;
    return unreadable === undefined
      ? 'The tenant catalog does not have it.'
      : `It cannot be read: ${unreadable}.`;
  }
  if (isSnapshot(stream)) {
    return 'It is a snapshot, read whole each time, and nothing in the shop tells how it was then.';
  }
  if (hasView) return undefined;
  const { id, label } = stream.root;
  return `Its columns do not show the ${id} of the ${label}, by which rows are found again in the shop.`;
}

interface Folded extends Comparable {
  /** The last state of each stream that the outputs hold. */
  readonly states: ReadonlyMap<string, unknown>;
  /** Whether there is a record or a state in them at all. */
  readonly holdsAny: boolean;
}

/** Reads the outputs line by line, in their order. */
async function foldOutputs(args: VerifyArguments, comparables: Comparable, log: Log): Promise<Folded> {
  const states = new Map<string, unknown>();
  let holdsAny = false;
  for (const path of args.output) {
    let broken = 0;
    let whole = 0;
    for await (const line of linesOf(path)) {
      const emitted = parseEmitted(line);
      if (emitted.kind === 'record') comparables.folds.get(emitted.stream)?.put(emitted.data);
      else if (emitted.kind === 'state')
        for (const [stream, state] of emitted.states) states.set(stream, state);
      if (emitted.kind === 'broken') broken += 1;
      else if (line.trim() !== '') whole += 1;
      if (emitted.kind === 'record' || emitted.kind === 'state') holdsAny = true;
    }
    if (broken > 0 && whole === 0) throw noOutput(path);
    if (broken > 0) log('warn', `${path} has lines that are no whole message: ${broken} were passed over.`);
  }
  return { ...comparables, states, holdsAny };
}

function noOutput(path: string): ConnectorError {
  return new ConnectorError({
    kind: 'config',
    code: 'verify/no_output',
    message: `The file ${path} is no output of a read: no line of it is a message of the protocol.`,
    hint: 'Give with --output what a read printed on stdout.',
  });
}

async function* linesOf(path: string): AsyncGenerator<string> {
  let rest = '';
  try {
    for await (const part of textParts(path)) {
      const lines = (rest + part).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch (cause) {
    throw new ConnectorError({
      kind: 'config',
      code: 'cli/unreadable_file',
      message: `The file ${path} with the output ${whyNotRead(cause)}.`,
      hint: 'Give with --output what a read printed on stdout.',
      cause,
    });
  }
  if (rest !== '') yield rest;
}

async function membersOf(
  { folds, notCompared }: Folded,
  states: ReadonlyMap<string, unknown>,
  startDate: string | undefined,
): Promise<{ readonly members: readonly Member[]; readonly notCompared: readonly NotCompared[] }> {
  const readState = await stateReader();
  const members: Member[] = [];
  const without: NotCompared[] = [];
  for (const [stream, fold] of folds) {
    const state = readState(stream, states.get(stream));
    const coverage = state?.kind === 'windows' ? coverageOf(state, startDate) : undefined;
    if (coverage !== undefined) members.push({ fold, coverage });
    else {
      const reason =
        state === undefined
          ? 'No state covers it: neither the output nor --state has one.'
          : 'Its state still owes all of it: let the read end first.';
      without.push({ stream, reason, is_snapshot: false });
    }
  }
  return { members, notCompared: [...notCompared, ...without] };
}

interface Compared {
  readonly reports: readonly StreamReport[];
  readonly comparisons: readonly StreamComparison[];
  readonly failed: readonly NotCompared[];
  readonly kinds: readonly ErrorKind[];
}

/** One root that the token may not see does not keep the others from being compared. */
async function compareAll(
  members: readonly Member[],
  { schema }: Schemas,
  options: VerifyOptions,
): Promise<Compared> {
  const reports: StreamReport[] = [];
  const comparisons: StreamComparison[] = [];
  const failed: NotCompared[] = [];
  const kinds: ErrorKind[] = [];
  for (const group of groupMembers(members, schema)) {
    try {
      const verified = await verifyGroup(group, options);
      reports.push(...verified.reports);
      comparisons.push(...verified.comparisons);
    } catch (error) {
      const isOfThisRoot =
        error instanceof ConnectorError && ['permission', 'schema', 'mapping'].includes(error.kind);
      if (!isOfThisRoot) throw error;
      kinds.push(error.kind);
      const reason = sentence(error);
      failed.push(
        ...group.members.map(({ fold }) => ({ stream: fold.view.stream.name, reason, is_snapshot: false })),
      );
    }
  }
  return { reports, comparisons, failed, kinds };
}

/** Reads the outputs once more to say in which columns rows differ: while comparing, no row is kept. */
async function withColumns(
  { reports, comparisons }: Compared,
  paths: readonly string[],
): Promise<readonly StreamReport[]> {
  const wanted = new Map(comparisons.map((comparison) => [comparison.fold.view.stream.name, comparison]));
  if (comparisons.every(({ expected }) => expected.size === 0)) return reports;
  const last = new Map<string, Map<string, RowData>>();
  for (const path of paths) {
    for await (const line of linesOf(path)) {
      const emitted = parseEmitted(line);
      if (emitted.kind !== 'record') continue;
      const comparison = wanted.get(emitted.stream);
      if (comparison === undefined) continue;
      const key = keyOf(comparison.fold.view, emitted.data);
      if (!comparison.expected.has(key)) continue;
      const rows = last.get(emitted.stream) ?? new Map<string, RowData>();
      last.set(emitted.stream, rows.set(key, emitted.data));
    }
  }
  return reports.map((report) => {
    const comparison = wanted.get(report.stream);
    const ids = report.differing.ids.map(({ id, columns }) => {
      const expected = comparison?.expected.get(id);
      const emitted = last.get(report.stream)?.get(id);
      return expected === undefined || emitted === undefined || comparison === undefined
        ? { id, columns }
        : { id, columns: differingColumns(comparison.fold.view, expected, emitted) };
    });
    return { ...report, differing: { ...report.differing, ids } };
  });
}
