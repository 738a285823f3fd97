import type { Configuration } from '../config/load.ts';
import type { CommandContext } from '../console/command-context.ts';
import { airbyteWriter } from '../protocol/airbyte/writer.ts';
import { singerWriter } from '../protocol/singer/writer.ts';
import { type ReadInput, readInput, wholeStream } from '../read/input.ts';
import { configurationAt } from '../read/open-configuration.ts';
import { type Followed, receiveAndFollow } from '../read/serve.ts';
import { tapReadInput } from '../read/tap-input.ts';
import { tenantsIn } from '../read/tenants.ts';
import { badArguments } from './bad-arguments.ts';
import { durationMs, durationMsOrNever } from './duration.ts';

export interface ServeArguments {
  readonly config?: readonly string[] | undefined;
  readonly tenants?: string | undefined;
  readonly host: string;
  readonly port: number;
  readonly metricsPort?: number | undefined;
  readonly read: boolean;
  readonly format: 'airbyte' | 'singer';
  readonly catalog?: string | undefined;
  readonly state?: string | undefined;
  readonly only?: readonly string[] | undefined;
  readonly poll: string;
  readonly snapshots: string;
}

/** Receives webhooks, and with `--read` prints what they name, until it is stopped. */
export async function serve(args: ServeArguments, context: CommandContext): Promise<number> {
  const { host, port, metricsPort, read, format } = args;
  const configurations: Configuration[] = [];
  for (const path of args.config ?? (await tenantPaths(args.tenants)))
    configurations.push(await configurationAt(path, context));
  const followed = read ? await followedOf(args, configurations) : undefined;
  const writer = format === 'singer' ? singerWriter : airbyteWriter;
  return receiveAndFollow({ configurations, host, port, metricsPort, followed }, { ...context, writer });
}

async function tenantPaths(folder: string | undefined): Promise<readonly string[]> {
  if (folder === undefined)
    throw badArguments(
      'source-centra serve',
      'serve needs --config, or --tenants with a folder of configurations',
    );
  return (await tenantsIn(folder)).map(({ config }) => config);
}

async function followedOf(args: ServeArguments, configurations: readonly Configuration[]): Promise<Followed> {
  const [configuration, ...others] = configurations;
  if (configuration === undefined || others.length > 0)
    throw badArguments('source-centra serve', 'serve --read reads one shop: give it one --config');
  return {
    configuration,
    input: await inputOf(args),
    pollMs: durationMs('poll', args.poll),
    snapshotMs: durationMsOrNever('snapshots', args.snapshots),
  };
}

/** A tap's own catalog knows no choice of streams beside it. */
async function inputOf({ catalog, state, only, format }: ServeArguments): Promise<ReadInput> {
  if (format === 'airbyte') return readInput({ catalog, state, only }, Date.now());
  const input = await tapReadInput({ catalog, state });
  if (only === undefined) return input;
  const wanted = input.wanted?.filter(({ name }) => only.includes(name)) ?? only.map(wholeStream);
  return { ...input, wanted, only };
}
