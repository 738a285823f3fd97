import type { CompiledStream, UnreadableStream } from '../catalog/compile/compiled.ts';
import { aroundEach } from '../centra/around-each.ts';
import type { CentraClient } from '../centra/client.ts';
import type { RateLimit } from '../centra/rate-limits.ts';
import { windowInWords } from '../console/durations.ts';
import { ConnectorError, type ErrorKind, sentence } from '../errors.ts';
import type { WantedStream } from '../protocol/message.ts';
import { askRateLimits } from '../shop/rate-limits.ts';
import { type OriginSettings, originOf } from '../sync/origin/origin.ts';
import { refuseOtherShop } from '../sync/origin/shop.ts';
import { groupPlans, planStream, type StreamPlan } from '../sync/plan.ts';
import { stateReader } from '../sync/state.ts';
import { toUtcSecond } from '../time.ts';
import { forecast, sumOf } from './forecast.ts';
import type { ForecastResult } from './forecast-text.ts';
import { type GroupMeasure, type MeasuredShop, measureSnapshot, measureWindows, needOf } from './measure.ts';

export interface ForecastInput extends MeasuredShop {
  readonly streams: readonly CompiledStream[];
  readonly unreadable: readonly UnreadableStream[];
  /** Undefined: all streams. */
  readonly wanted: readonly WantedStream[] | undefined;
  readonly states: ReadonlyMap<string, unknown>;
  readonly startDate: string | undefined;
  readonly serverNowMs: number;
  readonly lookbackSeconds: number;
  readonly origin: OriginSettings;
  readonly budgetShare: number;
  readonly maxConcurrency: number;
}

export interface ForecastSync {
  readonly result: ForecastResult;
  /** Of what kinds the errors are that kept streams from being measured. */
  readonly kinds: readonly ErrorKind[];
}

/** Finds out what a sync will ask for, and how long that takes under the limits of the API. */
export async function forecastSync(input: ForecastInput): Promise<ForecastSync> {
  const { signal, schema } = input;
  const latency = timed();
  const client = latency.watch(input.client);
  const { plans, unreadable } = await plansOf(input);
  const measured = await measureAll(plans, { client, schema, signal });
  const limits = await askRateLimits(input.client, signal);
  const result = resultOf(measured, limits, {
    ...input,
    latencyMs: latency.medianMs(),
    unreadable: [...unreadable, ...measured.failed],
    asked: input.client.usage(),
  });
  const named = new Set(unreadable.map(({ stream }) => stream));
  const isRefused = input.unreadable.some((one) => one.permission !== undefined && named.has(one.stream));
  return { result, kinds: isRefused ? [...measured.kinds, 'permission'] : measured.kinds };
}

interface NotRead {
  readonly stream: string;
  readonly reason: string;
}

async function plansOf({
  wanted: chosen,
  streams,
  unreadable,
  states,
  startDate,
  serverNowMs,
  lookbackSeconds,
  origin,
}: ForecastInput): Promise<{
  readonly plans: readonly StreamPlan[];
  readonly unreadable: readonly NotRead[];
}> {
  refuseOtherShop(states, origin);
  const readState = await stateReader();
  const wanted = chosen ?? streams.map(({ name }) => wholeStream(name));
  const plans: StreamPlan[] = [];
  const without: NotRead[] =
    chosen === undefined ? unreadable.map(({ stream, reason }) => ({ stream, reason })) : [];
  for (const stream of wanted) {
    const compiled = streams.find(({ name }) => name === stream.name);
    if (compiled === undefined) {
      const reason = unreadable.find((other) => other.stream === stream.name)?.reason;
      without.push({ stream: stream.name, reason: reason ?? 'The tenant catalog does not have it.' });
      continue;
    }
    const state = readState(stream.name, states.get(stream.name));
    const serverNow = toUtcSecond(serverNowMs);
    plans.push(
      planStream({
        wanted: stream,
        stream: compiled,
        state,
        startDate,
        serverNow,
        deletions,
        lookbackSeconds,
        origin: originOf(compiled, origin, startDate),
      }),
    );
  }
  return { plans, unreadable: without };
}

