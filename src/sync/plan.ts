import type { CompiledStream } from '../catalog/compile/compiled.ts';
import type { JsonObject } from '../json.ts';
import type { WantedStream } from '../protocol/message.ts';
import type { CreatedChange, RootDefinition, SnapshotChange, UpdatedChange } from '../roots/definition.ts';
import type { NestedRows } from '../shop/pages/pager.ts';
import { addSeconds, laterOf, type UtcSecond } from '../time.ts';
import { keyShapeOf } from './memory/deletable-rows.ts';
import type { SnapshotState, StreamState, Window, WindowsState } from './state.generated.ts';
import { snapshotStateToContinue, windowsStateToContinue } from './state.ts';

/** How far a run reads back into the time that the last one covered: rows can become visible some seconds after the time that they carry. */
export const OVERLAP_SECONDS = 60;
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
  const { nestedList: list, nestedIdentity: identity } = change;
  const isNested = list !== undefined && plans[0]?.stream.each[0] === list;
  return isNested && identity !== undefined ? { list, identity } : undefined;
}

export interface PlanInput {
  readonly wanted: WantedStream;
  readonly stream: CompiledStream;
  readonly state: StreamState | undefined;
  readonly startDate: UtcSecond | undefined;
  /** The server's clock. */
  readonly serverNow: UtcSecond;
  readonly deletions: DeletionSources;
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
  slice,
  addsNoWindow = false,
}: PlanInput): StreamPlan {
  const { change } = stream.root;
  if (change.kind === 'snapshot') {
    return {
      kind: 'snapshot',
      stream,
      change,
      state: snapshotStateToContinue(state, wanted.mode, serverNow),
    };
  }
  if (slice !== undefined) {
    const owed: WindowsState = { version: 1, kind: 'windows', mode: 'full_refresh', owed: [{ ...slice }] };
    return { kind: 'windows', wanted, stream, change, tellsDeletions: false, state: owed };
  }
  const previous = windowsStateToContinue(state, wanted.mode);
  const window = newWindow(previous.through, startDate, addSeconds(serverNow, -NOT_YET_OVER_SECONDS));
  const tellsDeletions = canTellDeletions(stream, deletions) && wanted.wantsDeletions;
  const began = wanted.mode === 'full_refresh' ? { began_at: previous.began_at ?? serverNow } : {};
  const readBefore = previous.through;
  const { named = [] } = stream.root;
  const names = named.length === 0 ? {} : { named: [...named] };
  const plan = { kind: 'windows', wanted, stream, change, tellsDeletions, readBefore } as const;
  if (window === undefined || addsNoWindow) return { ...plan, state: { ...previous, ...began, ...names } };
  // What a first read brings needs no comparison; what something told of before it does.
  const isFirst = previous.through === undefined && previous.known === undefined;
  const needsNone = isFirst && change.kind === 'created' && deletions.reconciles;
  const reconciled = needsNone ? { reconciled_at: serverNow } : {};
  const owed = [...previous.owed, window];
  return { ...plan, state: { ...previous, ...began, ...reconciled, ...names, through: window.to, owed } };
}

/**
 * Only of rows that have no date of change are the ids remembered; the others are too many. The events system names the
 * object that is gone, and so its own row, but not its lines.
 */
export function canTellDeletions(
  stream: CompiledStream,
  { reconciles, hasEvents }: DeletionSources,
): boolean {
  if (keyShapeOf(stream) === undefined) return false;
  if (stream.root.change.kind === 'created') return reconciles || hasEvents;
  return hasEvents && stream.root.eventObject !== undefined && stream.each.length === 0;
}

/** From a little before the end of the last one until a little before now; undefined while the start date lies ahead. */
function newWindow(
  through: UtcSecond | undefined,
  startDate: UtcSecond | undefined,
  horizon: UtcSecond,
): Window | undefined {
  const to = through === undefined ? horizon : laterOf(horizon, through);
  const overlapFrom = through === undefined ? '' : addSeconds(through, -OVERLAP_SECONDS);
  // The start date is for a first read; after that, what changed is owed, whatever the start date says by now.
  const from = through === undefined ? (startDate ?? '') : overlapFrom;
  if (from > to) return undefined;
  return from === '' ? { to } : { from, to };
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
