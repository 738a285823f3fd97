import type { CompiledStream } from '../catalog/compile/compiled.ts';
import type { ConnectorError } from '../errors.ts';
import type { WantedStream } from '../protocol/message.ts';
import { addSeconds } from '../time.ts';
import type { Run } from './one-run.ts';
import { compareOrigins, lostColumns } from './origin/compare.ts';
import { originOf } from './origin/origin.ts';
import { refuseOtherShop } from './origin/shop.ts';
import { columnsLost, type StreamChange, tellChanges } from './origin/tell.ts';
import { planStream, type StreamPlan, wasAhead } from './plan.ts';
import type { Origin, StreamState } from './state.generated.ts';
import { stateReader } from './state.ts';
import { hasNoPast, notReadable } from './stream-errors.ts';

/** What each wanted stream is owed. Of one that cannot be read, that is said, and it is left out. */
export async function planAll(run: Run): Promise<readonly StreamPlan[]> {
  const { input, outlet, serverNow } = run;
  const { wanted, streams, startDate, extent = 'all' } = input;
  const states = await statesOf(run);
  const plans: StreamPlan[] = [];
  const changes: StreamChange[] = [];
  for (const stream of wanted) {
    const compiled = streams.find(({ name }) => name === stream.name);
    if (!isOfExtent(stream, compiled, run)) continue;
    const state = states.get(stream.name);
    const origin = compiled && originOf(compiled, input.origin, startDate);
    const fault = faultOf(stream, compiled, run) ?? (compiled && origin && lossOf(compiled, state, origin));
    if (compiled === undefined || origin === undefined || fault !== undefined) {
      if (fault !== undefined) await leaveOut(stream.name, fault, run);
      continue;
    }
    const isWhole = compiled.root.change.kind === 'snapshot' || stream.mode === 'full_refresh';
    if (state !== undefined && input.slice === undefined)
      changes.push({ stream: stream.name, change: compareOrigins(state.origin, origin), isWhole });
    plans.push(
      planStream({
        wanted: stream,
        stream: compiled,
        state,
        startDate,
        serverNow,
        deletions: { reconciles: input.reconcileEveryHours > 0, hasEvents: input.hasEvents },
        origin,
        lookbackSeconds: input.lookbackSeconds,
        refreshes: input.refreshed?.has(stream.name),
        slice: input.slice,
        addsNoWindow: extent === 'told',
      }),
    );
  }
  for (const { level, message } of tellChanges(changes)) outlet.log(level, message);
  tellAhead(plans, states, run);
  return plans;
}

/** Throws on one that cannot be gone on from. Those of streams that are read from the beginning are not looked at. */
async function statesOf({ input }: Run): Promise<ReadonlyMap<string, StreamState | undefined>> {
  const given = new Map([...input.states].filter(([stream]) => input.refreshed?.has(stream) !== true));
  refuseOtherShop(given, input.origin);
  const readState = await stateReader();
  return new Map(input.wanted.map(({ name }) => [name, readState(name, given.get(name))]));
}

function isOfExtent(
  { mode }: WantedStream,
  compiled: CompiledStream | undefined,
  { input: { extent = 'all' } }: Run,
): boolean {
  if (compiled === undefined) return extent === 'all' || extent === 'changes';
  const isWhole = compiled.root.change.kind === 'snapshot' || mode === 'full_refresh';
  return extent === 'all' || isWhole === (extent === 'wholes');
}

function faultOf(
  { name }: WantedStream,
  compiled: CompiledStream | undefined,
  { input: { unreadable, streams, slice } }: Run,
): ConnectorError | undefined {
  if (compiled === undefined)
    return notReadable(
      name,
      unreadable.find(({ stream }) => stream === name),
      streams,
    );
  if (slice !== undefined && compiled.root.change.kind === 'snapshot') return hasNoPast(name);
  return undefined;
}

function lossOf(
  stream: CompiledStream,
  state: StreamState | undefined,
  origin: Origin,
): ConnectorError | undefined {
  const lost = lostColumns(state?.origin, stream, state?.origin.where === origin.where);
  return lost.length === 0 ? undefined : columnsLost(stream.name, lost);
}

async function leaveOut(stream: string, error: ConnectorError, { outlet }: Run): Promise<void> {
  await outlet.push([
    { type: 'failure', stream, error },
    { type: 'status', stream, status: 'incomplete' },
  ]);
}

/** Nobody knows how far a read has seen whose clock was ahead. */
function tellAhead(
  plans: readonly StreamPlan[],
  states: ReadonlyMap<string, StreamState | undefined>,
  { input, outlet, serverNow }: Run,
): void {
  const ahead = plans.flatMap(({ kind, stream, state }) => {
    const before = states.get(stream.name);
    const through = before?.kind === 'windows' ? before.through : undefined;
    const isPulledBack = kind === 'windows' && through !== undefined && (state.through ?? '') < through;
    return isPulledBack && wasAhead(through, addSeconds(serverNow, -2), input.lookbackSeconds)
      ? [{ name: stream.name, through }]
      : [];
  });
  const [first] = ahead;
  if (first === undefined) return;
  const names = ahead.map(({ name }) => name);
  outlet.log(
    'warn',
    `The state of ${names.join(', ')} covers the time until ${first.through}, which lies ahead: a clock was wrong. The last three days are read again; if that read is older, read everything again: read --full-refresh ${names.join(' ')}`,
  );
}
