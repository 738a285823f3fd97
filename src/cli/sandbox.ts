import { once } from 'node:events';
import {
  fileReference,
  processSecrets,
  resolveSecret,
  variableReference,
} from '../config/secret-reference.ts';
import type { CommandContext } from '../console/command-context.ts';
import { SUCCESS } from '../console/exit-code.ts';
import { startSandbox } from '../sandbox/sandbox.ts';
import type { WebhookOptions } from '../sandbox/webhooks/settings.ts';
import { badArguments } from './bad-arguments.ts';
import type { SandboxArguments } from './sandbox-options.ts';

/** Serves until it is stopped. One JSON line on stdout tells a program where; stderr tells a person. */
export async function sandbox(args: SandboxArguments, { output, signal }: CommandContext): Promise<number> {
  const webhooks = webhookOf(args);
  const shop = await startSandbox({
    port: args.port,
    host: args.host,
    ...(args.seed !== undefined && { seed: args.seed }),
    ...(args.orders !== undefined && { orders: args.orders }),
    ...(args.tenant !== undefined && { tenant: args.tenant }),
    ...(args.plan !== undefined && { plan: args.plan }),
    ...(args.latencyMs !== undefined && { latencyMs: args.latencyMs }),
    ...(args.clockStart !== undefined && { clockStart: args.clockStart }),
    ...(args.clockFrozen !== undefined && { clockFrozen: args.clockFrozen }),
    ...(args.token !== undefined && { token: args.token }),
    ...(args.events !== undefined && { events: args.events }),
    ...(args.extraWarehouses !== undefined && { extraWarehouses: args.extraWarehouses }),
    ...(args.hideOrders !== undefined && { hiddenOrders: args.hideOrders }),
    ...(args.serveSchema !== undefined && { schemaFile: args.serveSchema }),
    ...(args.introspection !== undefined && { introspection: { mode: args.introspection } }),
    ...(args.slowAboveRows !== undefined && { slowAbove: { rows: args.slowAboveRows } }),
    schema: {
      remove: namesIn(args.without),
      unknown: namesIn(args.withUnknown),
      nullableNull: namesIn(args.nullableNull),
      refuse: namesIn(args.refuse),
    },
    ...(webhooks !== undefined && { webhooks }),
  });
  const { endpoint, token, controlEndpoint } = shop;
  await output.write(`${JSON.stringify({ endpoint, api_token: token, control: controlEndpoint })}\n`);
  const told = webhooks === undefined ? '' : `  Webhooks:  to ${new URL(webhooks.url).origin}\n`;
  process.stderr.write(
    `A made-up Centra shop answers at ${endpoint}\n  API token: ${token}\n  Control:   ${controlEndpoint}\n${told}Stop it with Ctrl-C.\n`,
  );
  if (!signal.aborted) await once(signal, 'abort');
  await shop.close();
  return SUCCESS;
}

/** The names in a text with commas between them. */
function namesIn(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

const webhookOptions = Object.freeze([
  'webhook-secret-file',
  'webhook-secret-env',
  'webhook-types',
  'webhook-retries',
  'webhook-batch-ms',
] as const);

function webhookOf(args: SandboxArguments): WebhookOptions | undefined {
  if (args.webhookUrl === undefined) {
    const alone = webhookOptions.find((name) => args[name] !== undefined);
    if (alone === undefined) return undefined;
    throw badArguments('source-centra sandbox', `--${alone} is of no use without --webhook-url.`);
  }
  return {
    url: args.webhookUrl,
    secret: webhookSecretOf(args),
    ...(args.webhookTypes !== undefined && { types: args.webhookTypes }),
    ...(args.webhookRetries !== undefined && { retries: args.webhookRetries }),
    ...(args.webhookBatchMs !== undefined && { batchMs: args.webhookBatchMs }),
  };
}

/** A secret on the command line would be in every list of processes. */
function webhookSecretOf({ webhookSecretFile: file, webhookSecretEnv: variable }: SandboxArguments): string {
  if (file !== undefined) {
    return resolveSecret(fileReference(file), { ...processSecrets, what: '--webhook-secret-file' });
  }
  if (variable !== undefined) {
    return resolveSecret(variableReference(variable), { ...processSecrets, what: '--webhook-secret-env' });
  }
  throw badArguments(
    'source-centra sandbox',
    'A webhook needs its endpoint secret: name it with --webhook-secret-file or --webhook-secret-env.',
  );
}
