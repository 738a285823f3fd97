import type { CompiledStream } from '../catalog/compile/compiled.ts';
import type { ClientObserver } from '../centra/client.ts';
import type { Configuration } from '../config/load.ts';
import { tokenExpiry } from '../config/token-expiry.ts';
import type { CommandContext } from '../console/command-context.ts';
import { type Log, loggingObserver } from '../console/log.ts';
import { ConnectorError, sentence } from '../errors.ts';
import { probeEvents } from '../shop/events.ts';
import { probe } from '../shop/probe.ts';
import { withSource } from './open-source.ts';

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
}

/** Asks for a few rows of everything; throws a ConnectorError where that cannot even begin. */
export async function examine(configuration: Configuration, context: CommandContext): Promise<Examination> {
  const { log, signal } = context;
  // What is refused is said below, for each list.
  const observer: ClientObserver = { ...loggingObserver(log), refused: () => undefined };
  const expiry = tokenExpiry(configuration, Date.now());
  if (expiry !== undefined) log('warn', expiry.message);
  const options = { patienceMs: PATIENCE_MS, observer, tolerated: [] };
  return withSource(configuration, options, context, async ({ shop, schemas, catalog }) => {
    const findings: Finding[] = catalog.unreadable.map(({ stream, reason }) => ({
      isGood: false,
      message: `${stream} cannot be read: ${reason}.`,
    }));
    for (const streams of byRoot(catalog.streams)) {
      findings.push(
        await examineRoot(streams, (probed) =>
          probe({ client: shop.client, schema: schemas.schema, signal, streams: probed }),
        ),
      );
    }
    if (configuration.hasEvents) {
      await probeEvents(shop.client, signal);
      log('warn', EVENTS_WARNING);
    }
    // People get them as the answer.
    if (context.writer.isProtocol) tell(findings, log);
    return summarize(configuration, findings);
  });
}

type Probe = (streams: readonly CompiledStream[]) => ReturnType<typeof probe>;

async function examineRoot(streams: readonly CompiledStream[], ask: Probe): Promise<Finding> {
  const names = streams.map(({ name }) => name).join(' and ');
  try {
    const refusals = await ask(streams);
    const lacking = [...new Set(refusals.flatMap(({ permission }) => permission ?? []))];
    if (lacking.length === 0) return { isGood: true, message: `${names} can be read.` };
    const empty = lacking
      .map((permission) => `${columnsNeeding(streams, permission)} (${permission})`)
      .join(', ');
    return {
      isGood: true,
      message: `${names} can be read, but the token lacks permissions, and these columns stay empty: ${empty}.`,
    };
  } catch (error) {
    const isAboutThisRoot = error instanceof ConnectorError && ['permission', 'schema'].includes(error.kind);
    if (!isAboutThisRoot) throw error;
    return { isGood: false, message: `${names} cannot be read: ${sentence(error)}` };
  }
}

function columnsNeeding(streams: readonly CompiledStream[], permission: string): string {
  const columns = streams.flatMap(({ name, permissions }) =>
    (permissions.get(permission) ?? []).map((column) => `${name}.${column}`),
  );
  return columns.length === 0 ? 'some' : columns.join(', ');
}

function byRoot(streams: readonly CompiledStream[]): readonly (readonly CompiledStream[])[] {
  const groups = new Map<string, CompiledStream[]>();
  for (const stream of streams) {
    const key = JSON.stringify([stream.root.root, stream.where ?? null]);
    groups.set(key, [...(groups.get(key) ?? []), stream]);
  }
  return [...groups.values()];
}

function tell(findings: readonly Finding[], log: Log): void {
  for (const { isGood, message } of findings) log(isGood ? 'info' : 'warn', message);
}

/** One stream that can be read makes a connection worth having; what cannot be read is said beside it. */
function summarize({ endpoint }: Configuration, findings: readonly Finding[]): Examination {
  const isGood = findings.some((finding) => finding.isGood);
  const sentences = findings.map(({ message }) => message).join(' ');
  const { host } = new URL(endpoint);
  return { isGood, message: `${host} answers. ${sentences}`, host, findings };
}
