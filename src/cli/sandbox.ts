import { once } from 'node:events';
import type { Argv } from 'yargs';
import {
  fileReference,
  processSecrets,
  resolveSecret,
  variableReference,
} from '../config/secret-reference.ts';
import type { Surroundings } from '../console/command-context.ts';
import { SUCCESS } from '../console/exit-code.ts';
import { startSandbox } from '../sandbox/sandbox.ts';
import type { WebhookOptions } from '../sandbox/webhooks/settings.ts';
import { badArguments } from './bad-arguments.ts';

/** The arguments of `sandbox`; an option that is left out has the sandbox's own default. */
export function sandboxOptions(yargs: Argv) {
  return yargs
    .option('port', { type: 'number', default: 4010, describe: 'Where to listen; 0 takes a free port' })
    .option('host', {
      type: 'string',
      // The image sets it: a container's own loopback address is of no use to anybody.
      default: process.env.SOURCE_CENTRA_SANDBOX_HOST ?? '127.0.0.1',
      describe: 'The address to listen on',
    })
    .option('seed', { type: 'number', describe: 'The same seed gives the same shop' })
    .option('orders', { type: 'number', describe: 'How many orders the shop has' })
    .option('tenant', {
      choices: ['acme', 'nord'] as const,
      describe: 'Whose custom attributes the shop has',
    })
    .option('plan', {
      choices: ['growth', 'enhanced', 'high-volume', 'enterprise', 'unlimited'] as const,
      describe: "Whose limits the API has, of Centra's plans",
    })
    .option('latency-ms', { type: 'number', describe: 'How long each answer takes at least' })
    .option('clock-start', {
      type: 'string',
      describe: "Where the shop's clock starts (ISO 8601); now, if left out",
    })
    .option('clock-frozen', { type: 'boolean', describe: "Whether the shop's clock moves only when told" })
    .option('token', { type: 'string', describe: 'The API token to accept' })
    .option('events', { type: 'boolean', describe: 'Whether the events system is switched on' })
    .option('extra-warehouses', {
      type: 'number',
      describe: "How many warehouses there are beside the shop's own",
    })
    .option('hide-orders', {
      type: 'string',
      array: true,
      choices: ['archived', 'onHold', 'waitingForPayment'] as const,
      describe: 'Which orders lists leave out unless a filter names them',
    })
    .option('serve-schema', {
      type: 'string',
      describe: 'A file with the schema to serve; the bundled one, if left out',
    })
    .option('without', {
      type: 'string',
      describe:
        'What the schema lacks: Type, Type.field, Type.field(argument), Input.field, Enum.VALUE, with commas',
    })
    .option('with-unknown', {
      type: 'string',
      describe:
        'What nobody has heard of: implementations, enum-values, or one of them with :Type, with commas',
    })
    .option('nullable-null', {
      type: 'string',
      describe: 'Relations that are null in every row: all that can be, or Type.field, with commas',
    })
    .option('refuse', {
      type: 'string',
      describe: 'Fields that no token may see: non-null for such relations, or Type.field, with commas',
    })
    .option('introspection', {
      choices: ['on', 'refused', 'cut', 'slow'] as const,
      describe: 'How queries for the schema are answered',
    })
    .option('slow-above-rows', {
      type: 'number',
      describe: 'Lists of more rows than this take too long (499)',
    })
    .option('webhook-url', { type: 'string', describe: 'Where to send signed webhooks about changes' })
    .option('webhook-secret-file', {
      type: 'string',
      describe: 'The file that holds the endpoint secret of the webhook',
    })
    .option('webhook-secret-env', {
      type: 'string',
      describe: 'The environment variable that holds it, instead of a file',
    })
    .option('webhook-types', {
      type: 'string',
      array: true,
      choices: ['order', 'return', 'shipment', 'customer', 'account'] as const,
      describe: 'The event triggers that are on; order, if left out',
    })
    .option('webhook-retries', {
      type: 'number',
      describe: 'How often a call that failed is made again, 0 to 3; 0, if left out',
    })
    .option('webhook-batch-ms', {
      type: 'number',
      describe: 'How long changes are gathered for one call; 100, if left out',
    })
    .example('$0 sandbox > sandbox.json &', 'A shop to try things with; its first line is a configuration')
    .example('$0 sandbox --orders 20000 --plan unlimited', 'A larger shop without limits')
    .example('$0 sandbox --tenant nord --plan growth', 'Other attributes, and the limits of a small plan')
    .example(
      '$0 sandbox --seed 7 --clock-start 2026-05-01T12:00:00Z --clock-frozen',
      'The same shop each time, for a test',
    )
    .example(
      'WEBHOOK_SECRET=made-up-secret $0 sandbox --webhook-url http://127.0.0.1:8080/centra/acme --webhook-secret-env WEBHOOK_SECRET',
      'Tell a receiver of each changed order',
    )
    .conflicts('webhook-secret-file', 'webhook-secret-env')
    .strict();
}

type SandboxArguments = Awaited<ReturnType<typeof sandboxOptions>['argv']>;

/** Serves until it is stopped. One JSON line on stdout tells a program where; stderr tells a person. */
export async function sandbox(args: SandboxArguments, { output, signal }: Surroundings): Promise<number> {
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
