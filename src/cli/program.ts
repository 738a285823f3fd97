import type { Argv } from 'yargs';
import type { CommandContext } from '../console/command-context.ts';
import { SUCCESS } from '../console/exit-code.ts';
import { catalogCommands } from './catalog/commands.ts';
import { chooseFace } from './choose-face.ts';
import { asksForHelp, COMMON_OPTIONS, completionOf, openCommandLine, withoutHelp } from './command-line.ts';
import { configCommands } from './config-commands.ts';
import { runProcess } from './process.ts';
import { readCommands } from './read-commands.ts';
import { webhookCommands } from './webhook/commands.ts';

/** Runs one command of `source-centra` and returns the exit code. */
export async function runSourceCentra(args: readonly string[]): Promise<number> {
  const writer = chooseFace({ args, environment: process.env, isTty: process.stderr.isTTY });
  const isDebug = args.includes('--debug');
  const isQuiet = args.includes('--quiet');
  return runProcess({ writer, name: nameOf(args), isDebug, isQuiet }, async (context) => {
    let exitCode = SUCCESS;
    if (asksForHelp(args)) {
      await context.output.write(await helpOf(withoutHelp(args), context));
      return exitCode;
    }
    const { yargs } = openCommandLine('source-centra', args);
    await describe(yargs, args, context, (code) => {
      exitCode = code;
    }).parseAsync();
    return exitCode;
  });
}

/** What `--help` says after these words. */
export async function helpOf(words: readonly string[], context: CommandContext): Promise<string> {
  // yargs would print the script itself.
  if (words[0] === 'completion') return COMPLETION_HELP;
  const { yargs, help } = openCommandLine('source-centra', words);
  describe(yargs, words, context, () => undefined);
  return help();
}

/** `source-centra catalog check`: the words before the first option, and never a value. */
function nameOf(args: readonly string[]): string {
  const words = args.slice(0, 2).filter((word) => /^[a-z]+(-[a-z]+)*$/.test(word));
  return ['source-centra', ...words].join(' ');
}

const COMPLETION = 'Print what makes your shell complete commands: source <(source-centra completion)';

const COMPLETION_HELP = `source-centra completion

${COMPLETION}

Examples:
  In this shell
    $ source <(source-centra completion)

  In each new one
    $ source-centra completion >> ~/.bashrc
`;

/** What the program can do. */
function describe(
  yargs: Argv,
  args: readonly string[],
  context: CommandContext,
  done: (code: number) => void,
) {
  const config = { type: 'string', demandOption: true, describe: 'The configuration, a JSON file' } as const;
  const start = yargs
    .usage(
      '$0 <command>\n\nReads a Centra shop into any warehouse: as an Airbyte source, a Singer tap, or plain files.',
    )
    .option('debug', { type: 'boolean', describe: 'Say more' })
    .option('quiet', {
      type: 'boolean',
      describe: 'Say less: no progress, and on stderr only what is wrong; messages of a protocol stay',
    })
    .option('log-format', {
      choices: ['text', 'json'] as const,
      describe: 'How the log on stderr is written, where stdout is for people',
    })
    .group(['debug', 'quiet', 'log-format', 'help', 'version'], COMMON_OPTIONS);
  return readCommands(start, context, done)
    .command(
      'spec',
      'Print what the configuration may hold',
      (y) => y.example('$0 spec', 'As a platform asks for it'),
      async () => {
        const { spec } = await import('./spec.ts');
        done(await spec(context));
      },
    )
    .command(
      'check',
      'Prove the endpoint, the token and its permissions',
      (y) =>
        y
          .options({ config })
          .example(
            '$0 check --config config.json',
            'Names each stream that can be read, and what is missing',
          ),
      async (argv) => {
        const { check } = await import('./check.ts');
        done(await check(argv, context));
      },
    )
    .command(
      'discover',
      'Print the streams, with their schemas',
      (y) =>
        y
          .options({ config })
          .example('$0 discover --config config.json > discovered.json', 'What a platform chooses from'),
      async (argv) => {
        const { discover } = await import('../read/offered-streams.ts');
        done(await discover(argv, context));
      },
    )
    .command(
      'explain',
      'Say what a sync will ask for, and how long that takes under the limits of the API',
      (y) =>
        y
          .options({
            config,
            catalog: {
              type: 'string',
              describe: 'The configured catalog, a JSON file; all streams, if left out',
            },
            state: { type: 'string', describe: 'The last state that an earlier read printed, a JSON file' },
            json: { type: 'boolean', default: false, describe: 'Print JSON, for machines' },
          })
          .example('$0 explain --config config.json', 'A first sync of everything')
          .example(
            '$0 explain --config config.json --catalog catalog.json --state state.jsonl',
            'The next sync',
          ),
      async (argv) => {
        const { explain } = await import('../forecast/forecast-sync.ts');
        done(await explain(argv, context));
      },
    )
    .command(
      'verify',
      'Compare the shop with what reads have written; exit code 1 when they differ',
      (y) =>
        y
          .options({
            config,
            catalog: { type: 'string', demandOption: true, describe: 'The configured catalog, a JSON file' },
            output: {
              type: 'string',
              array: true,
              demandOption: true,
              describe: 'What a read printed on stdout; several in the order of the reads',
            },
            state: {
              type: 'string',
              describe: 'The state up to which to compare; the last of the output, if left out',
            },
            sample: { type: 'number', default: 200, describe: 'How many rows of each kind are read again' },
            ids: { type: 'number', default: 20, describe: 'How many rows of each kind are named' },
            all: { type: 'boolean', default: false, describe: 'Print the days that are equal too' },
            json: { type: 'boolean', default: false, describe: 'Print JSON, for machines' },
          })
          .example(
            '$0 verify --config config.json --catalog catalog.json --output first.jsonl --output second.jsonl',
            'A first read and the one after it, together',
          )
          .example(
            '$0 verify --config config.json --catalog catalog.json --output first.jsonl --sample 1000',
            'Reads more rows again',
          ),
      async (argv) => {
        const { verify } = await import('../verify/verify-outputs.ts');
        done(await verify(argv, context));
      },
    )
    .command(
      'sandbox',
      'Serve an embedded Centra shop with made-up data',
      async (sandboxYargs) => (await import('./sandbox.ts')).sandboxOptions(sandboxYargs),
      async (argv) => {
        const { sandbox } = await import('./sandbox.ts');
        done(await sandbox(argv, context));
      },
    )
    .command('config', 'Make a configuration', (configYargs) => configCommands(configYargs, context, done))
    .command('webhook', 'Set up webhooks, and try them', (webhookYargs) =>
      webhookCommands(webhookYargs, context, done),
    )
    .command('catalog', 'Work on a tenant catalog', (catalogYargs) =>
      catalogCommands(catalogYargs, context, done),
    )
    .completion('completion', COMPLETION, completionOf(yargs, args))
    .example('$0 config init', 'Begin here: asks for the shop and the token')
    .example('$0 sandbox > sandbox.json &', 'Or with a made-up shop')
    .example('$0 read --config config.json --format jsonl --out data/', 'Then read it')
    .demandCommand(1, 'Say which command to run.')
    .version(context.version);
}
