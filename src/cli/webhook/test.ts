import { setTimeout as sleepFor } from 'node:timers/promises';
import { request } from 'undici';
import type { CentraClient } from '../../centra/client.ts';
import { type Configuration, loadConfiguration } from '../../config/load.ts';
import type { CommandContext } from '../../console/command-context.ts';
import { FINDINGS, SUCCESS } from '../../console/exit-code.ts';
import { loggingObserver } from '../../console/log.ts';
import { ConnectorError } from '../../errors.ts';
import type { HintState } from '../../inbox/hint-lookup.ts';
import { openHintLookup } from '../../inbox/open-inbox.ts';
import { inboxTenant } from '../../read/hint-inbox.ts';
import { openConfiguration } from '../../read/open-configuration.ts';
import { openShop } from '../../read/shop.ts';
import { latestOrderNumber } from '../../shop/latest-order.ts';
import { signatureHeader } from '../../webhook/signature.ts';
import { durationMs } from '../duration.ts';
import { receiverAddress } from './address.ts';

export interface WebhookTestArguments {
  readonly config: string;
  readonly url: string;
  readonly order?: number | undefined;
  readonly wait: string;
}

const PATIENCE_MS = 15_000;
const LOOK_EVERY_MS = 100;
/** As long as Centra waits. */
const ANSWER_WITHIN_MS = 5_000;

/** Sends what Centra would send, and says what becomes of it. */
export async function webhookTest(
  args: WebhookTestArguments,
  context: CommandContext,
  open: typeof openHintLookup = openHintLookup,
): Promise<number> {
  const { output, signal } = context;
  const waitMs = durationMs('wait', args.wait);
  const base = receiverAddress(args.url);
  const configuration = await openConfiguration(() => loadConfiguration(args.config), context);
  const { id, secret, location } = webhookOf(configuration, args.config);
  const order = args.order ?? (await latestOrder(configuration, context));
  const startedMs = Date.now();
  const say = (text: string) =>
    output.writeText(`${((Date.now() - startedMs) / 1000).toFixed(1).padStart(5)} s  ${text}\n`);
  await say(`The receiver is told that the order ${order} has changed.`);
  const status = await send(`${base}/centra/${id}`, secret, order);
  if (status !== 200) {
    await say(`It answers ${status}: ${meanings[status] ?? 'that is not an answer of this receiver'}.`);
    return FINDINGS;
  }
  await say('It answers 200: the event is stored.');
  const lookup = await open(location);
  try {
    let shown: HintState = 'waiting';
    while (Date.now() - startedMs < waitMs && !signal.aborted) {
      const state = await lookup.state(inboxTenant(configuration), 'order', String(order));
      if (state !== shown) await say(words[state]);
      shown = state;
      if (state === 'done') return SUCCESS;
      if (state === 'dead' || state === 'unknown') return FINDINGS;
      await sleepFor(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
    await say('No reader has written it yet. Run source-centra serve --read, or a read: it takes it first.');
    return FINDINGS;
  } finally {
    await lookup.close();
  }
}

const words: Readonly<Record<HintState, string>> = Object.freeze({
  waiting: 'It waits for a reader.',
  claimed: 'A reader has taken it.',
  done: 'Its records and a state have been written.',
  dead: 'It cannot be read, and is put aside: the log of the reader says why.',
  unknown: 'The inbox does not know it: does the receiver use the same "webhook_inbox"?',
});

const meanings: Readonly<Record<number, string>> = Object.freeze({
  401: 'the signature is not right; does the receiver run with this configuration, and is its clock right',
  404: 'nothing is at this path; does the receiver run with this configuration',
  503: 'it cannot store the event; its log says why',
});

function webhookOf({ webhook }: Configuration, path: string) {
  const id = webhook.id?.reveal();
  const secret = webhook.secrets[0]?.reveal();
  const location = webhook.inbox?.reveal();
  if (id !== undefined && secret !== undefined && location !== undefined) return { id, secret, location };
  throw new ConnectorError({
    kind: 'config',
    code: 'webhook/not_configured',
    message: `${path} has no webhook yet.`,
    hint: 'Run source-centra webhook create first.',
  });
}

async function send(url: string, secret: string, order: number): Promise<number> {
  const event = {
    type: 'order',
    action: 'update',
    date: new Date().toISOString().replace('T', ' ').replace('Z', ''),
    id: order,
  };
  const body = `payload=${encodeURIComponent(JSON.stringify({ events: [event] }))}`;
  const answer = await request(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-centra-signature': signatureHeader(secret, Math.floor(Date.now() / 1000), body),
    },
    body,
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  }).catch((cause: unknown) => {
    throw new ConnectorError({
      kind: 'transient',
      code: 'webhook/no_receiver',
      message: `No receiver answers at ${new URL(url).origin}.`,
      hint: 'Start one with source-centra serve, and give its address with --url.',
      cause,
    });
  });
  await answer.body.dump();
  return answer.statusCode;
}

async function latestOrder(configuration: Configuration, context: CommandContext): Promise<number> {
  const shop = openShop(configuration, context, {
    patienceMs: PATIENCE_MS,
    observer: loggingObserver(context.log),
  });
  try {
    return await latestIn(shop.client, context.signal);
  } finally {
    await shop.close();
  }
}

async function latestIn(client: CentraClient, signal: AbortSignal): Promise<number> {
  const number = await latestOrderNumber(client, signal);
  if (number !== undefined) return number;
  throw new ConnectorError({
    kind: 'config',
    code: 'webhook/no_order',
    message: 'The shop shows no order.',
    hint: 'Name one with --order.',
  });
}
