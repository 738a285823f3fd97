import { once } from 'node:events';
import type { Configuration } from '../config/load.ts';
import type { CommandContext } from '../console/command-context.ts';
import { SUCCESS } from '../console/exit-code.ts';
import type { Log } from '../console/log.ts';
import { ConnectorError } from '../errors.ts';
import type { Inbox } from '../inbox/inbox.ts';
import { openInbox } from '../inbox/open-inbox.ts';
import type { ProtocolWriter } from '../protocol/writer.ts';
import { createReceiver, type Receiver } from '../webhook/receiver.ts';
import { serveReceiver, type WebhookServer } from '../webhook/server.ts';
import { lagReport } from './feed/lag-report.ts';
import { type Following, follow } from './follow.ts';
import { hintInbox, inboxTenant, type Lag } from './hint-inbox.ts';
import type { ReadInput } from './input.ts';
import { openLastingInbox } from './lasting-inbox.ts';
import { protocolSink } from './sink.ts';

export interface Serving {
  readonly configurations: readonly Configuration[];
  /** Where webhooks are received. */
  readonly host: string;
  readonly port: number;
  /** Where the operator asks how the receiver does; undefined: nowhere. */
  readonly metricsPort: number | undefined;
  /** The one shop that is read on and on, if any is. */
  readonly followed: Followed | undefined;
}

export interface Followed extends Pick<Following, 'pollMs' | 'snapshotMs'> {
  readonly configuration: Configuration;
  readonly input: ReadInput;
}

/** Receives webhooks, and reads what they name where a shop is followed, until it is stopped. */
export async function receiveAndFollow(
  { configurations, host, port, metricsPort, followed }: Serving,
  context: CommandContext<ProtocolWriter>,
): Promise<number> {
  const receiving = configurations.filter(({ webhook }) => webhook.id !== undefined);
  if (followed === undefined && receiving.length === 0) throw nothingToServe();
  const location = inboxLocation(configurations);
  const { log } = context;
  const inbox =
    location === undefined ? undefined : await openLastingInbox({ open: openerOf(location, log), log });
  if (receiving.length > 0 && inbox === undefined) throw noInbox();
  const arrivals = createArrivals();
  let server: WebhookServer | undefined;
  try {
    const receiver =
      inbox && receiving.length > 0 ? receiverOf(receiving, inbox, arrivals, context) : undefined;
    server = receiver && (await serveReceiver({ receiver, host, port, statusPort: metricsPort }));
    if (server !== undefined) {
      if (server.statusUrl !== undefined)
        log('info', `/metrics, /healthz and /readyz answer at ${server.statusUrl}.`);
      log('info', `Webhooks are received at ${server.url}/centra/… for ${namesOf(receiving)}.`);
    }
    if (followed === undefined) {
      if (!context.signal.aborted) await once(context.signal, 'abort');
      return SUCCESS;
    }
    return await followShop(followed, inbox && { inbox, arrivals }, context, receiver);
  } finally {
    await server?.close();
    await inbox?.close();
  }
}

function openerOf(location: string, log: Log): () => Promise<Inbox> {
  return () => openInbox(location, { claimant: `serve ${process.pid}` }, (text) => log('warn', text));
}

/** For which tenant the receiver has stored something: a reader in this process need not wait until it looks again. */
interface Arrivals {
  readonly announce: (tenant: string) => void;
  readonly listen: (listener: (tenant: string) => void) => () => void;
}

function createArrivals(): Arrivals {
  const listeners = new Set<(tenant: string) => void>();
  return {
    announce: (tenant) => {
      for (const listener of listeners) listener(tenant);
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

async function followShop(
  { configuration, input, pollMs, snapshotMs }: Followed,
  waiting: { readonly inbox: Inbox; readonly arrivals: Arrivals } | undefined,
  context: CommandContext<ProtocolWriter>,
  receiver: Receiver | undefined,
): Promise<number> {
  const { wanted, only, states } = input;
  const tenant = inboxTenant(configuration);
  const report = lagReport(context.log);
  const written = (lag: Lag) => {
    receiver?.written(tenant, lag.objects, lag.longestMs / 1000);
    report.written(lag);
  };
  const hints =
    waiting &&
    hintInbox({
      inbox: waiting.inbox,
      onStored: waiting.arrivals.listen,
      tenant,
      clock: Date.now,
      log: context.log,
      written,
    });
  try {
    return await follow(
      { configuration, wanted, only, states, hints, pollMs, snapshotMs },
      protocolSink(context),
      context,
    );
  } finally {
    report.close();
    await hints?.close();
  }
}

function receiverOf(
  configurations: readonly Configuration[],
  inbox: Inbox,
  { announce }: Arrivals,
  { log }: Pick<CommandContext, 'log'>,
): Receiver {
  return createReceiver({
    tenants: configurations.map((configuration) => ({
      name: inboxTenant(configuration),
      id: configuration.webhook.id?.reveal() ?? '',
      secrets: configuration.webhook.secrets.map((secret) => secret.reveal()),
    })),
    inbox,
    stored: announce,
    now: Date.now,
    log,
  });
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
