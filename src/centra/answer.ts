import { ConnectorError } from '../errors.ts';
import { isObject } from '../json.ts';
import { refusedPermission } from './permissions.ts';
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
}

export interface Refusal {
  /** "Order.billingAddress:read", where the API named it. */
  readonly permission: string | undefined;
  /** Response keys from the root, without list positions. */
  readonly path: readonly string[];
}

/** An answer, a wait until the limits let requests in again, or an error. The error's kind decides whether to try again. */
export type Verdict =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'throttled'; readonly delayMs: number }
  | { readonly kind: 'error'; readonly error: ConnectorError };

/**
 * Classifies an HTTP answer, once. `what` names the request for people ("orders"). Texts of the API are passed on only where
 * they speak about the query, since others may hold data.
 */
export function classify(http: HttpAnswer, what: string, nowMs: number): Verdict {
  const serverTimeMs = parseServerTime(http.header('date'));
  if (http.status === 429) {
    return { kind: 'throttled', delayMs: throttleDelayMs(http.header('retry-after'), serverTimeMs ?? nowMs) };
  }
  const isRefused = http.status === 401 || (http.status === 403 && parseBody(http.body) !== undefined);
  if (isRefused) return { kind: 'error', error: refusedToken(http.status) };
  // A web page with 403 comes from what stands before the API.
  if (http.status === 403) return failure(what, 'answered 403 with a web page');
  if (http.status === 404 || http.status === 405)
    return { kind: 'error', error: noApi(`answered ${http.status}`) };
  const body = parseBody(http.body);
  if (http.status >= 300 && http.status < 400) return { kind: 'error', error: noApi('redirects elsewhere') };
  if (http.status >= 500 || http.status === 408) return failure(what, `answered ${http.status}`);
  if (body === undefined) return unreadable(http, what);
  return classifyBody(body, http.status, what, serverTimeMs);
}

function classifyBody(
  body: Readonly<Record<string, unknown>>,
  status: number,
  what: string,
  serverTimeMs: number | undefined,
): Verdict {
  const errors = Array.isArray(body.errors) ? body.errors.filter(isObject) : [];
  const categories = new Set(errors.map(categoryOf));
  if (categories.has('authentication')) return { kind: 'error', error: refusedToken(status) };
  const refusals = errors.filter((error) => categoryOf(error) === 'authorization').map(toRefusal);
  const others = errors.filter((error) => categoryOf(error) !== 'authorization');
  const invalid = others.find((error) => isAboutTheQuery(error, status));
  if (invalid !== undefined) return { kind: 'error', error: invalidQuery(invalid, what) };
  if (others.length > 0) return failure(what, 'reported an internal error');
  const data = body.data;
  if (!isObject(data) || (refusals.length > 0 && Object.values(data).every((value) => value === null))) {
    return refusals.length > 0
      ? { kind: 'error', error: refusedPermissionError(refusals, what) }
      : failure(what, status === 200 ? 'sent an answer without data' : `answered ${status}`);
  }
  const extensions = isObject(body.extensions) ? body.extensions : {};
  const { complexity, appVersion } = extensions;
  return {
    kind: 'answer',
    answer: {
      data,
      refusals,
      complexity: typeof complexity === 'number' ? complexity : undefined,
      deprecations: [
        ...textsOf(extensions.deprecatedFieldsUsed),
        ...textsOf(extensions.deprecatedPermissionsUsed),
      ],
      appVersion: typeof appVersion === 'string' ? appVersion : undefined,
      serverTimeMs,
    },
  };
}

function parseBody(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function parseServerTime(date: string | undefined): number | undefined {
  const time = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(time) ? undefined : time;
}

function categoryOf(error: Readonly<Record<string, unknown>>): string {
  const extensions = error.extensions;
  const category = isObject(extensions) ? extensions.category : undefined;
  return typeof category === 'string' ? category : '';
}

/** The API marks what is wrong with a query; an unmarked error that has a path came up while the query ran. */
function isAboutTheQuery(error: Readonly<Record<string, unknown>>, status: number): boolean {
  const category = categoryOf(error);
  if (category === 'graphql') return true;
  return category === '' && (status === 400 || error.path === undefined);
}

function toRefusal(error: Readonly<Record<string, unknown>>): Refusal {
  const path = Array.isArray(error.path) ? error.path : [];
  return {
    permission: refusedPermission(String(error.message ?? '')),
    path: path.filter((part) => typeof part === 'string'),
  };
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function unreadable(http: HttpAnswer, what: string): Verdict {
  if (/^\s*</.test(http.body)) return { kind: 'error', error: noApi('answered a web page instead of JSON') };
  return failure(what, 'sent an answer that is not whole JSON');
}

function refusedToken(status: number): ConnectorError {
  return new ConnectorError({
    kind: 'auth',
    code: 'centra/unauthorized',
    message: `Centra refused the API token (${status}).`,
    hint: 'Check that it is complete, has not expired and belongs to this endpoint; make a new one in Centra under System > API Tokens.',
  });
}

function refusedPermissionError(refusals: readonly Refusal[], what: string): ConnectorError {
  const names = [...new Set(refusals.flatMap(({ permission }) => permission ?? []))];
  const list = names.length > 0 ? names.join(', ') : 'a permission that Centra did not name';
  return new ConnectorError({
    kind: 'permission',
    code: 'centra/permission',
    message: `The API token may not read ${what}: it lacks ${list}.`,
    hint: 'Add it to the token in Centra under System > API Tokens.',
  });
}

function noApi(how: string): ConnectorError {
  return new ConnectorError({
    kind: 'config',
    code: 'centra/not_graphql',
    message: `The endpoint ${how}: there is no GraphQL API at this address.`,
    hint: 'Check "endpoint"; it is usually https://{client}.centra.com/graphql.',
  });
}

function invalidQuery(error: Readonly<Record<string, unknown>>, what: string): ConnectorError {
  return new ConnectorError({
    kind: 'schema',
    code: 'centra/invalid_query',
    // A text about a place in the answer may hold what stands there; one about the query cannot.
    message:
      error.path === undefined
        ? `Centra refused the query for ${what}: ${String(error.message ?? '').slice(0, 300)}`
        : `Centra refused the query for ${what}.`,
    hint: 'The live schema differs from what the mapping expects: run discover again and correct the tenant catalog.',
  });
}

function failure(what: string, how: string): Verdict {
  return {
    kind: 'error',
    error: new ConnectorError({
      kind: 'transient',
      code: 'centra/failed',
      message: `Centra ${how} when asked for ${what}.`,
      hint: 'Try again later; if it lasts, ask Centra whether the API is up.',
    }),
  };
}
