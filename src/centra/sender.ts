import type { ConnectorError } from '../errors.ts';
import { classify, type Retry, type Verdict } from './answer.ts';
import type { Token } from './token.ts';
import type { Transport } from './transport.ts';
import { TransportError } from './transport-error.ts';
import { unreachable } from './unreachable.ts';

export interface SenderOptions {
  readonly endpoint: string;
  readonly token: Token;
  readonly transport: Transport;
  /** This machine's clock, milliseconds since 1970. */
  readonly clock: () => number;
  /** A clock that nobody sets. */
  readonly elapsedMs: () => number;
  readonly userAgent: string;
}

interface Outgoing {
  readonly what: string;
  readonly operationName: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly answerWithinMs?: number;
}

export interface Sent {
  readonly verdict: Verdict;
  /** Undefined where no answer came. */
  readonly status: number | undefined;
  readonly durationMs: number;
  /** With which it was sent. */
  readonly token: string;
}

export type Sender = (outgoing: Outgoing, signal: AbortSignal) => Promise<Sent>;

/** Sends one request and understands what comes of it; rejects only where it was stopped, or where there is no token. */
export function createSender(options: SenderOptions): Sender {
  const { endpoint, token, transport, clock, elapsedMs, userAgent } = options;
  return async ({ what, query, variables, operationName, answerWithinMs }, signal) => {
    const limit = answerWithinMs === undefined ? undefined : AbortSignal.timeout(answerWithinMs);
    const text = await token.current();
    const sentMs = elapsedMs();
    const tookMs = () => Math.max(0, elapsedMs() - sentMs);
    try {
      const http = await transport({
        url: endpoint,
        signal: limit === undefined ? signal : AbortSignal.any([signal, limit]),
        headers: {
          authorization: `Bearer ${text}`,
          'content-type': 'application/json',
          accept: 'application/json',
          'user-agent': userAgent,
        },
        body: JSON.stringify({ query, variables, operationName }),
      });
      const durationMs = tookMs();
      return {
        verdict: classify(http, what, clock(), durationMs),
        status: http.status,
        durationMs,
        token: text,
      };
    } catch (failure) {
      signal.throwIfAborted();
      const cause = limit?.aborted ? new TransportError('TOO_SLOW', { cause: failure }) : failure;
      const error = unreachable(cause, endpoint, what);
      const verdict: Verdict = { kind: 'error', error, retry: retryOf(error) };
      return { verdict, status: undefined, durationMs: tookMs(), token: text };
    }
  };
}

/** A host or a proxy that does not exist was misspelt at first, and is a trouble of the network once there were answers. */
function retryOf({ kind, code }: ConnectorError): Retry {
  if (kind === 'transient') return 'patiently';
  return code === 'centra/unknown_host' || code === 'centra/proxy' ? 'if known to be good' : 'never';
}
