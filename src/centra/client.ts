import { ConnectorError } from '../errors.ts';
import { type Answer, classify, type Refusal, type Verdict } from './answer.ts';
import type { LimitUse } from './budget.ts';
import { type LimitsAnswer, Pacer } from './pacer.ts';
import { parseRateLimits, rateLimitsQuery } from './rate-limits.ts';
import { backoffMs } from './retry-timing.ts';
import type { Transport } from './transport.ts';
import { unreachable } from './unreachable.ts';

export interface Query {
  /** What is asked for, for people: "orders", "the schema". */
  readonly what: string;
  readonly operationName: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** How many rows it asks for at most, where its cost grows with them. */
  readonly rows?: number;
}

/** The one way to the API: waits when throttled, tries again when that can help, and throws a ConnectorError when it cannot. */
export interface CentraClient {
  readonly ask: (query: Query, signal: AbortSignal) => Promise<Answer>;
  /** How many rows one request with this query should ask for, at most `most`, by what it has cost and what the limits allow. */
  readonly comfortableRows: (query: string, most: number) => number;
  /** What was asked so far. */
  readonly usage: () => Usage;
  /** How much of the API's limits is used up by now; nothing where they are not known. */
  readonly limitsUsed: () => readonly LimitUse[];
}

export interface Usage {
  readonly requests: number;
  readonly complexity: number;
  readonly retries: number;
  /** Waits after the API said that its limits are used up. */
  readonly throttledMs: number;
  /** Waits that kept to the share of the limits. */
  readonly pacedMs: number;
}

/** How much of the limits may be used. */
export interface Pace {
  readonly share: number;
  readonly maxConcurrency: number;
}

export interface ClientOptions {
  readonly endpoint: string;
  /** Called for each request, so that the token is held in one place only. */
  readonly token: () => string;
  readonly transport: Transport;
  readonly clock: () => number;
  readonly random: () => number;
  readonly sleep: (delayMs: number, signal: AbortSignal) => Promise<void>;
  /** How long failures in a row are waited out before they are reported. */
  readonly patienceMs: number;
  /** How long the limits may keep requests out before that is reported. */
  readonly longestThrottleMs: number;
  readonly userAgent: string;
  /** Left out where a person waits for a handful of requests. */
  readonly pace?: Pace;
  readonly observer: ClientObserver;
}

export interface ClientObserver {
  /** The limits are used up; requests go on at that time (milliseconds since 1970, this machine's clock). */
  readonly throttled: (untilMs: number, what: string) => void;
  readonly retrying: (error: ConnectorError, attempt: number, delayMs: number) => void;
  readonly deprecated: (text: string) => void;
  /** A part of an answer is null, since the token may not see it. Told once for each permission. */
  readonly refused: (refusal: Refusal, what: string) => void;
  /** Told of each request that was sent, once it has come to an end. */
  readonly exchanged?: (exchange: Exchange) => void;
}

/** One request, as far as it may be told: nothing of its variables, its body or its answer's data. */
export interface Exchange {
  readonly what: string;
  /** Of the same query: 1 is the first. */
  readonly attempt: number;
  readonly durationMs: number;
  /** Of the HTTP answer; undefined where none came. */
  readonly status: number | undefined;
  /** The cost in points, where the API said it. */
  readonly complexity: number | undefined;
  /** Why it brought no answer; undefined where it did, and where the limits were used up (status 429). */
  readonly error: ConnectorError | undefined;
}

/** Before the API has answered once, the endpoint is more likely wrong than down: give up early, so that a person sees it. */
const PATIENCE_BEFORE_FIRST_ANSWER_MS = 5_000;

/** Timers cannot wait much longer, and a clock may be set meanwhile. */
const LONGEST_SLEEP_MS = 60_000;

