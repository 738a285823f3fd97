import { once } from 'node:events';
import { type Configuration, loadConfiguration } from '../config/load.ts';
import type { Surroundings } from '../console/command-context.ts';
import { SUCCESS } from '../console/exit-code.ts';
import { ConnectorError } from '../errors.ts';
import type { Inbox } from '../inbox/inbox.ts';
import { openInbox } from '../inbox/open-inbox.ts';
import { airbyteFace, type Face, type ReadingFace } from '../protocol/face.ts';
import { singerFace } from '../protocol/singer/face.ts';
import { lagReport } from '../read/feed/lag-report.ts';
import { follow } from '../read/follow.ts';
import { type ReadInput, readInput, wholeStream } from '../read/input.ts';
import { openLastingInbox } from '../read/lasting-inbox.ts';
import { openConfiguration } from '../read/open-configuration.ts';
import { spokenTo } from '../read/sink.ts';
import { tenantsIn } from '../read/tenants.ts';
import { inboxTenant, type Lag, toldInbox } from '../read/told-inbox.ts';
import { createReceiver, type Receiver } from '../webhook/receiver.ts';
import { serveReceiver, type WebhookServer } from '../webhook/server.ts';
import { badArguments } from './bad-arguments.ts';
import { durationMs, durationMsOrNever } from './duration.ts';
import { tapReadInput } from './tap-input.ts';

export interface ServeArguments {
  readonly config?: readonly string[] | undefined;
  readonly tenants?: string | undefined;
  readonly host: string;
  readonly port: number;
  readonly read: boolean;
  readonly format: 'airbyte' | 'singer';
  readonly catalog?: string | undefined;
  readonly state?: string | undefined;
  readonly only?: readonly string[] | undefined;
  readonly poll: string;
  readonly snapshots: string;
}

/** So often what is older than the retention is deleted from the inbox. */
const SWEEP_EVERY_MS = 10 * 60_000;

/** Receives webhooks, and with `--read` brings what they tell of, until it is stopped. */
export async function serve(args: ServeArguments, surroundings: Surroundings): Promise<number> {
  const paths = args.config ?? (await tenantPaths(args.tenants));
  const configurations: Configuration[] = [];
  for (const path of paths)
    configurations.push(await openConfiguration(() => loadConfiguration(path), surroundings));
  const served = args.read ? await readOf(args, configurations) : undefined;
  const receiving = configurations.filter(({ webhook }) => webhook.id !== undefined);
  if (served === undefined && receiving.length === 0) throw nothingToServe();
  const location = inboxLocation(configurations);
  const { log } = surroundings;
  const inbox =
    location === undefined ? undefined : await openLastingInbox({ open: openerOf(location), log });
  if (receiving.length > 0 && inbox === undefined) throw noInbox();
  const sweeping = setInterval(() => inbox?.sweep().catch(() => undefined), SWEEP_EVERY_MS);
  let server: WebhookServer | undefined;
  try {
    const receiver = inbox && receiving.length > 0 ? receiverOf(receiving, inbox, surroundings) : undefined;
    server = receiver && (await serveReceiver({ receiver, host: args.host, port: args.port }));
    if (server !== undefined) {
      surroundings.log('info', `Webhooks are received at ${server.url}/centra/… for ${namesOf(receiving)}.`);
    }
    if (served === undefined) {
      if (!surroundings.signal.aborted) await once(surroundings.signal, 'abort');
      return SUCCESS;
    }
    return await followServed(served, inbox, { ...surroundings, face: faceOf(args) }, receiver);
  } finally {
    clearInterval(sweeping);
    await server?.close();
    await inbox?.close();
  }
}

function openerOf(location: string): () => Promise<Inbox> {
  return () => openInbox(location, { claimant: `serve ${process.pid}` });
}

function faceOf({ format }: ServeArguments): ReadingFace {
  return format === 'singer' ? singerFace : airbyteFace;
}

