import type { GraphQLSchema } from 'graphql';
import { ConnectorError } from '../errors.ts';
import type { Answer, Refusal } from './answer.ts';
import type { LimitUse } from './budget.ts';
import type { Variables } from './cost.ts';
import { Gate } from './gate.ts';
import { type Notice, Notices } from './notices.ts';
import { type LimitsAnswer, Pacer } from './pacer.ts';
import { mayTryAgain } from './patience.ts';
import { Prices } from './prices.ts';
import { parseRateLimits, rateLimitsQuery } from './rate-limits.ts';
import { backoffMs } from './retry-timing.ts';
import { createSender, type Sent } from './sender.ts';
import { Token, type TokenReader } from './token.ts';
import type { Transport } from './transport.ts';

export interface Query {
  /** What is asked for, for people: "orders", "the schema". */
  readonly what: string;
  readonly operationName: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** How many rows it asks for at most, where its cost grows with them. */
  readonly rows?: number;
  /**
   * The caller can ask for fewer rows, or leave one out: an error that may come of what is asked for (`isTooMuch`, or a
   * `path` that names a row) is thrown after a second try at most, and not waited out.
   */
  readonly canNarrow?: boolean;
  /** The caller can do without: no answer within this time is an error that may come of what is asked for. */
  readonly answerWithinMs?: number;
  /** The caller looks what the token may not see, and says it: the observer need not. */
  readonly findsRefusals?: boolean;
}

/** The one way to the API: waits when throttled, tries again when that can help, and throws a ConnectorError when it cannot. */
export interface CentraClient {
  readonly ask: (query: Query, signal: AbortSignal) => Promise<Answer>;
  /**
   * How many rows one request with this query should ask for, at most `most`, by what it costs and what the limits allow.
   * With the variables for so many rows, its cost is known before it was ever sent.
   */
  readonly comfortableRows: (
    query: string,
    most: number,
    variablesFor?: (rows: number) => Variables,
  ) => number;
  /** What was asked so far. */
  readonly usage: () => Usage;
  /** How much of the API's limits is used up by now; nothing where they are not known. */
  readonly limitsUsed: () => readonly LimitUse[];
  /** From now on queries are priced by this schema, before they are sent. */
  readonly priceBy?: (schema: GraphQLSchema) => void;
}

