import yargs from 'yargs';
import { badArguments } from './bad-arguments.ts';
import { catalogCommands } from './catalog/commands.ts';
import { SUCCESS } from './exit-code.ts';
import { airbyteFace, peopleFace } from './face.ts';
import { runProcess } from './process.ts';
import type { Surroundings } from './surroundings.ts';

const protocolCommands: ReadonlySet<string> = new Set(['spec', 'check', 'discover', 'read']);

/** Runs one command of `source-centra` and returns the exit code. */
export async function runSourceCentra(args: readonly string[]): Promise<number> {
  const face = isProtocolRun(args) ? airbyteFace : peopleFace;
  return runProcess({ face, isDebug: args.includes('--debug') }, async (surroundings) => {
    let exitCode = SUCCESS;
    await commandLine(args, surroundings, (code) => {
      exitCode = code;
    }).parseAsync();
    return exitCode;
  });
}

/** Known before the arguments are understood, since what is wrong with them must be said in the right form, too. */
function isProtocolRun(args: readonly string[]): boolean {
  const command = args.find((argument) => !argument.startsWith('-')) ?? '';
  const isPlain = /(^| )--format[= ]jsonl( |$)/.test(args.join(' '));
  return protocolCommands.has(command) && !isPlain;
}

function commandLine(args: readonly string[], surroundings: Surroundings, done: (code: number) => void) {
  const config = { type: 'string', demandOption: true, describe: 'The configuration, a JSON file' } as const;
  return yargs([...args])
    .scriptName('source-centra')
    .usage('$0 <command>\n\nReads a Centra shop as an Airbyte source.')
    .option('debug', { type: 'boolean', describe: 'Say more' })
    .command('spec', 'Print what the configuration may hold', {}, async () => {
      const { spec } = await import('./spec.ts');
      done(await spec(surroundings));
    })
    .command('check', 'Prove the endpoint, the token and its permissions', { config }, async (argv) => {
      const { check } = await import('./check.ts');
      done(await check(argv, surroundings));
    })
    .command('discover', 'Print the streams, with their schemas', { config }, async (argv) => {
      const { discover } = await import('./discover.ts');
      done(await discover(argv, surroundings));
    })
    .command(
      'read',
      'Print the records and states of the configured streams',
      {
        config,
        catalog: {
          type: 'string',
          describe: 'The configured catalog, a JSON file; needed unless --only names streams',
        },
        state: { type: 'string', describe: 'The last state that an earlier read printed, a JSON file' },
        only: { type: 'string', array: true, describe: 'Only these streams' },
        from: {
          type: 'string',
          describe: 'A slice: rows changed (or created) since then; the state is left alone',
        },
        to: { type: 'string', describe: 'The end of the slice; now, if left out' },
        format: {
          choices: ['airbyte', 'jsonl'] as const,
          default: 'airbyte' as const,
          describe: 'Messages on stdout, or plain rows in files',
        },
        out: { type: 'string', describe: 'With --format jsonl: the folder to write to, and to go on in' },
        json: { type: 'boolean', default: false, describe: 'With --format jsonl: the result as JSON' },
      },
      async (argv) => {
        if (argv.format === 'jsonl') {
          const { readToFolder } = await import('./read-to-folder.ts');
          return done(await readToFolder(argv, surroundings));
        }
        const { read } = await import('./read.ts');
        done(await read(argv, { ...surroundings, face: airbyteFace }));
      },
    )
    .command(
      'read-all <tenants>',
      'Read every tenant of a folder of configurations, some side by side',
      (allYargs) =>
        allYargs
          .positional('tenants', {
            type: 'string',
            demandOption: true,
            describe: 'The folder: acme.json, or acme/config.json, a tenant',
          })
          .option('out', {
            type: 'string',
            demandOption: true,
            describe: 'Where each tenant gets a folder, as read --format jsonl writes it',
          })
          .option('parallel', { type: 'number', default: 4, describe: 'How many tenants at once' })
          .option('only', { type: 'string', array: true, describe: 'Only these streams' })
          .option('json', { type: 'boolean', default: false, describe: 'The report as JSON' })
          .example('$0 read-all tenants/ --out data/', 'Into data/acme/orders.jsonl and so on'),
      async (argv) => {
        const { readAll } = await import('./read-all.ts');
        done(await readAll(argv, surroundings));
      },
    )
    .command(
      'explain',
      'Say what a sync will ask for, and how long that takes under the limits of the API',
      {
        config,
        catalog: {
          type: 'string',
          describe: 'The configured catalog, a JSON file; all streams, if left out',
        },
        state: { type: 'string', describe: 'The last state that an earlier read printed, a JSON file' },
        json: { type: 'boolean', default: false, describe: 'Print JSON, for machines' },
      },
      async (argv) => {
        const { explain } = await import('./explain.ts');
        done(await explain(argv, surroundings));
      },
    )
    .command(
      'verify',
      'Compare the shop with what reads have written; exit code 1 when they differ',
      {
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
      },
      async (argv) => {
        const { verify } = await import('./verify.ts');
        done(await verify(argv, surroundings));
      },
    )
    .command(
      'sandbox',
      'Serve an embedded Centra shop with made-up data',
      async (sandboxYargs) => (await import('./sandbox.ts')).sandboxOptions(sandboxYargs),
      async (argv) => {
        const { sandbox } = await import('./sandbox.ts');
        done(await sandbox(argv, surroundings));
      },
    )
    .command('catalog', 'Work on a tenant catalog', (catalogYargs) =>
      catalogCommands(catalogYargs, surroundings, done),
    )
    .demandCommand(1, 'Say which command to run.')
    .strict()
    .version(surroundings.version)
    .help()
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? badArguments('source-centra', message);
    });
}