/** How it is found out that rows are gone changes nothing about the rows that are read. */
const deletions = Object.freeze({ reconciles: false, hasEvents: false });

function wholeStream(name: string): WantedStream {
  return { name, mode: 'incremental', columns: undefined, wantsDeletions: true };
}

interface Measured {
  readonly measures: readonly GroupMeasure[];
  readonly failed: readonly NotRead[];
  readonly kinds: readonly ErrorKind[];
}

/** A root that the token may not see does not keep the others from being measured. */
async function measureAll(plans: readonly StreamPlan[], context: MeasuredShop): Promise<Measured> {
  const { windows, snapshots } = groupPlans(plans);
  const measures: GroupMeasure[] = [];
  const failed: NotRead[] = [];
  const kinds: ErrorKind[] = [];
  const jobs = [
    ...windows.map((group) => ({ group, measure: () => measureWindows(group, context) })),
    ...snapshots.map((group) => ({ group, measure: () => measureSnapshot(group, context) })),
  ];
  for (const { group, measure } of jobs) {
    try {
      measures.push(await measure());
    } catch (error) {
      const isOfThisRoot =
        error instanceof ConnectorError && ['permission', 'schema', 'mapping'].includes(error.kind);
      if (!isOfThisRoot) throw error;
      kinds.push(error.kind);
      const reason = sentence(error);
      failed.push(...group.plans.map(({ stream }) => ({ stream: stream.name, reason })));
    }
  }
  return { measures, failed, kinds };
}

interface Circumstances extends Pick<ForecastInput, 'budgetShare' | 'maxConcurrency'> {
  readonly latencyMs: number;
  readonly unreadable: readonly NotRead[];
  readonly asked: { readonly requests: number; readonly complexity: number };
}

function resultOf(
  { measures }: Measured,
  limits: readonly RateLimit[],
  { budgetShare, maxConcurrency, latencyMs, unreadable, asked }: Circumstances,
): ForecastResult {
  const needUnder = (share: number) => measures.map((measure) => needOf(measure, limits, share));
  const needs = needUnder(budgetShare);
  const times = [...new Set([budgetShare, 1])].map((share) => {
    const need = sumOf(needUnder(share));
    const { durationMs, boundBy } = forecast({ need, limits, share, latencyMs, maxConcurrency });
    return { share, ...need, seconds: Math.ceil(durationMs / 100) / 10, bound_by: boundInWords(boundBy) };
  });
  return {
    is_complete: measures.every(({ windows }) => windows !== undefined),
    streams: measures.flatMap(({ streams }) =>
      streams.map(({ stream, rows, isExact }) => ({ stream, rows: rows ?? null, is_exact: isExact })),
    ),
    fetches: measures.map(({ streams, windows, open }, index) => ({
      streams: streams.map(({ stream }) => stream),
      rows: windows?.reduce((sum, { rows }) => sum + rows, 0) ?? null,
      open,
      requests: needs[index]?.requests ?? 0,
      complexity: needs[index]?.complexity ?? 0,
    })),
    unreadable,
    limits: limits.map(({ resource, windowMs, quota, remaining }) => ({
      resource,
      window_seconds: windowMs / 1000,
      quota,
      remaining,
    })),
    times,
    asked: { requests: asked.requests, complexity: asked.complexity },
  };
}

function boundInWords(boundBy: RateLimit | 'latency'): string {
  if (boundBy === 'latency') return 'the time that answers take';
  return `the limit of ${boundBy.resource} in ${windowInWords(boundBy.windowMs / 1000)}`;
}

/** Watches how long answers take. */
function timed() {
  const times: number[] = [];
  return {
    watch: (client: CentraClient): CentraClient =>
      aroundEach(client, async (send) => {
        const start = performance.now();
        const answer = await send();
        times.push(performance.now() - start);
        return answer;
      }),
    medianMs: () => [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0,
  };
}