interface Served {
  readonly configuration: Configuration;
  readonly input: ReadInput;
  readonly pollMs: number;
  readonly snapshotMs: number;
}

async function readOf(args: ServeArguments, configurations: readonly Configuration[]): Promise<Served> {
  const [configuration, ...others] = configurations;
  if (configuration === undefined || others.length > 0)
    throw badArguments('source-centra serve', 'serve --read reads one shop: give it one --config');
  const { catalog, state, only, format } = args;
  const input =
    format === 'singer'
      ? onlyOf(await tapReadInput({ catalog, state }), only)
      : await readInput({ catalog, state, only }, Date.now());
  return {
    configuration,
    input,
    pollMs: durationMs('poll', args.poll),
    snapshotMs: durationMsOrNever('snapshots', args.snapshots),
  };
}

/** A tap knows no such choice beside its catalog. */
function onlyOf(input: ReadInput, only: readonly string[] | undefined): ReadInput {
  if (only === undefined) return input;
  const wanted = input.wanted?.filter(({ name }) => only.includes(name)) ?? only.map(wholeStream);
  return { ...input, wanted, only };
}

async function followServed(
  { configuration, input, pollMs, snapshotMs }: Served,
  inbox: Inbox | undefined,
  surroundings: Surroundings<ReadingFace>,
  receiver: Receiver | undefined,
): Promise<number> {
  const { wanted, only, states } = input;
  const tenant = inboxTenant(configuration);
  const report = lagReport(surroundings.log);
  const written = (lag: Lag) => {
    receiver?.written(tenant, lag.objects, lag.longestMs / 1000);
    report.written(lag);
  };
  const told = inbox && toldInbox({ inbox, tenant, clock: Date.now, log: surroundings.log, written });
  try {
    return await follow(
      { configuration, wanted, only, states, told, pollMs, snapshotMs },
      spokenTo(surroundings),
      surroundings,
    );
  } finally {
    report.close();
    await told?.close();
  }
}

function receiverOf(
  configurations: readonly Configuration[],
  inbox: Inbox,
  { log }: Surroundings<Face>,
): Receiver {
  return createReceiver({
    tenants: configurations.map((configuration) => ({
      name: inboxTenant(configuration),
      id: configuration.webhook.id?.reveal() ?? '',
      secrets: configuration.webhook.secrets.map((secret) => secret.reveal()),
    })),
    inbox,
    now: Date.now,
    log,
  });
}

async function tenantPaths(folder: string | undefined): Promise<readonly string[]> {
  if (folder === undefined)
    throw badArguments(
      'source-centra serve',
      'serve needs --config, or --tenants with a folder of configurations',
    );
  return (await tenantsIn(folder)).map(({ config }) => config);
}

/** All that one receiver takes waits in one inbox. */
function inboxLocation(configurations: readonly Configuration[]): string | undefined {
  const locations = new Set(configurations.flatMap(({ webhook }) => webhook.inbox?.reveal() ?? []));
  const [location, ...others] = locations;
  if (others.length === 0) return location;
  throw new ConnectorError({
    kind: 'config',
    code: 'webhook/several_inboxes',
    message: `The configurations name ${locations.size} webhook inboxes.`,
    hint: 'Give all that one receiver serves the same "webhook_inbox", or start a receiver for each.',
  });
}

function namesOf(configurations: readonly Configuration[]): string {
  return configurations.map(inboxTenant).join(', ');
}

function nothingToServe(): ConnectorError {
  return new ConnectorError({
    kind: 'config',
    code: 'webhook/nothing_to_serve',
    message: 'No configuration has a webhook.',
    hint: 'Run source-centra webhook create first, or add --read to follow a shop without webhooks.',
  });
}

function noInbox(): ConnectorError {
  return new ConnectorError({
    kind: 'config',
    code: 'webhook/no_inbox',
    message: 'A configuration has a webhook, but no "webhook_inbox" where its events can wait.',
    hint: 'Set "webhook_inbox" to a folder or to postgresql://user:password@host/database.',
  });
}
