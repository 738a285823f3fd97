import type { CompiledStream, UnreadableStream } from '../catalog/compile/compiled.ts';
import { ConnectorError, type ErrorKind, sentence } from '../errors.ts';
import type { WantedStream } from '../protocol/message.ts';
import { stateReader } from '../sync/state.ts';
import { textParts, whyNotRead } from '../text-file.ts';
import { coverageOf } from './coverage.ts';
import { parseEmitted } from './emitted.ts';
import { StreamFold } from './fold.ts';
import { groupMembers, type Member, statusFieldsOf, type VerifiedShop } from './group.ts';
import type { StreamReport } from './report.ts';
import { differingColumns, keyOf, type RowData, rowView } from './row-view.ts';
import type { StreamComparison } from './stream-comparison.ts';
import { type VerifyOptions, verifyGroup } from './verify-group.ts';
import type { NotCompared, VerifyResult } from './verify-text.ts';

export interface VerifyInput extends VerifyOptions, VerifiedShop {
  readonly wanted: readonly WantedStream[];
  readonly streams: readonly CompiledStream[];
  readonly unreadable: readonly UnreadableStream[];
  /** The paths of what reads have written, in the order of the reads. */
  readonly outputs: readonly string[];
  /** By stream, where they are not the last ones of the outputs. */
  readonly states: ReadonlyMap<string, unknown>;
  readonly startDate: string | undefined;
  readonly log: (level: 'warn', message: string) => void;
}

export interface Verified {
  readonly result: VerifyResult;
  /** Whether there is a record or a state in the outputs at all. */
  readonly holdsAny: boolean;
  /** Of what kinds the errors are that kept streams from being compared. */
  readonly kinds: readonly ErrorKind[];
}

/** Compares a shop with what reads have written. */
export async function verifyOutputs(input: VerifyInput): Promise<Verified> {
  const { client, outputs, log } = input;
  const folded = await foldOutputs(outputs, comparable(input), log);
  const states = new Map([...folded.states, ...input.states]);
  const { members, notCompared } = await membersOf(folded, states, input.startDate);
  const compared = await compareAll(members, input);
  const streams = await withColumns(compared, outputs);
  const left = [...notCompared, ...compared.failed];
  const { requests, complexity } = client.usage();
  const result: VerifyResult = {
    isEqual: streams.length > 0 && streams.every(({ isEqual }) => isEqual),
    is_complete: left.every((one) => one.is_snapshot),
    streams,
    not_compared: left,
    asked: { requests, complexity },
  };
  const isRefused = input.unreadable.some(
    ({ stream, permission }) => permission !== undefined && input.wanted.some(({ name }) => name === stream),
  );
  const kinds: readonly ErrorKind[] = isRefused ? [...compared.kinds, 'permission'] : compared.kinds;
  return { result, holdsAny: folded.holdsAny, kinds };
}

interface Comparable {
  readonly folds: ReadonlyMap<string, StreamFold>;
  readonly notCompared: readonly NotCompared[];
}

/** The streams whose rows can be told apart by time and object. */
function comparable(input: Pick<VerifyInput, 'wanted' | 'streams' | 'unreadable' | 'named'>): Comparable {
  const folds = new Map<string, StreamFold>();
  const notCompared: NotCompared[] = [];
  for (const { name } of input.wanted) {
    const stream = input.streams.find((compiled) => compiled.name === name);
    const view = stream === undefined ? undefined : rowView(stream, statusFieldsOf(stream.root));
    const reason = reasonAgainst(name, stream, view !== undefined, input.unreadable);
    if (view !== undefined && reason === undefined) folds.set(name, new StreamFold(view, input.named));
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
  unreadable: readonly UnreadableStream[],
): string | undefined {
  if (stream === undefined) {
    const why = unreadable.find((other) => other.stream === name)?.reason;
    return why === undefined ? 'The tenant catalog does not have it.' : `It cannot be read: ${why}`;
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
async function foldOutputs(
  outputs: readonly string[],
  comparables: Comparable,
  log: VerifyInput['log'],
): Promise<Folded> {
  const states = new Map<string, unknown>();
  let holdsAny = false;
  for (const path of outputs) {
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
async function compareAll(members: readonly Member[], input: VerifyInput): Promise<Compared> {
  const reports: StreamReport[] = [];
  const comparisons: StreamComparison[] = [];
  const failed: NotCompared[] = [];
  const kinds: ErrorKind[] = [];
  for (const group of groupMembers(members, input)) {
    try {
      const verified = await verifyGroup(group, input);
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
