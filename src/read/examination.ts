import type { CompiledStream, UnreadableStream } from '../catalog/compile/compiled.ts';
import { inWords } from '../catalog/language/near-match.ts';
import type { Configuration } from '../config/load.ts';
import { tokenExpiry } from '../config/token-expiry.ts';
import type { CommandContext } from '../console/command-context.ts';
import { type Log, loggingObserver } from '../console/log.ts';
import { probeEvents } from '../shop/events.ts';
import { lacksPermission, permissionsInWords } from './missing-permissions.ts';
import { type Source, withSource } from './open-source.ts';

/** A person waits for the answer. */
const PATIENCE_MS = 15_000;

const EVENTS_WARNING =
  "The events queue belongs to the token's integration name: do not share this token with another system that reads events, since each takes the other's away.";

export interface Finding {
  readonly isGood: boolean;
  readonly message: string;
}

/** What a check has found: of the connection as a whole, and of each list of the shop. */
export interface Examination extends Finding {
  readonly host: string;
  readonly findings: readonly Finding[];
  /** What the token lacks, and where this shop differs. */
  readonly notes: readonly string[];
}

/** Asks for a row of everything; throws a ConnectorError where that cannot even begin. */
export async function examine(configuration: Configuration, context: CommandContext): Promise<Examination> {
  const { log, signal } = context;
  const expiry = tokenExpiry(configuration, Date.now());
  if (expiry !== undefined) log('warn', expiry.message);
  const options = {
    patienceMs: PATIENCE_MS,
    observer: loggingObserver(log),
    tolerated: [],
    looksAtAccess: 'all',
  } as const;
  return withSource(configuration, options, context, async (source) => {
    const findings = findingsOf(source);
    if (configuration.hasEvents) {
      const { objectTypes } = await probeEvents(source.shop.client, source.schemas.schema, signal);
      log('warn', EVENTS_WARNING);
      log('info', listening(objectTypes));
    }
    return summarize(configuration, source, findings);
  });
}

/** Nothing errs where Centra has not switched the events system on, so that cannot be said. */
function listening(objectTypes: readonly string[] | undefined): string {
  const unknown =
    'Whether Centra has switched it on cannot be asked: a read says so when rows change and no event comes.';
  if (objectTypes === undefined || objectTypes.length === 0)
    return `The token may use the events system, and listens to nothing yet: the first read sees to that. ${unknown}`;
  return `The token may use the events system, and listens to ${inWords([...objectTypes].sort(), 'and')}. ${unknown}`;
}

function findingsOf({ catalog }: Source): readonly Finding[] {
  const unreadable = alike(catalog.unreadable).map(({ names, reason, permission }) => {
    const hint = permission === undefined ? '' : ' Add it to the token in Centra under System > API Tokens.';
    return { isGood: false, message: `${names.join(' and ')} cannot be read: ${reason}${hint}` };
  });
  const readable = byRoot(catalog.streams).map((streams) => ({
    isGood: true,
    message: `${streams.map(({ name }) => name).join(' and ')} can be read.`,
  }));
  return [...unreadable, ...readable];
}

interface Alike extends Omit<UnreadableStream, 'stream'> {
  readonly names: readonly string[];
}

/** Streams that cannot be read for the same reason, but for their names. */
function alike(unreadable: readonly UnreadableStream[]): readonly Alike[] {
  const found = new Map<string, Alike>();
  for (const { stream, reason, permission } of unreadable) {
    const key = reason.replaceAll(stream, '');
    const known = found.get(key);
    found.set(key, { reason, permission, ...known, names: [...(known?.names ?? []), stream] });
  }
  return [...found.values()];
}

function byRoot(streams: readonly CompiledStream[]): readonly (readonly CompiledStream[])[] {
  const groups = new Map<string, CompiledStream[]>();
  for (const stream of streams) {
    const key = JSON.stringify([stream.root.root, stream.where ?? null]);
    groups.set(key, [...(groups.get(key) ?? []), stream]);
  }
  return [...groups.values()];
}

/** For those whose answer is one sentence: each list by itself. */
export function tellFindings({ findings }: Examination, log: Log): void {
  for (const { isGood, message } of findings) log(isGood ? 'info' : 'warn', message);
}

/** One stream that can be read makes a connection worth having; what cannot be read, or stays empty, is said beside it. */
function summarize(
  { endpoint }: Configuration,
  { schemas, catalog, needed, missing, differences }: Source,
  findings: readonly Finding[],
): Examination {
  const isGood = findings.some((finding) => finding.isGood);
  const { host } = new URL(endpoint);
  const notes = [
    ...missing.flatMap((needed) => lacksPermission(needed, catalog) ?? []),
    ...(missing.length === 0 ? [] : [permissionsInWords(needed)]),
    ...differences,
  ];
  const sentences = [
    `${host} answers.`,
    ...(schemas.instead === undefined ? [] : [schemas.instead]),
    ...findings.map(({ message }) => message),
    ...notes,
  ];
  return { isGood, message: sentences.join(' '), host, findings, notes };
}
