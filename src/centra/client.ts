import { ConnectorError } from '../errors.ts';
import { type Answer, classify, type Refusal, type Verdict } from './answer.ts';
import { backoffMs } from './retry-timing.ts';
import type { Transport } from './transport.ts';

export interface Query {
  /** What is asked for, for people: "orders", "the schema". */
  readonly what: string;
  readonly operationName: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** The one way to the API: waits when throttled, tries again when that can help, and throws a ConnectorError when it cannot. */
export interface CentraClient {
  readonly ask: (query: Query, signal: AbortSignal) => Promise<Answer>;
  /** What was asked so far. */
  readonly usage: () => Usage;
}

export interface Usage {
  readonly requests: number;
  readonly complexity: number;
  readonly retries: number;
  readonly throttledMs: number;
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
  readonly userAgent: string;
  readonly observer: ClientObserver;
}

export interface ClientObserver {
  /** The limits are used up; requests go on at that time (milliseconds since 1970, this machine's clock). */
  readonly throttled: (untilMs: number, what: string) => void;
  readonly retrying: (error: ConnectorError, attempt: number, delayMs: number) => void;
  readonly deprecated: (text: string) => void;
  /** A part of an answer is null, since the token may not see it. Told once for each permission. */
  readonly refused: (refusal: Refusal, what: string) => void;
}

/** Before the API has answered once, the endpoint is more likely wrong than down: give up early, so that a person sees it. */
const PATIENCE_BEFORE_FIRST_ANSWER_MS = 5_000;

export function createClient(options: ClientOptions): CentraClient {
  const { endpoint, token, transport, clock, random, sleep, patienceMs, userAgent, observer } = options;
  const usage = { requests: 0, complexity: 0, retries: 0, throttledMs: 0 };
  const told = new Set<string>();
  let hasAnswered = false;
  /** Shared by all requests: one 429 stops them all, since each one sent too early extends the wait. */
  let closedUntilMs = 0;

  async function sendOnce(query: Query, signal: AbortSignal): Promise<Verdict> {
    usage.requests += 1;
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
      return classify(http, query.what, clock());
    } catch (cause) {
      signal.throwIfAborted();
      return { kind: 'error', error: unreachable(cause, endpoint, query.what) };
    }
  }

  async function waitForTheGate(signal: AbortSignal, what: string): Promise<void> {
    for (let delayMs = closedUntilMs - clock(); delayMs > 0; delayMs = closedUntilMs - clock()) {
      observer.throttled(closedUntilMs, what);
      usage.throttledMs += delayMs;
      await sleep(delayMs, signal);
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
    for (let attempt = 1; ; attempt += 1) {
      await waitForTheGate(signal, query.what);
      const verdict = await sendOnce(query, signal);
      if (verdict.kind === 'answer') {
        remember(verdict.answer, query.what);
        return verdict.answer;
      }
      usage.retries += 1;
      if (verdict.kind === 'throttled') {
        hasAnswered = true;
        closedUntilMs = Math.max(closedUntilMs, clock() + verdict.delayMs);
        continue;
      }
      failingSinceMs ??= clock();
      const limitMs = hasAnswered ? patienceMs : Math.min(patienceMs, PATIENCE_BEFORE_FIRST_ANSWER_MS);
      const delayMs = backoffMs(attempt, random());
      if (!mayPass(verdict.error, hasAnswered) || clock() + delayMs - failingSinceMs > limitMs)
        throw verdict.error;
      observer.retrying(verdict.error, attempt, delayMs);
      await sleep(delayMs, signal);
    }
  }

  return Object.freeze({ ask, usage: () => ({ ...usage }) });
}

/** A web page or an unknown host means a wrong endpoint at first, and maintenance once the API has answered. */
function mayPass(error: ConnectorError, hasAnswered: boolean): boolean {
  if (error.kind === 'transient') return true;
  return hasAnswered && (error.code === 'centra/not_graphql' || error.code === 'centra/unknown_host');
}

function unreachable(cause: unknown, endpoint: string, what: string): ConnectorError {
  const code = systemCode(cause);
  const { host } = new URL(endpoint);
  if (code === 'ENOTFOUND') {
    return new ConnectorError({
      kind: 'config',
      code: 'centra/unknown_host',
      message: `The host ${host} does not exist.`,
      hint: 'Check "endpoint"; it is usually https://{client}.centra.com/graphql.',
      cause,
    });
  }
  if (code.includes('CERT') || code.startsWith('ERR_TLS') || code.includes('SELF_SIGNED')) {
    return new ConnectorError({
      kind: 'config',
      code: 'centra/certificate',
      message: `The certificate of ${host} is not trusted (${code}).`,
      hint: 'Check "endpoint", or give Node.js your own authority with NODE_EXTRA_CA_CERTS.',
      cause,
    });
  }
  const how = reasons[code] ?? `cannot be reached (${code})`;
  return new ConnectorError({
    kind: 'transient',
    code: 'centra/unreachable',
    message: `${host} ${how} when asked for ${what}.`,
    hint: 'Check "endpoint" and the network between here and there, then try again.',
    cause,
  });
}

const reasons: Readonly<Record<string, string>> = Object.freeze({
  ECONNREFUSED: 'refuses connections',
  ECONNRESET: 'broke the connection',
  UND_ERR_SOCKET: 'broke the connection',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'sent half an answer',
  UND_ERR_CONNECT_TIMEOUT: 'does not answer',
  UND_ERR_HEADERS_TIMEOUT: 'did not answer in time',
  UND_ERR_BODY_TIMEOUT: 'stopped in the middle of its answer',
  EAI_AGAIN: 'cannot be looked up at the moment',
  ENETUNREACH: 'cannot be reached: there is no network',
});

/** The innermost system or undici code: an AggregateError holds one per address that was tried. */
function systemCode(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if (error instanceof AggregateError && error.errors.length > 0) return systemCode(error.errors[0]);
  const code = 'code' in error ? error.code : undefined;
  if (typeof code === 'string') return code;
  return error.cause === undefined ? error.name : systemCode(error.cause);
}
