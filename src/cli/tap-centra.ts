import type { Argv } from 'yargs';
import type { Configuration } from '../config/load.ts';
import { configurationSchema } from '../config/load.ts';
import type { CommandContext } from '../console/command-context.ts';
import { FINDINGS, SUCCESS } from '../console/exit-code.ts';
import { ConnectorError, sentence } from '../errors.ts';
import { type AboutFormat, aboutTap } from '../protocol/singer/about.ts';
import { singerCatalog } from '../protocol/singer/catalog.ts';
import { singerWriter } from '../protocol/singer/writer.ts';
import type { ProtocolWriter } from '../protocol/writer.ts';
import { examine } from '../read/examination.ts';
import { discoverStreams } from '../read/offered-streams.ts';
import { openConfiguration } from '../read/open-configuration.ts';
import { runRead } from '../read/run-read.ts';
import { protocolSink } from '../read/sink.ts';
import { tapConfiguration, tapReadInput } from '../read/tap-input.ts';
import { asksForHelp, COMMON_OPTIONS, openCommandLine, withoutHelp } from './command-line.ts';
import { runProcess } from './process.ts';

type TapContext = CommandContext<ProtocolWriter>;

/** Runs `tap-centra` and returns the exit code. Singer has options where others have commands. */
export async function runTapCentra(args: readonly string[]): Promise<number> {
  const isDebug = args.includes('--debug');
  const options = { writer: singerWriter, name: 'tap-centra', isDebug, isQuiet: false };
  return runProcess(options, async (context) => {
    const { yargs, help } = openCommandLine('tap-centra', asksForHelp(args) ? withoutHelp(args) : args);
    const described = describe(yargs, context.version);
    if (asksForHelp(args)) {
      await context.output.write(await help());
      return SUCCESS;
    }
    const argv = await described.parseAsync();
    // yargs has answered by itself.
    if (argv.version === true) return SUCCESS;
    return runOptions(argv, context);
  });
}

interface TapArguments {
  readonly config: readonly string[];
  readonly discover: boolean;
  readonly catalog?: string | undefined;
  readonly state?: string | undefined;
  readonly test: boolean;
  readonly about: boolean;
  readonly format: AboutFormat;
}

function describe(yargs: Argv, version: string) {
  return yargs
    .usage('$0 [options]\n\nReads a Centra shop as a Singer tap.')
    .option('config', {
      type: 'string',
      array: true,
      nargs: 1,
      default: [],
      describe: 'The settings, a JSON file; may be given more than once. ENV: the variables TAP_CENTRA_…',
    })
    .option('discover', { type: 'boolean', default: false, describe: 'Print the catalog of streams' })
    .option('catalog', {
      alias: 'properties',
      type: 'string',
      describe: 'The catalog with what is selected, a JSON file; every stream, if left out',
    })
    .option('state', { type: 'string', describe: 'The last state that the target confirmed, a JSON file' })
    .option('test', { type: 'boolean', default: false, describe: 'Check the connection, and read nothing' })
    .option('about', {
      type: 'boolean',
      default: false,
      describe: 'Describe settings, streams and capabilities',
    })
    .option('format', {
      choices: ['text', 'json', 'markdown'] as const,
      default: 'text' as const,
      describe: 'How --about is written',
    })
    .option('debug', { type: 'boolean', describe: 'Say more' })
    .group(['debug', 'help', 'version'], COMMON_OPTIONS)
    .example('$0 --config config.json --discover > catalog.json', 'What can be read')
    .example('$0 --config config.json --catalog catalog.json | target-jsonl', 'Load it')
    .example(
      '$0 --config config.json --catalog catalog.json --state state.json | target-jsonl > next.json',
      'Load what changed since',
    )
    .example('TAP_CENTRA_API_TOKEN=… $0 --config config.json --config ENV --test', 'The token from outside')
    .version(version);
}

async function runOptions(argv: TapArguments, context: TapContext): Promise<number> {
  if (argv.about) return about(argv, context);
  const configuration = await openConfiguration(() => tapConfiguration(argv.config, process.env), context);
  if (argv.test) return test(configuration, context);
  if (argv.discover) {
    const streams = await discoverStreams(configuration, context);
    await context.output.write(singerCatalog(streams));
    return SUCCESS;
  }
  const input = await tapReadInput(argv);
  const { exitCode } = await runRead({ configuration, ...input }, protocolSink(context), context);
  return exitCode;
}

async function test(configuration: Configuration, context: TapContext): Promise<number> {
  const { isGood, message } = await examine(configuration, context);
  context.log(isGood ? 'info' : 'error', message);
  return isGood ? SUCCESS : FINDINGS;
}

/** The streams are told where a configuration lets the shop be asked. */
async function about(argv: TapArguments, context: TapContext): Promise<number> {
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
  context: TapContext,
): Promise<readonly string[] | undefined> {
  try {
    const configuration = await openConfiguration(() => tapConfiguration(config, process.env), context);
    return (await discoverStreams(configuration, context)).map(({ name }) => name);
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    context.log('warn', `The streams are left out: ${sentence(error)}`);
    return undefined;
  }
}
