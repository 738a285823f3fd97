import { type Body, ControlError, numberIn, onlyFields } from '../control-error.ts';
import { webhookFaultOf } from '../webhooks/faults.ts';
import { webhookSettings } from '../webhooks/settings.ts';
import type { Webhooks } from '../webhooks/webhooks.ts';

/** Sets the webhook up, or takes it away where its "url" is null. */
export function setWebhook(webhooks: Webhooks, body: Body): unknown {
  if (body.url === null) {
    onlyFields(body, ['url'], 'A webhook to take away');
    webhooks.remove();
  } else {
    webhooks.set(webhookSettings(body));
  }
  return { webhook: shownWebhook(webhooks) };
}

/** What is set up, what waits, and what was sent; with `since`, only the calls after the one with that id. */
export function shownWebhooks(webhooks: Webhooks, query: URLSearchParams): unknown {
  const since = Number(query.get('since') ?? 0);
  if (!Number.isInteger(since) || since < 0) throw new ControlError('"since" must be the id of a call.');
  const { log, waiting } = webhooks;
  return { webhook: shownWebhook(webhooks), waiting, counts: log.counts, calls: log.since(since) };
}

export function setWebhookFaults(webhooks: Webhooks, body: Body): unknown {
  onlyFields(body, ['faults', 'seed'], 'The body');
  if (!Array.isArray(body.faults)) throw new ControlError('"faults" must be a list.');
  const faults = body.faults.map(webhookFaultOf);
  webhooks.faults.replace(faults, numberIn(body, 'seed') ?? 1);
  return { faults };
}

/** All but the secret. */
function shownWebhook({ settings }: Webhooks): unknown {
  if (settings === undefined) return null;
  const { secret: _, ...shown } = settings;
  return shown;
}
