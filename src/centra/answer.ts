import type { ConnectorError } from '../errors.ts';
import { parseExactJson } from '../exact-json.ts';
import { isObject } from '../json.ts';
import {
  failed,
  invalidQuery,
  noApi,
  refusedPermissions,
  refusedToken,
  tooMuch,
  tooSlow,
} from './answer-errors.ts';
import { type ApiError, parseErrors } from './api-error.ts';
import { clockDifferenceMs } from './clocks.ts';
import { printable } from './printable.ts';
import { throttleDelayMs } from './retry-timing.ts';
import type { HttpAnswer } from './transport.ts';

/** What a query brought. Parts that the token may not see are null in `data`, and named in `refusals`. */
export interface Answer {
  readonly data: Readonly<Record<string, unknown>>;
  readonly refusals: readonly Refusal[];
  /** The cost of the query in points, where the API said it. */
  readonly complexity: number | undefined;
  readonly deprecations: readonly string[];
  readonly appVersion: string | undefined;
  /** The server's clock when it answered, in milliseconds since 1970. */
  readonly serverTimeMs: number | undefined;
  /** This machine's clock when the answer came. */
  readonly receivedAtMs?: number;
  /** How far the server's clock is ahead of ours, negative where it is behind; 0 where both may be right. Absent where the server did not say. */
  readonly clockDifferenceMs?: number;
}

export interface Refusal {
  /** "Order.billingAddress:read", where the API named it. */
  readonly permission: string | undefined;
  /** Response keys from the root, without list positions. */
  readonly path: readonly string[];
}

/** Whether a failed request is worth another try. */
export type Retry =
  | 'never'
  /** A few times, before the query is blamed. */
  | 'briefly'
  /** As long as the patience lasts. */
  | 'patiently'
  /** Means a mistake in the configuration, unless endpoint and token are known to be good: then it may pass. */
  | 'if known to be good';

/** An answer, a wait until the limits let requests in again, or an error. */
export type Verdict =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'throttled'; readonly delayMs: number }
  | { readonly kind: 'error'; readonly error: ConnectorError; readonly retry: Retry };

/**
 * Classifies an HTTP answer, once. `what` names the request for people ("orders"); the times are this machine's. Texts of
 * the API are passed on only where they speak about the query, since others may hold data.
 */
export function classify(http: HttpAnswer, what: string, nowMs: number, durationMs = 0): Verdict {
  const { status } = http;
  const serverTimeMs = parseServerTime(http.header('date'));
  if (status === 429) {
    return { kind: 'throttled', delayMs: throttleDelayMs(http.header('retry-after'), serverTimeMs ?? nowMs) };
  }
  const isPage = /^\s*</.test(http.body);
  // A web page with 403 comes from what stands before the API.
  if (status === 403 && isPage) return patiently(failed(what, 'answered 403 with a web page'));
  if (status === 401 || status === 403) return refusedAccess(http, what);
  if (status === 404 || status === 405) return ifKnown(noApi(`answered ${status}`));
  if (status >= 300 && status < 400)
    return ifKnown(noApi(`redirects ${redirectTarget(http.header('location'))}`));
  const byStatus = verdictByStatus(http, what);
  if (byStatus !== undefined) return byStatus;
  const body = parseBody(http.body);
  if (body === undefined) {
    if (isPage) return ifKnown(noApi('answered a web page instead of JSON'));
    if (status === 400) return briefly(invalidQuery(undefined, what));
    return patiently(failed(what, 'sent an answer that is not whole JSON', { isTooMuch: true }));
  }
  const clocks = {
    serverTimeMs,
    receivedAtMs: nowMs,
    ...(serverTimeMs !== undefined && {
      clockDifferenceMs: clockDifferenceMs({ serverTimeMs, receivedAtMs: nowMs, durationMs }),
    }),
  };
  return classifyBody(body, status, what, clocks);
}

/** The token as a whole, unless the body says that it only lacks a permission. */
function refusedAccess({ status, body }: HttpAnswer, what: string): Verdict {
  const errors = parseErrors(parseBody(body)?.errors);
  const isPermission = errors.length > 0 && errors.every(({ meaning }) => meaning === 'permission');
  const names = errors.map(({ permission }) => permission);
  return isPermission ? never(refusedPermissions(names, what)) : ifKnown(refusedToken(status));
}

