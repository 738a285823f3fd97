import type { CompiledStream, UnreadableStream } from '../catalog/compile/compiled.ts';
import { didYouMean } from '../catalog/language/near-match.ts';
import { ConnectorError } from '../errors.ts';
import type { StreamPlan } from './plan.ts';

export function hasNoPast(name: string): ConnectorError {
  return new ConnectorError({
    kind: 'config',
    code: 'sync/snapshot_slice',
    stream: name,
    message: `The stream "${name}" is a snapshot of the present: it has no slice of the past.`,
    hint: 'Name other streams with --only, or read it without --from and --to.',
  });
}

/** The code of `shrank`. */
export const SHRANK = 'sync/snapshot_shrank';

export function shrank(stream: string, rows: number, before: number): ConnectorError {
  return new ConnectorError({
    kind: 'permission',
    code: SHRANK,
    stream,
    message: `The snapshot of "${stream}" has ${rows} rows, less than half of the ${before} that the last one had, so it does not take its place.`,
    hint: 'Check what the token may read: it may see less than before. If so many rows are really deleted, set "allow_mass_deletions" to true for one read.',
  });
}

export function notReadable(
  name: string,
  unreadable: Omit<UnreadableStream, 'stream'> | undefined,
  streams: readonly CompiledStream[],
): ConnectorError {
  if (unreadable?.permission !== undefined) {
    return new ConnectorError({
      kind: 'permission',
      code: 'centra/permission',
      stream: name,
      message: unreadable.reason,
      hint: 'Add it to the token in Centra under System > API Tokens.',
    });
  }
  if (unreadable !== undefined) {
    return new ConnectorError({
      kind: 'schema',
      code: 'sync/not_readable',
      stream: name,
      message: `The stream "${name}" cannot be read: ${unreadable.reason}`,
      hint: 'Leave it out of the connection, or change the tenant catalog.',
    });
  }
  return new ConnectorError({
    kind: 'config',
    code: 'sync/unknown_stream',
    stream: name,
    message: `The configured catalog asks for the stream "${name}", which the tenant catalog does not have.`,
    hint: `${whatThereIs(name, streams)} Run discover and refresh the connection's schema.`,
  });
}

/** Of a name that somebody typed, which no refreshed schema mends. */
export function noSuchStream(name: string, streams: readonly { readonly name: string }[]): ConnectorError {
  return new ConnectorError({
    kind: 'config',
    code: 'sync/unknown_stream',
    message: `There is no stream "${name}".`,
    hint: whatThereIs(name, streams),
  });
}

function whatThereIs(name: string, streams: readonly { readonly name: string }[]): string {
  const names = streams.map((stream) => stream.name);
  const meant = didYouMean(name, names);
  const all = `The tenant catalog has ${names.join(', ')}.`;
  return meant === undefined ? all : `${meant} ${all}`;
}

/** A refused permission that a column needs can also be answered by giving up the column. */
export function withColumns(error: ConnectorError, plans: readonly StreamPlan[]): ConnectorError {
  if (error.kind !== 'permission') return error;
  const columns = plans.flatMap(({ stream }) =>
    [...stream.permissions]
      .filter(([permission]) => error.message.includes(permission))
      .flatMap(([, names]) => names.map((name) => `${stream.name}.${name}`)),
  );
  if (columns.length === 0) return error;
  return new ConnectorError({
    kind: error.kind,
    code: error.code,
    message: error.message,
    hint: `${error.hint ?? ''} Or do without the columns that need it: ${columns.join(', ')}.`,
    cause: error.cause,
  });
}

export function asConnectorError(error: unknown, streams: readonly string[]): ConnectorError {
  if (error instanceof ConnectorError) return error;
  return new ConnectorError({
    kind: 'bug',
    code: 'bug/unexpected',
    message: `Reading ${streams.join(' and ')} failed in a way that was not foreseen (${error instanceof Error ? error.name : typeof error}).`,
    hint: 'Please report this; a run with --debug shows where.',
    cause: error,
  });
}
