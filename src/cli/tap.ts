import { type Configuration, configurationSchema } from '../config/load.ts';
import type { CommandContext } from '../console/command-context.ts';
import { FINDINGS, SUCCESS } from '../console/exit-code.ts';
import { ConnectorError, sentence } from '../errors.ts';
import { type AboutFormat, aboutTap } from '../protocol/singer/about.ts';
import { singerCatalog } from '../protocol/singer/catalog.ts';
import { singerWriter } from '../protocol/singer/writer.ts';
import { examine, tellFindings } from '../read/examination.ts';
import { offeredStreams } from '../read/offered-streams.ts';
import { openConfiguration } from '../read/open-configuration.ts';
import { runRead } from '../read/run-read.ts';
import { protocolSink } from '../read/sink.ts';
import { tapConfiguration, tapReadInput } from '../read/tap-input.ts';

interface TapArguments {
  readonly config: readonly string[];
  readonly discover: boolean;
  readonly catalog?: string | undefined;
  readonly state?: string | undefined;
  readonly fullRefresh?: readonly string[] | undefined;
  readonly test: boolean;
  readonly about: boolean;
  readonly format: AboutFormat;
}

/** Does what the options of `tap-centra` ask for: Singer has options where others have commands. */
export async function tap(argv: TapArguments, context: CommandContext): Promise<number> {
  if (argv.about) return about(argv, context);
  const configuration = await openConfiguration(() => tapConfiguration(argv.config, process.env), context);
  if (argv.test) return test(configuration, context);
  if (argv.discover) {
    const streams = await offeredStreams(configuration, context);
    await context.output.write(singerCatalog(streams));
    return SUCCESS;
  }
  const input = await tapReadInput(argv);
  const { exitCode } = await runRead(
    { configuration, ...input },
    protocolSink({ ...context, writer: singerWriter }),
    context,
  );
  return exitCode;
}

async function test(configuration: Configuration, context: CommandContext): Promise<number> {
  const examined = await examine(configuration, context);
  tellFindings(examined, context.log);
  const { isGood, message } = examined;
  context.log(isGood ? 'info' : 'error', message);
  return isGood ? SUCCESS : FINDINGS;
}

/** The streams are told where a configuration lets the shop be asked. */
async function about(argv: TapArguments, context: CommandContext): Promise<number> {
  const streams = argv.config.length === 0 ? undefined : await streamNames(argv.config, context);
  const description = {
    name: 'tap-centra',
    version: context.version,
    description: 'Orders, inventory, indeliveries and returns from a Centra shop.',
    settings: await configurationSchema(),
    ...(streams && { streams }),
    capabilities: ['about', 'activate-version', 'catalog', 'discover', 'properties', 'state', 'test'],
  };
  await context.output.writeText(aboutTap(description, argv.format));
  return SUCCESS;
}

async function streamNames(
  config: readonly string[],
  context: CommandContext,
): Promise<readonly string[] | undefined> {
  try {
    const configuration = await openConfiguration(() => tapConfiguration(config, process.env), context);
    return (await offeredStreams(configuration, context)).map(({ name }) => name);
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    context.log('warn', `The streams are left out: ${sentence(error)}`);
    return undefined;
  }
}
