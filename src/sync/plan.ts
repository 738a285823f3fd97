import type { CompiledStream } from '../catalog/compile/compiled.ts';
import type { JsonObject } from '../json.ts';
import type { WantedStream } from '../protocol/message.ts';
import type { CreatedChange, RootDefinition, SnapshotChange, UpdatedChange } from '../roots/definition.ts';
import type { NestedRows } from '../shop/pages/pager.ts';
import { addSeconds, laterOf, type UtcSecond } from '../time.ts';
import { keyShapeOf } from './memory/deletable-rows.ts';
import { dailyLook } from './memory/recent-rows.ts';
import { compareOrigins } from './origin/compare.ts';
import type { Origin, SnapshotState, StreamState, Window, WindowsState } from './state.generated.ts';
import { snapshotStateToContinue, windowsStateToContinue } from './state.ts';
import { nameOf } from './window-bounds.ts';

/** The second that is not over yet, and the one before it, in which a change may be under way. */
const NOT_YET_OVER_SECONDS = 2;

export type StreamPlan = WindowsPlan | SnapshotPlan;

export interface WindowsPlan {
  readonly kind: 'windows';
  readonly wanted: WantedStream;
  /** Whether rows that are gone from the shop are to be told. */
  readonly tellsDeletions: boolean;
  readonly stream: CompiledStream;
  readonly change: UpdatedChange | CreatedChange;
  readonly state: WindowsState;
  /** How far earlier runs have read; undefined: this is the first. */
  readonly readBefore?: UtcSecond | undefined;
}

export interface SnapshotPlan {
  readonly kind: 'snapshot';
  readonly stream: CompiledStream;
  readonly change: SnapshotChange;
  readonly state: SnapshotState;
}

/** Streams that are read by the same requests: the same root, the same filter, and the same still owed. */
export interface FetchGroup<Plan extends StreamPlan = StreamPlan> {
  readonly root: RootDefinition;
  readonly where: JsonObject | undefined;
  readonly change: Plan['change'];
  readonly plans: readonly Plan[];
}

/** The list inside each row of the root that holds the rows of these streams; undefined: the root's own rows do. */
export function nestedRowsOf({ change, plans }: FetchGroup<SnapshotPlan>): NestedRows | undefined {
  const { nestedList: list, nestedIdentity: identity, nestedSort: sort } = change;
  const isNested = list !== undefined && plans[0]?.stream.each[0] === list;
  return isNested && identity !== undefined ? { list, identity, sort } : undefined;
}

export interface PlanInput {
  readonly wanted: WantedStream;
  readonly stream: CompiledStream;
  readonly state: StreamState | undefined;
  readonly startDate: UtcSecond | undefined;
  /** The server's clock. */
  readonly serverNow: UtcSecond;
  readonly deletions: DeletionSources;
  /** What the stream is now. */
  readonly origin: Origin;
  /** How far the run reads back into the time that the last one covered: rows can become visible after the time that they carry. */
  readonly lookbackSeconds: number;
  /** Read it from the beginning, as a generation that takes the place of what was written. */
  readonly refreshes?: boolean | undefined;
  readonly slice?: Slice | undefined;
  /** Leave what has changed since to a later run. */
  readonly addsNoWindow?: boolean | undefined;
}

/** From where the run learns that rows are gone. */
export interface DeletionSources {
  /** Ids are compared with the shop's from time to time. */
  readonly reconciles: boolean;
  readonly hasEvents: boolean;
}

/** A range of time that is read for its own sake; both ends included. */
export interface Slice {
  readonly from: UtcSecond;
  readonly to: UtcSecond;
}

/** What a stream is owed: what an interrupted run left, then all that has changed since. */
export function planStream({
  wanted,
  stream,
  state,
  startDate,
  serverNow,
  deletions,
  origin,
  lookbackSeconds,
  refreshes = false,
  slice,
  addsNoWindow = false,
}: PlanInput): StreamPlan {
  const { change } = stream.root;
  if (change.kind === 'snapshot') {
    return {
      kind: 'snapshot',
      stream,
      change,
      state: snapshotStateToContinue(state, wanted.mode, serverNow, origin),
    };
  }
  if (slice !== undefined) {
    const owed: WindowsState = {
      version: 2,
      kind: 'windows',
      mode: 'full_refresh',
      origin,
      owed: [{ ...slice }],
    };
    return { kind: 'windows', wanted, stream, change, tellsDeletions: false, state: owed };
  }
  const given = windowsStateToContinue(state, wanted.mode, origin);
  const horizon = addSeconds(serverNow, -NOT_YET_OVER_SECONDS);
  const earlier = earlierWindow(state, given, origin);
  const previous = withoutFuture(
    earlier === undefined ? given : { ...given, owed: [...given.owed, earlier] },
    serverNow,
  );
  const begun = newWindow(previous.through, startDate, horizon, lookbackSeconds);
  const lookFrom = wanted.mode === 'incremental' ? dailyLook(previous.recent, serverNow) : undefined;
  const window = lookFrom === undefined ? begun : fromEarlier(begun, laterOf(lookFrom, origin.start ?? ''));
  const looked = previous.recent &&
    lookFrom !== undefined && { recent: { ...previous.recent, looked_at: serverNow } };
  const tellsDeletions = canTellDeletions(stream, deletions) && wanted.wantsDeletions;
  const isGeneration = refreshes || wanted.mode === 'full_refresh' || isUnfinishedRefresh(state, wanted);
  const began = isGeneration ? { began_at: previous.began_at ?? serverNow } : {};
  const readBefore = previous.through;
  const { named = [] } = stream.root;
  const names = named.length === 0 ? {} : { named: [...named] };
  const plan = { kind: 'windows', wanted, stream, change, tellsDeletions, readBefore } as const;
  if (window === undefined || addsNoWindow) return { ...plan, state: { ...previous, ...began, ...names } };
  // What a first read brings needs no comparison; what something told of before it does.
  const isFirst = previous.through === undefined && previous.known === undefined;
  const needsNone = isFirst && change.kind === 'created' && deletions.reconciles;
  const reconciled = needsNone ? { reconciled_at: serverNow } : {};
  // Runs that were cut off at one second owe the same window: it is owed once.
  const isOwed = previous.owed.some((other) => nameOf(other) === nameOf(window));
  const owed = isOwed ? previous.owed : [...previous.owed, window];
  return {
    ...plan,
    state: { ...previous, ...began, ...reconciled, ...looked, ...names, through: window.to, owed },
  };
}

