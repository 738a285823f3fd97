import type { Message } from '../protocol/message.ts';
import type { EventsByObject } from '../shop/events.ts';
import { toUtcSecond } from '../time.ts';
import type { ReadContext } from './context.ts';
import type { StreamPlan } from './plan.ts';
import type { Outlet, SyncInput } from './sync-input.ts';

export type RunInput = SyncInput & { readonly events: EventsByObject };

/** What the readers of one job get of a run. */
export function contextOf(input: RunInput, outlet: Outlet, follow: ReadContext['follow']): ReadContext {
  let expected = 0;
  return {
    client: input.client,
    schema: input.schema,
    signal: input.signal,
    maxConcurrency: input.maxConcurrency,
    serverNow: toUtcSecond(input.serverNowMs),
    startDate: input.startDate,
    events: input.events,
    hasWebhooks: input.told !== undefined,
    saysOnlyNews: input.saysOnlyNews ?? false,
    reconcileEveryHours: input.reconcileEveryHours,
    reconcileDaysBack: input.reconcileDaysBack,
    push: outlet.push,
    log: outlet.log,
    follow,
    estimate: (plans, rows) => {
      // Each part of a split window tells its own number; the platform wants the whole.
      expected += rows;
      void outlet.push(estimates(plans, expected));
    },
  };
}

/** A root's rows are known; how many elements a nested list has is not. */
function estimates(plans: readonly StreamPlan[], rows: number): readonly Message[] {
  return plans
    .filter(({ stream }) => stream.each.length === 0)
    .map(({ stream }) => ({ type: 'estimate', stream: stream.name, rows }));
}
