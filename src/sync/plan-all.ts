import type { Run } from './one-run.ts';
import { planStream, type StreamPlan } from './plan.ts';
import { stateReader } from './state.ts';
import { hasNoPast, notReadable } from './stream-errors.ts';

/** What each wanted stream is owed. Of one that cannot be read, that is said, and it is left out. */
export async function planAll({ input, outlet, serverNow }: Run): Promise<readonly StreamPlan[]> {
  const { wanted, streams, unreadable, states, startDate, extent = 'all' } = input;
  const readState = await stateReader();
  const parsed = new Map(wanted.map(({ name }) => [name, readState(name, states.get(name))]));
  const plans: StreamPlan[] = [];
  for (const stream of wanted) {
    const compiled = streams.find(({ name }) => name === stream.name);
    if (compiled === undefined) {
      if (extent === 'told' || extent === 'wholes') continue;
      const known = unreadable.find((other) => other.stream === stream.name);
      const error = notReadable(stream.name, known, streams);
      await outlet.push([
        { type: 'failure', stream: stream.name, error },
        { type: 'status', stream: stream.name, status: 'incomplete' },
      ]);
      continue;
    }
    const { kind } = compiled.root.change;
    const isWhole = kind === 'snapshot' || stream.mode === 'full_refresh';
    if (extent !== 'all' && isWhole !== (extent === 'wholes')) continue;
    if (input.slice !== undefined && kind === 'snapshot') {
      await outlet.push([
        { type: 'failure', stream: stream.name, error: hasNoPast(stream.name) },
        { type: 'status', stream: stream.name, status: 'incomplete' },
      ]);
      continue;
    }
    plans.push(
      planStream({
        wanted: stream,
        stream: compiled,
        state: parsed.get(stream.name),
        startDate,
        serverNow,
        deletions: { reconciles: input.reconcileEveryHours > 0, hasEvents: input.hasEvents },
        slice: input.slice,
        addsNoWindow: extent === 'told',
      }),
    );
  }
  return plans;
}
