import type { Argv } from 'yargs';
import type { Configuration } from '../config/load.ts';
import { configurationSchema } from '../config/load.ts';
import type { Surroundings } from '../console/command-context.ts';
import { FINDINGS, SUCCESS } from '../console/exit-code.ts';
import { ConnectorError, sentence } from '../errors.ts';
import type { ReadingFace } from '../protocol/face.ts';
import { type AboutFormat, aboutTap } from '../protocol/singer/about.ts';
import { singerCatalog } from '../protocol/singer/catalog.ts';
import { singerFace } from '../protocol/singer/face.ts';
import { openConfiguration } from '../read/open-configuration.ts';
import { runRead } from '../read/run-read.ts';
import { spokenTo } from '../read/sink.ts';
import { asksForHelp, COMMON_OPTIONS, openCommandLine, withoutHelp } from './command-line.ts';
import { discoverStreams } from './discover.ts';
import { examine } from './examination.ts';
import { runProcess } from './process.ts';
import { tapConfiguration, tapReadInput } from './tap-input.ts';

type TapSurroundings = Surroundings<ReadingFace>;

/** Runs `tap-centra` and returns the exit code. Singer has options where others have commands. */
export async function runTapCentra(args: readonly string[]): Promise<number> {
  const isDebug = args.includes('--debug');
  const options = { face: singerFace, name: 'tap-centra', isDebug, isQuiet: false };
  return runProcess(options, async (surroundings) => {
    const { yargs, help } = openCommandLine('tap-centra', asksForHelp(args) ? withoutHelp(args) : args);
    const described = describe(yargs, surroundings.version);
    if (asksForHelp(args)) {
      await surroundings.output.write(await help());
      return SUCCESS;
    }
    const argv = await described.parseAsync();
    // yargs has answered by itself.
    if (argv.version === true) return SUCCESS;
    return runOptions(argv, surroundings);
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

async function runOptions(argv: TapArguments, surroundings: TapSurroundings): Promise<number> {
  if (argv.about) return about(argv, surroundings);
  const configuration = await openConfiguration(
    () => tapConfiguration(argv.config, process.env),
    surroundings,
  );
  if (argv.test) return test(configuration, surroundings);
  if (argv.discover) {
    const streams = await discoverStreams(configuration, surroundings);
    await surroundings.output.write(singerCatalog(streams));
    return SUCCESS;
  }
  const input = await tapReadInput(argv);
  const { exitCode } = await runRead({ configuration, ...input }, spokenTo(surroundings), surroundings);
  return exitCode;
}

async function test(configuration: Configuration, surroundings: TapSurroundings): Promise<number> {
  const { isGood, message } = await examine(configuration, surroundings);
  surroundings.log(isGood ? 'info' : 'error', message);
  return isGood ? SUCCESS : FINDINGS;
}

/** The streams are told where a configuration lets the shop be asked. */
async function about(argv: TapArguments, surroundings: TapSurroundings): Promise<number> {
  const streams = argv.config.length === 0 ? undefined : await streamNames(argv.config, surroundings);
  const description = {
    name: 'tap-centra',
    version: surroundings.version,
    description: 'Orders, inventory, indeliveries and returns from a Centra shop.',
    settings: await configurationSchema(),
    ...(streams && { streams }),
    capabilities: ['about', 'activate-version', 'catalog', 'discover', 'properties', 'state', 'test'],
  };
  await surroundings.output.writeText(aboutTap(description, argv.format));
  return SUCCESS;
}

async function streamNames(
  config: readonly string[],
  surroundings: TapSurroundings,
): Promise<readonly string[] | undefined> {
  try {
    const configuration = await openConfiguration(() => tapConfiguration(config, process.env), surroundings);
    return (await discoverStreams(configuration, surroundings)).map(({ name }) => name);
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    surroundings.log('warn', `The streams are left out: ${sentence(error)}`);
    return undefined;
  }
}