/** Statuses that say all there is to know, whatever the body holds. */
function verdictByStatus({ status, body }: HttpAnswer, what: string): Verdict | undefined {
  if (status === 413) return never(tooMuch(what, 'answered 413: the request is too large'));
  if (slowStatuses.has(status)) return patiently(tooSlow(what, status));
  if (status === 500 || status === 502 || status === 520) {
    const path = parseErrors(parseBody(body)?.errors).find((error) => error.path !== undefined)?.path;
    return patiently(failed(what, `answered ${status}`, { path, isTooMuch: true }));
  }
  if (status >= 500 || status === 408) return patiently(failed(what, `answered ${status}`));
  return undefined;
}

/** The query took too long: said by the API (499), by a gateway before it (504), or by a network that it stands behind (524). */
const slowStatuses: ReadonlySet<number> = new Set([499, 504, 524]);

function classifyBody(
  body: Readonly<Record<string, unknown>>,
  status: number,
  what: string,
  clocks: Pick<Answer, 'serverTimeMs' | 'receivedAtMs' | 'clockDifferenceMs'>,
): Verdict {
  const errors = parseErrors(body.errors);
  if (errors.some(({ meaning }) => meaning === 'token')) return ifKnown(refusedToken(status));
  const refusals = errors.filter(({ meaning }) => meaning === 'permission').map(toRefusal);
  const others = errors.filter(({ meaning }) => meaning !== 'permission');
  const worst = verdictOfErrors(others, status, what);
  if (worst !== undefined) return worst;
  const data = body.data;
  if (!isObject(data) || (refusals.length > 0 && Object.values(data).every((value) => value === null))) {
    if (refusals.length > 0)
      return never(
        refusedPermissions(
          refusals.map(({ permission }) => permission),
          what,
        ),
      );
    if (status === 400) return briefly(invalidQuery(undefined, what));
    return patiently(failed(what, status === 200 ? 'sent an answer without data' : `answered ${status}`));
  }
  const extensions = isObject(body.extensions) ? body.extensions : {};
  const { complexity, appVersion } = extensions;
  return {
    kind: 'answer',
    answer: {
      data,
      refusals,
      complexity: isCost(complexity) ? complexity : undefined,
      deprecations: [
        ...textsOf(extensions.deprecatedFieldsUsed),
        ...textsOf(extensions.deprecatedPermissionsUsed),
      ],
      appVersion: typeof appVersion === 'string' ? printable(appVersion, 40) : undefined,
      ...clocks,
    },
  };
}

/** What the errors beside missing permissions come to; the one that says most about the query comes first. */
function verdictOfErrors(errors: readonly ApiError[], status: number, what: string): Verdict | undefined {
  const complex = errors.find(({ meaning }) => meaning === 'too complex');
  if (complex !== undefined) return never(tooMuch(what, 'refused the query as too complex', complex.path));
  const invalid = errors.find(({ meaning }) => meaning === 'query');
  if (invalid !== undefined) return never(invalidQuery(invalid, what, errors));
  const [first] = errors;
  if (first === undefined) return undefined;
  const unknown = errors.find(({ meaning }) => meaning === 'unknown');
  // An error that nobody marked may be passing trouble as well as a query that it does not like.
  if (unknown !== undefined && (status === 400 || unknown.path === undefined))
    return briefly(invalidQuery(unknown, what));
  const { path } = errors.find((error) => error.path !== undefined) ?? first;
  return patiently(failed(what, 'reported an internal error', { path, isTooMuch: true }));
}

function never(error: ConnectorError): Verdict {
  return { kind: 'error', error, retry: 'never' };
}

function briefly(error: ConnectorError): Verdict {
  return { kind: 'error', error, retry: 'briefly' };
}

function patiently(error: ConnectorError): Verdict {
  return { kind: 'error', error, retry: 'patiently' };
}

function ifKnown(error: ConnectorError): Verdict {
  return { kind: 'error', error, retry: 'if known to be good' };
}

function parseBody(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = parseExactJson(body);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function parseServerTime(date: string | undefined): number | undefined {
  const time = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(time) ? undefined : time;
}

/** Without what a query or a login in the address may hold. */
function redirectTarget(location: string | undefined): string {
  if (location === undefined || !URL.canParse(location)) return 'elsewhere';
  const { protocol, host, pathname } = new URL(location);
  return `to ${printable(`${protocol}//${host}${pathname}`, 100)}`;
}

function toRefusal({ permission, path }: ApiError): Refusal {
  return { permission, path: (path ?? []).filter((part) => typeof part === 'string') };
}

function isCost(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value)
    ? value.filter((item) => typeof item === 'string').map((text) => printable(text))
    : [];
}
