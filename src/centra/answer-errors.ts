import { ConnectorError } from '../errors.ts';
import type { ApiError } from './api-error.ts';

type Path = readonly (string | number)[] | undefined;

export function refusedToken(status: number): ConnectorError {
  return new ConnectorError({
    kind: 'auth',
    code: 'centra/unauthorized',
    message: `Centra refused the API token (${status}).`,
    hint: 'Check that it is complete, has not expired and belongs to this endpoint; make a new one in Centra under System > API Tokens.',
  });
}

/** A permission is undefined where the API did not name it. */
export function refusedPermissions(
  permissions: readonly (string | undefined)[],
  what: string,
): ConnectorError {
  const names = [...new Set(permissions.filter((name) => name !== undefined))];
  const list = names.length > 0 ? names.join(', ') : 'a permission that Centra did not name';
  return new ConnectorError({
    kind: 'permission',
    code: 'centra/permission',
    message: `The API token may not read ${what}: it lacks ${list}.`,
    hint: 'Add it to the token in Centra under System > API Tokens.',
    permissions: names,
  });
}

export function noApi(how: string): ConnectorError {
  return new ConnectorError({
    kind: 'config',
    code: 'centra/not_graphql',
    message: `The endpoint ${how}: there is no GraphQL API at this address.`,
    hint: 'Check "endpoint"; it is usually https://{client}.centra.com/graphql.',
  });
}

/** Without an error, the API said no more than that it is invalid (400). */
export function invalidQuery(
  error: ApiError | undefined,
  what: string,
  all: readonly ApiError[] = [],
): ConnectorError {
  const refused = `Centra refused the query for ${what}`;
  return new ConnectorError({
    kind: 'schema',
    code: 'centra/invalid_query',
    message: error === undefined ? `${refused} (400).` : messageOf(error, refused),
    hint: 'The live schema differs from what the mapping expects: run discover again and correct the tenant catalog.',
    path: error?.path,
    lacks: [...new Set(all.flatMap(({ lacks }) => lacks ?? []))],
  });
}

/** A text about a place in the answer may hold what stands there; one about the query cannot. */
function messageOf({ path, text }: ApiError, refused: string): string {
  if (path === undefined) return `${refused}: ${text}`;
  return path.length === 0 ? `${refused}.` : `${refused}, because of ${placeOf(path)}.`;
}

export function failed(
  what: string,
  how: string,
  { path, isTooMuch }: { readonly path?: Path; readonly isTooMuch?: boolean } = {},
): ConnectorError {
  const place = path === undefined || path.length === 0 ? '' : ` It came up at ${placeOf(path)}.`;
  return new ConnectorError({
    kind: 'transient',
    code: 'centra/failed',
    message: `Centra ${how} when asked for ${what}.${place}`,
    hint: 'Try again later; if it lasts, ask Centra whether the API is up.',
    path,
    ...(isTooMuch !== undefined && { isTooMuch }),
  });
}

export function tooSlow(what: string, status: number): ConnectorError {
  return new ConnectorError({
    kind: 'transient',
    code: 'centra/too_slow',
    message: `Centra answered ${status} when asked for ${what}: the query took too long.`,
    hint: 'Try again later; if it lasts, take columns out of the tenant catalog.',
    isTooMuch: true,
  });
}

/** Not for fewer rows either, when a single row is too much: then the mapping asks for more than the API gives. */
export function tooMuch(what: string, how: string, path?: Path): ConnectorError {
  return new ConnectorError({
    kind: 'config',
    code: 'centra/too_much',
    message: `Centra ${how} when asked for ${what}.`,
    hint: 'Take columns out of the tenant catalog, or give its nested lists a limit.',
    isTooMuch: true,
    path,
  });
}

/** `orders[17].market`. */
function placeOf(path: readonly (string | number)[]): string {
  return path
    .map((part, at) => (typeof part === 'number' ? `[${part}]` : at === 0 ? part : `.${part}`))
    .join('');
}