export function createClient(options: ClientOptions): CentraClient {
  const {
    endpoint,
    token,
    transport,
    clock,
    random,
    sleep,
    patienceMs,
    longestThrottleMs,
    userAgent,
    observer,
  } = options;
  const usage = { requests: 0, complexity: 0, retries: 0, throttledMs: 0, pacedMs: 0 };
  const told = new Set<string>();
  let hasAnswered = false;
  /** Shared by all requests: one 429 stops them all, since each one sent too early extends the wait. */
  let closedUntilMs = 0;
  let toldUntilMs = 0;
  const pacer = options.pace && pacerFor(options.pace);

  function pacerFor(pace: Pace): Pacer {
    return new Pacer({
      ...pace,
      clock,
      sleep: async (delayMs, signal) => {
        usage.pacedMs += delayMs;
        await sleep(delayMs, signal);
      },
      askLimits,
      waiting: (untilMs) => observer.throttled(untilMs, 'the next request'),
    });
  }

  async function askLimits(signal: AbortSignal): Promise<LimitsAnswer> {
    await waitForTheGate(signal, rateLimitsQuery.what);
    const verdict = await sendOnce(rateLimitsQuery, 1, signal);
    if (verdict.kind === 'answer') {
      remember(verdict.answer, rateLimitsQuery.what);
      return { kind: 'limits', limits: parseRateLimits(verdict.answer.data) };
    }
    if (verdict.kind === 'throttled') closeTheGate(verdict.delayMs);
    if (verdict.kind === 'error' && verdict.error.kind === 'auth') throw verdict.error;
    return { kind: verdict.kind === 'error' && verdict.error.kind === 'schema' ? 'not offered' : 'not now' };
  }

  function closeTheGate(delayMs: number): void {
    hasAnswered = true;
    closedUntilMs = Math.max(closedUntilMs, clock() + delayMs);
  }

  async function sendOnce(query: Query, attempt: number, signal: AbortSignal): Promise<Verdict> {
    usage.requests += 1;
    const sentMs = clock();
    const { verdict, status } = await send(query, signal);
    observer.exchanged?.({
      what: query.what,
      attempt,
      durationMs: Math.max(0, clock() - sentMs),
      status,
      complexity: verdict.kind === 'answer' ? verdict.answer.complexity : undefined,
      error: verdict.kind === 'error' ? verdict.error : undefined,
    });
    return verdict;
  }

  async function send(
    query: Query,
    signal: AbortSignal,
  ): Promise<{ readonly verdict: Verdict; readonly status: number | undefined }> {
    try {
      const http = await transport({
        url: endpoint,
        signal,
        headers: {
          authorization: `Bearer ${token()}`,
          'content-type': 'application/json',
          accept: 'application/json',
          'user-agent': userAgent,
        },
        body: JSON.stringify({
          query: query.query,
          variables: query.variables,
          operationName: query.operationName,
        }),
      });
      return { verdict: classify(http, query.what, clock()), status: http.status };
    } catch (cause) {
      signal.throwIfAborted();
      return {
        verdict: { kind: 'error', error: unreachable(cause, endpoint, query.what) },
        status: undefined,
      };
    }
  }

  async function sendAtItsTime(query: Query, attempt: number, signal: AbortSignal): Promise<Verdict> {
    await waitForTheGate(signal, query.what);
    const ticket = await pacer?.admit(query.query, query.rows ?? 1, signal);
    let complexity: number | undefined;
    try {
      // It may have closed while this request waited for its turn.
      await waitForTheGate(signal, query.what);
      const verdict = await sendOnce(query, attempt, signal);
      if (verdict.kind === 'answer') complexity = verdict.answer.complexity;
      return verdict;
    } finally {
      ticket?.settle(complexity);
    }
  }

  async function waitForTheGate(signal: AbortSignal, what: string): Promise<void> {
    for (let delayMs = closedUntilMs - clock(); delayMs > 0; delayMs = closedUntilMs - clock()) {
      if (toldUntilMs !== closedUntilMs) observer.throttled(closedUntilMs, what);
      toldUntilMs = closedUntilMs;
      const partMs = Math.min(delayMs, LONGEST_SLEEP_MS);
      usage.throttledMs += partMs;
      await sleep(partMs, signal);
    }
  }

  function remember(answer: Answer, what: string): void {
    hasAnswered = true;
    usage.complexity += answer.complexity ?? 0;
    for (const text of answer.deprecations) once(text, () => observer.deprecated(text));
    for (const refusal of answer.refusals) {
      once(`${what} ${refusal.permission ?? refusal.path.join('.')}`, () => observer.refused(refusal, what));
    }
  }

  function once(key: string, tell: () => void): void {
    if (told.has(key)) return;
    told.add(key);
    tell();
  }

  async function ask(query: Query, signal: AbortSignal): Promise<Answer> {
    let failingSinceMs: number | undefined;
    let throttledSinceMs: number | undefined;
    for (let attempt = 1; ; attempt += 1) {
      const verdict = await sendAtItsTime(query, attempt, signal);
      if (verdict.kind === 'answer') {
        remember(verdict.answer, query.what);
        return verdict.answer;
      }
      usage.retries += 1;
      if (verdict.kind === 'throttled') {
        // An API that says when to come back is not down.
        failingSinceMs = undefined;
        throttledSinceMs ??= clock();
        if (clock() + verdict.delayMs - throttledSinceMs > longestThrottleMs) {
          throw limitsUsedUp(query.what, clock() + verdict.delayMs);
        }
        closeTheGate(verdict.delayMs);
        pacer?.refused();
        continue;
      }
      throttledSinceMs = undefined;
      failingSinceMs ??= clock();
      const limitMs = hasAnswered ? patienceMs : Math.min(patienceMs, PATIENCE_BEFORE_FIRST_ANSWER_MS);
      const delayMs = backoffMs(attempt, random());
      if (!mayPass(verdict.error, hasAnswered) || clock() + delayMs - failingSinceMs > limitMs)
        throw hasAnswered ? asOutage(verdict.error) : verdict.error;
      observer.retrying(verdict.error, attempt, delayMs);
      await sleep(delayMs, signal);
    }
  }

  return Object.freeze({
    ask,
    comfortableRows: (query: string, most: number) => pacer?.comfortableRows(query, most) ?? most,
    usage: () => ({ ...usage }),
    limitsUsed: () => pacer?.limitsUsed() ?? [],
  });
}

/** A web page or an unknown host means a wrong endpoint at first, and maintenance once the API has answered. */
function mayPass(error: ConnectorError, hasAnswered: boolean): boolean {
  if (error.kind === 'transient') return true;
  return hasAnswered && (error.code === 'centra/not_graphql' || error.code === 'centra/unknown_host');
}

/** What would mean a wrong endpoint at first means that it is down once it has answered. */
function asOutage(error: ConnectorError): ConnectorError {
  if (error.code !== 'centra/not_graphql' && error.code !== 'centra/unknown_host') return error;
  return new ConnectorError({
    kind: 'transient',
    code: 'centra/outage',
    message: `Centra answered before, and does not any more: ${error.message}`,
    hint: 'Run the read again when the API is up: it goes on from the last state.',
    cause: error,
  });
}

function limitsUsedUp(what: string, untilMs: number): ConnectorError {
  return new ConnectorError({
    kind: 'throttled',
    code: 'centra/limits_used_up',
    message: `Centra's limits are used up until ${new Date(untilMs).toISOString()}, so ${what} cannot be asked for.`,
    hint: 'Try again then, or find out which of your other integrations uses them.',
  });
}
