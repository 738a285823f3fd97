import type { Message } from '../../protocol/message.ts';
import { confirmEvents, decodeIds, type EventsByObject, waitingEvents } from '../../shop/events.ts';
import type { Run } from '../one-run.ts';
import type { StreamPlan } from '../plan.ts';
import { asConnectorError } from '../stream-errors.ts';
import type { SyncInput } from '../sync-input.ts';

/** The plans that go on, with what the events system told for them. Without it, the streams that count on it fail. */
export async function withEvents(
  plans: readonly StreamPlan[],
  { input, outlet }: Run,
): Promise<{ readonly plans: readonly StreamPlan[]; readonly events: EventsByObject }> {
  const concerned = input.hasEvents && input.slice === undefined ? plans.filter(countsOnEvents) : [];
  if (concerned.length === 0) return { plans, events: new Map() };
  try {
    return { plans, events: await takeEvents(concerned, input) };
  } catch (error) {
    const names = concerned.map(({ stream }) => stream.name);
    if (input.signal.aborted) return { plans, events: new Map() };
    const failure = asConnectorError(error, names);
    await outlet.push(
      names.flatMap((stream): readonly Message[] => [
        { type: 'failure', stream, error: failure },
        { type: 'status', stream, status: 'incomplete' },
      ]),
    );
    return { plans: plans.filter((plan) => !concerned.includes(plan)), events: new Map() };
  }
}

function countsOnEvents({ kind, stream, ...plan }: StreamPlan): boolean {
  return (
    kind === 'windows' &&
    stream.root.eventObject !== undefined &&
    'wanted' in plan &&
    plan.wanted.mode === 'incremental'
  );
}

/** Confirms the events whose records were taken in, as a state that came back tells, and fetches those that wait. */
async function takeEvents(
  concerned: readonly StreamPlan[],
  { client, signal, isTakenIn = () => true }: SyncInput,
): Promise<EventsByObject> {
  const objectTypes = [...new Set(concerned.flatMap(({ stream }) => stream.root.eventObject ?? []))];
  const handled = new Set<number>();
  for (const objectType of objectTypes) {
    const own = handledOf(concerned.filter(({ stream }) => stream.root.eventObject === objectType));
    await confirmEvents(client, own.filter(isTakenIn), signal);
    for (const id of own) handled.add(id);
  }
  return waitingEvents({ client, objectTypes, handled, signal });
}

/** Those that the states of all of these streams know. */
function handledOf(plans: readonly StreamPlan[]): readonly number[] {
  const [first = new Set<number>(), ...others] = plans.map(
    ({ state }) => new Set(decodeIds(state.kind === 'windows' ? state.events : undefined)),
  );
  return [...first].filter((id) => others.every((other) => other.has(id)));
}