/** A client over a network, with what it heard on the way. */
export interface HttpClient extends CentraClient {
  readonly priceBy: (schema: GraphQLSchema) => void;
  /** What the API said again and again, beside its answers: each was told once. */
  readonly notices: () => readonly Notice[];
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
  readonly token: TokenReader;
  readonly transport: Transport;
  /** This machine's clock, milliseconds since 1970: for what people are told, and to compare it with the server's. */
  readonly clock: () => number;
  /** Milliseconds by a clock that nobody sets: for every wait and every patience. */
  readonly elapsedMs: () => number;
  readonly random: () => number;
  readonly sleep: (delayMs: number, signal: AbortSignal) => Promise<void>;
  /** How long failures in a row are waited out before they are reported. */
  readonly patienceMs: number;
  /** Whether an outage is waited out before the first answer too; else a person waits, and is told after seconds. */
  readonly waitsAtStart?: boolean;
  /** Endpoint and token have worked before (a read that has a state): what would mean that they are wrong may pass. */
  readonly isResumed?: boolean;
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
  /** Told at the end of each deprecation that came with more than one answer. */
  readonly repeated?: (notice: Notice) => void;
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

export function createClient(options: ClientOptions): HttpClient {
  const { clock, elapsedMs, random, sleep, patienceMs, longestThrottleMs, observer } = options;
  const usage = { requests: 0, complexity: 0, retries: 0, throttledMs: 0, pacedMs: 0 };
  const notices = new Notices();
  const prices = new Prices();
  const token = new Token(options.token);
  const send = createSender({ ...options, token });
  const gate = new Gate({
    clock,
    elapsedMs,
    longestMs: longestThrottleMs,
    sleep: async (delayMs, signal) => {
      usage.throttledMs += delayMs;
      await sleep(delayMs, signal);
    },
    waiting: observer.throttled,
  });
  const pacer = options.pace && pacerFor(options.pace);
  let hasAnswered = false;

  function pacerFor(pace: Pace): Pacer {
    return new Pacer({
      ...pace,
      clock: elapsedMs,
      sleep: async (delayMs, signal) => {
        usage.pacedMs += delayMs;
        await sleep(delayMs, signal);
      },
      askLimits,
      waiting: (untilMs) => observer.throttled(clock() + untilMs - elapsedMs(), 'the next request'),
    });
  }

  async function askLimits(signal: AbortSignal): Promise<LimitsAnswer> {
    await gate.pass(rateLimitsQuery.what, signal);
    const { verdict } = await sendOnce(rateLimitsQuery, 1, signal);
    if (verdict.kind === 'answer') {
      remember(verdict.answer, rateLimitsQuery.what);
      return { kind: 'limits', limits: parseRateLimits(verdict.answer.data) };
    }
    if (verdict.kind === 'throttled') closeTheGate(verdict.delayMs);
    // A token that is refused here is refused with the query too, which knows what to do about it.
    return { kind: verdict.kind === 'error' && verdict.error.kind === 'schema' ? 'not offered' : 'not now' };
  }

  function closeTheGate(delayMs: number): void {
    hasAnswered = true;
    gate.close(delayMs);
  }

  async function sendOnce(query: Query, attempt: number, signal: AbortSignal): Promise<Sent> {
    usage.requests += 1;
    const sent = await send(query, signal);
    const { verdict, status, durationMs } = sent;
    observer.exchanged?.({
      what: query.what,
      attempt,
      durationMs,
      status,
      complexity: verdict.kind === 'answer' ? verdict.answer.complexity : undefined,
      error: verdict.kind === 'error' ? verdict.error : undefined,
    });
    return sent;
  }

  async function sendAtItsTime(
    query: Query,
    attempt: number,
    signal: AbortSignal,
    throttledSinceMs: number | undefined,
  ): Promise<Sent> {
    await gate.pass(query.what, signal, throttledSinceMs);
    const ticket = await pacer?.admit(query.query, query.rows ?? 1, signal, prices.of(query));
    let complexity: number | undefined;
    try {
      // It may have closed while this request waited for its turn.
      await gate.pass(query.what, signal, throttledSinceMs);
      const sent = await sendOnce(query, attempt, signal);
      if (sent.verdict.kind === 'answer') complexity = sent.verdict.answer.complexity;
      return sent;
    } finally {
      ticket?.settle(complexity);
    }
  }

  function remember(answer: Answer, what: string, findsRefusals = false): void {
    hasAnswered = true;
    usage.complexity += answer.complexity ?? 0;
    notices.note('deprecation', answer.deprecations, (text) => text, observer.deprecated);
    notices.note(
      'refusal',
      findsRefusals ? [] : answer.refusals,
      ({ permission, path }) => `${permission ?? path.join('.')} (${what})`,
      (refusal) => observer.refused(refusal, what),
    );
  }

  async function ask(query: Query, signal: AbortSignal): Promise<Answer> {
    let failures = 0;
    let failingSinceMs: number | undefined;
    let throttles = 0;
    let throttledSinceMs: number | undefined;
    for (let attempt = 1; ; attempt += 1) {
      const { verdict, token: used } = await sendAtItsTime(query, attempt, signal, throttledSinceMs);
      if (verdict.kind === 'answer') {
        remember(verdict.answer, query.what, query.findsRefusals);
        return verdict.answer;
      }
      usage.retries += 1;
      if (verdict.kind === 'throttled') {
        // An API that says when to come back is not down.
        failures = 0;
        failingSinceMs = undefined;
        throttles += 1;
        throttledSinceMs ??= elapsedMs();
        // One that always names a time that has passed must not be asked for ever without a pause.
        closeTheGate(Math.max(verdict.delayMs, backoffMs(throttles, random())));
        pacer?.refused();
        continue;
      }
      throttles = 0;
      throttledSinceMs = undefined;
      failures += 1;
      failingSinceMs ??= elapsedMs();
      const { error, retry } = verdict;
      const isNewToken = error.kind === 'auth' && failures < 3 && (await token.hasChanged(used));
      const delayMs = isNewToken ? 0 : backoffMs(failures, random());
      const isKnown = hasAnswered || options.isResumed === true;
      const lastedMs = elapsedMs() - failingSinceMs;
      const mayPass = mayTryAgain(error, retry, { count: failures, lastedMs }, delayMs, {
        patienceMs,
        isKnown,
        waitsAtStart: options.waitsAtStart ?? false,
        canNarrow: query.canNarrow ?? false,
      });
      if (!isNewToken && !mayPass) throw isKnown ? asOutage(error) : error;
      observer.retrying(error, attempt, delayMs);
      await sleep(delayMs, signal);
    }
  }

  function comfortableRows(query: string, most: number, variablesFor?: (rows: number) => Variables): number {
    const price = variablesFor && ((rows: number) => prices.of({ query, variables: variablesFor(rows) }));
    return pacer?.comfortableRows(query, most, price) ?? most;
  }

  return Object.freeze({
    ask,
    comfortableRows,
    usage: () => ({ ...usage }),
    limitsUsed: () => pacer?.limitsUsed() ?? [],
    priceBy: (schema: GraphQLSchema) => prices.useSchema(schema),
    notices: () => notices.all(),
  });
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