/** A comparison that lies ahead was never made. */
function withoutFuture(state: WindowsState, serverNow: UtcSecond): WindowsState {
  const { reconciled_at: reconciledAt, ...rest } = state;
  return reconciledAt !== undefined && reconciledAt > serverNow ? rest : state;
}

function fromEarlier(window: Window | undefined, from: UtcSecond): Window | undefined {
  return window?.from !== undefined && from < window.from ? { ...window, from } : window;
}

function isUnfinishedRefresh(state: StreamState | undefined, { mode }: WantedStream): boolean {
  return (
    state?.kind === 'windows' && state.mode === mode && state.began_at !== undefined && state.owed.length > 0
  );
}

/** What lies between a start date that was moved back and the one before it. */
function earlierWindow(
  state: StreamState | undefined,
  given: WindowsState,
  origin: Origin,
): Window | undefined {
  // A stream that begins anew reads all of it.
  if (state?.kind !== 'windows' || given.through === undefined) return undefined;
  const { earlier } = compareOrigins(state.origin, origin);
  if (earlier === undefined) return undefined;
  const to = addSeconds(earlier.before, -1);
  return earlier.from === undefined ? { to } : { from: earlier.from, to };
}

/**
 * Of rows that have no date of change the ids are remembered; the others are too many. The events system names the object that
 * is gone, and so its own row, but not its lines. Rows whose key holds their place go away when their object becomes shorter.
 */
export function canTellDeletions(
  stream: CompiledStream,
  { reconciles, hasEvents }: DeletionSources,
): boolean {
  if (keyShapeOf(stream) === undefined) return false;
  if (stream.root.change.kind === 'created') return reconciles || hasEvents || stream.keyedByPosition;
  if (stream.keyedByPosition) return true;
  return hasEvents && stream.root.eventObject !== undefined && stream.each.length === 0;
}

/** A day on which a clock was wrong may have been some days ago. */
const WRONG_CLOCK_SECONDS = 3 * 86_400;

/** Whether the last read went by a clock that was far ahead: then it has not seen all of the time that its state covers. */
export function wasAhead(
  through: UtcSecond | undefined,
  serverNow: UtcSecond,
  lookbackSeconds: number,
): boolean {
  return through !== undefined && addSeconds(through, -Math.max(lookbackSeconds, 60)) > serverNow;
}

/** From a little before the end of the last one until a little before now; undefined while the start date lies ahead. */
function newWindow(
  through: UtcSecond | undefined,
  startDate: UtcSecond | undefined,
  horizon: UtcSecond,
  lookbackSeconds: number,
): Window | undefined {
  // The start date is for a first read; after that, what changed is owed, whatever the start date says by now.
  if (through === undefined) {
    if (startDate !== undefined && startDate > horizon) return undefined;
    return startDate === undefined ? { to: horizon } : { from: startDate, to: horizon };
  }
  if (wasAhead(through, horizon, lookbackSeconds))
    return { from: laterOf(addSeconds(horizon, -WRONG_CLOCK_SECONDS), startDate ?? ''), to: horizon };
  // Clocks of two runs may differ by moments; a second that was read is not taken back for that.
  return { from: addSeconds(through, -lookbackSeconds), to: laterOf(horizon, through) };
}

export interface GroupedPlans {
  readonly windows: readonly FetchGroup<WindowsPlan>[];
  readonly snapshots: readonly FetchGroup<SnapshotPlan>[];
}

/** Groups plans that one sequence of requests can serve. */
export function groupPlans(plans: readonly StreamPlan[]): GroupedPlans {
  return {
    windows: groupBy(
      plans.filter((plan) => plan.kind === 'windows'),
      ({ state }) => state.owed.map(({ from, to, after }) => [from, to, after]),
    ),
    snapshots: groupBy(
      plans.filter((plan) => plan.kind === 'snapshot'),
      ({ state, stream, change }) => [state.snapshot_at, state.after, stream.each[0] === change.nestedList],
    ),
  };
}

function groupBy<Plan extends StreamPlan>(
  plans: readonly Plan[],
  owed: (plan: Plan) => unknown,
): readonly FetchGroup<Plan>[] {
  const groups = new Map<
    string,
    { root: RootDefinition; where: JsonObject | undefined; change: Plan['change']; plans: Plan[] }
  >();
  for (const plan of plans) {
    const { root, where } = plan.stream;
    const key = JSON.stringify([root.root, where ?? null, owed(plan)]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { root, where, change: plan.change, plans: [plan] });
    else group.plans.push(plan);
  }
  return [...groups.values()];
}
