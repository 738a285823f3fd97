import type { Message } from '../../protocol/message.ts';
import {
  DELETED,
  DEPENDENT,
  decodeIds,
  type EventQueue,
  type EventsSystem,
  openEvents,
  type ShopEvent,
} from '../../shop/events.ts';
import { decodeSent } from '../memory/fingerprint.ts';
import type { EventsByObject, ObjectEvents, Run } from '../one-run.ts';
import type { StreamPlan, WindowsPlan } from '../plan.ts';
import { asConnectorError } from '../stream-errors.ts';

/** The plans that go on, with what the events system told for them. Where it refuses, the streams that count on it fail. */
export async function withEvents(
  plans: readonly StreamPlan[],
  run: Run,
): Promise<{ readonly plans: readonly StreamPlan[]; readonly events: EventsByObject }> {
  const { input, outlet } = run;
  const concerned = input.hasEvents && input.slice === undefined ? plans.filter(countsOnEvents) : [];
  if (concerned.length === 0) return { plans, events: new Map() };
  const names = concerned.map(({ stream }) => stream.name);
  try {
    return { plans, events: await takeEvents(concerned, run) };
  } catch (error) {
    if (input.signal.aborted) return { plans, events: new Map() };
    const failure = asConnectorError(error, names);
    if (failure.kind === 'schema') {
      // The windows find what changed without it.
      outlet.log('warn', `${failure.message} ${names.join(', ')} are read without it.`);
      return { plans, events: new Map() };
    }
    await outlet.push(
      names.flatMap((stream): readonly Message[] => [
        { type: 'failure', stream, error: failure },
        { type: 'status', stream, status: 'incomplete' },
      ]),
    );
    return { plans: plans.filter(({ stream }) => !names.includes(stream.name)), events: new Map() };
  }
}

function countsOnEvents(plan: StreamPlan): plan is WindowsPlan {
  return (
    plan.kind === 'windows' &&
    plan.stream.root.eventObject !== undefined &&
    plan.wanted.mode === 'incremental'
  );
}

/** The streams of one kind of object, and what their states say. */
interface Concern {
  readonly objectType: string;
  readonly names: readonly string[];
  /** What its objects are called: "orders". */
  readonly label: string;
  /** Every change of theirs has a date, so that the windows find it. */
  readonly isDated: boolean;
  /** At least one of the streams can tell that an object is gone. */
  readonly hasRoom: boolean;
  /** Events that an earlier run handled. */
  readonly handled: ReadonlySet<number>;
  /** Page keys that every stream reads again by itself, until they are final. */
  readonly open: ReadonlySet<number>;
}

/** Confirms the events whose records were taken in, as a state that came back tells, and takes those that wait. */
async function takeEvents(plans: readonly WindowsPlan[], run: Run): Promise<EventsByObject> {
  const { client, schema, signal, isTakenIn = () => true } = run.input;
  const system = openEvents(client, schema);
  const types = [...new Set(plans.flatMap(({ stream }) => stream.root.eventObject ?? []))];
  const concerns = new Map(
    types.filter(system.knows).map((type) => [
      type,
      concernOf(
        type,
        plans.filter(({ stream }) => stream.root.eventObject === type),
      ),
    ]),
  );
  const handled = [...concerns.values()].flatMap((concern) => [...concern.handled]);
  const begun = await system.listenTo([...concerns.keys()], signal);
  await system.confirm(handled.filter(isTakenIn), signal);
  const waiting = await takeWaiting(system, concerns, signal);
  tellWithoutRoom(waiting, concerns, run);
  return new Map(
    [...concerns.values()].map((concern) => [concern.objectType, fold(waiting, concern, begun)]),
  );
}

function concernOf(objectType: string, plans: readonly WindowsPlan[]): Concern {
  return {
    objectType,
    names: plans.map(({ stream }) => stream.name),
    label: plans[0]?.stream.root.label ?? 'objects',
    isDated: plans.every(({ change }) => change.kind === 'updated'),
    hasRoom: plans.some(({ tellsDeletions }) => tellsDeletions),
    handled: common(plans.map(({ state }) => decodeIds(state.events))),
    open: common(plans.map(({ state }) => decodeSent(state.open).keys())),
  };
}

