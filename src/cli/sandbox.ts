import { once } from 'node:events';
import type { Argv } from 'yargs';
import { startSandbox } from '../sandbox/sandbox.ts';
import { SUCCESS } from './exit-code.ts';
import type { Surroundings } from './surroundings.ts';

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
    .option('events', { type: 'boolean', describe: 'Whether the events system is enabled' })
    .example('$0 sandbox > config.json &', 'A shop to try things with; its first line is a configuration')
    .example('$0 sandbox --orders 20000 --plan unlimited', 'A larger shop without limits')
    .example('$0 sandbox --tenant nord --plan growth', 'Other attributes, and the limits of a small plan')
    .example(
      '$0 sandbox --seed 7 --clock-start 2026-05-01T12:00:00Z --clock-frozen',
      'The same shop each time, for a test',
    )
    .strict();
}

type SandboxArguments = Awaited<ReturnType<typeof sandboxOptions>['argv']>;

/** Serves until it is stopped. One JSON line on stdout tells a program where; stderr tells a person. */
export async function sandbox(args: SandboxArguments, { output, signal }: Surroundings): Promise<number> {
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
  });
  const { endpoint, token, controlEndpoint } = shop;
  await output.write(`${JSON.stringify({ endpoint, api_token: token, control: controlEndpoint })}\n`);
  process.stderr.write(
    `A made-up Centra shop answers at ${endpoint}\n  API token: ${token}\n  Control:   ${controlEndpoint}\nStop it with Ctrl-C.\n`,
  );
  if (!signal.aborted) await once(signal, 'abort');
  await shop.close();
  return SUCCESS;
}