/** What all of them hold: the states of all streams must know it. */
function common(sets: readonly Iterable<number>[]): ReadonlySet<number> {
  const [first = new Set<number>(), ...others] = sets.map((set) => new Set(set));
  return new Set([...first].filter((one) => others.every((other) => other.has(one))));
}

/** So many pages of one queue are taken by one run; the rest waits for the next. */
const MOST_PAGES = 50;

interface Waiting {
  /** Those that were confirmed. */
  readonly confirmed: readonly ShopEvent[];
  /** Those that stay in their queue until a later run. */
  readonly kept: readonly ShopEvent[];
}

/** The events that wait. Only confirming brings those behind them, so a queue is read on as long as something in it could be confirmed. */
async function takeWaiting(
  system: EventsSystem,
  concerns: ReadonlyMap<string, Concern>,
  signal: AbortSignal,
): Promise<Waiting> {
  const confirmed = new Map<number, ShopEvent>();
  const kept = new Map<number, ShopEvent>();
  let queues = system.queuesOf([...concerns.keys()]);
  for (let page = 0; page < MOST_PAGES && queues.length > 0; page += 1) {
    const batches = await system.waiting(queues, signal);
    const more: EventQueue[] = [];
    const fresh: number[] = [];
    for (const [at, { events, isFull }] of batches.entries()) {
      const own = events.filter(({ id, objectType }) => concerns.has(objectType) && !confirmed.has(id));
      const done = own.filter((event) => isFoundAnyway(event, concerns.get(event.objectType)));
      for (const event of own) (done.includes(event) ? confirmed : kept).set(event.id, event);
      fresh.push(...done.map(({ id }) => id));
      const queue = queues[at];
      if (isFull && done.length > 0 && queue !== undefined) more.push(queue);
    }
    await system.confirm(fresh, signal);
    queues = more;
  }
  return { confirmed: [...confirmed.values()], kept: [...kept.values()] };
}

/** Whether this run or a later one finds the change without the event: by its date, or because the object is open. */
function isFoundAnyway({ changeType, key }: ShopEvent, concern: Concern | undefined): boolean {
  if (concern === undefined || changeType === DELETED) return false;
  if (key === undefined || changeType === 'CREATED') return true;
  return concern.open.has(key) || (concern.isDated && changeType !== DEPENDENT);
}

/** The last word on each object counts: what is gone is gone. */
function fold({ confirmed, kept }: Waiting, concern: Concern, begun: ReadonlySet<string>): ObjectEvents {
  const { objectType, handled, hasRoom } = concern;
  const isOwn = (event: ShopEvent) => event.objectType === objectType;
  const isTaken = ({ changeType }: ShopEvent) => changeType !== DELETED || hasRoom;
  const stay = kept.filter(isOwn).filter(isTaken);
  const fresh = [...confirmed.filter(isOwn), ...stay.filter(({ id }) => !handled.has(id))];
  const keysOf = (events: readonly ShopEvent[]) => new Set(events.flatMap(({ key }) => key ?? []));
  const deleted = keysOf(fresh.filter(({ changeType }) => changeType === DELETED));
  const changed = keysOf(fresh.filter(({ changeType }) => changeType !== DELETED));
  return {
    eventIds: stay.map(({ id }) => id),
    changed: [...changed].filter((key) => !deleted.has(key)).sort((a, b) => a - b),
    deleted: [...deleted].sort((a, b) => a - b),
    isSilent: !begun.has(objectType) && ![...confirmed, ...kept].some(isOwn),
  };
}

/** Deletions that no stream can tell stay where they are: a catalog that has room for them finds them there. */
function tellWithoutRoom({ kept }: Waiting, concerns: ReadonlyMap<string, Concern>, { outlet }: Run): void {
  const parts: string[] = [];
  for (const { objectType, names, label, hasRoom } of concerns.values()) {
    const waiting = kept.filter((event) => event.objectType === objectType && event.changeType === DELETED);
    if (hasRoom || waiting.length === 0) continue;
    parts.push(`${waiting.length} of ${label} (${names.join(', ')})`);
  }
  if (parts.length === 0) return;
  outlet.log(
    'warn',
    `Deletions wait in Centra's events queue and stay there, because the configured catalog has no room for them: ${parts.join('; ')}. Refresh the schema of the connection, or select streams whose rows can be marked as deleted.`,
  );
}
