import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import yargs from 'yargs';
import { ConnectorError, sentence } from '../errors.ts';
import { packageRoot } from '../package-root.ts';
import { errorLine } from '../protocol/airbyte/messages.ts';
import { catalogCommands } from './catalog/commands.ts';
import { BAD_INPUT, exitCodeOf, OUTPUT_CLOSED, SUCCESS } from './exit-code.ts';
import { createOutput, OutputClosed } from './output.ts';
import type { Surroundings } from './surroundings.ts';

/** Orchestrators kill after ten seconds. */
const GRACE_MS = 4_000;

const protocolCommands: ReadonlySet<string> = new Set(['spec', 'check', 'discover', 'read']);

/** Runs one command of `source-centra` and returns the exit code. */
export async function runSourceCentra(args: readonly string[]): Promise<number> {
  const output = createOutput(process.stdout);
  const stop = new AbortController();
  let stoppedBy: NodeJS.Signals | undefined;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      stoppedBy = signal;
      stop.abort(new Error(`stopped by ${signal}`));
      // Whatever hangs by then loses nothing: the last state that was printed stands.
      setTimeout(() => process.exit(signal === 'SIGTERM' ? 143 : 130), GRACE_MS).unref();
    });
  }
  const surroundings: Surroundings = {
    output,
    signal: stop.signal,
    version: packageVersion(),
    isDebug: args.includes('--debug'),
    isProtocolRun: protocolCommands.has(args.find((argument) => !argument.startsWith('-')) ?? ''),
  };
  const code = await runCommand(args, surroundings);
  await output.flush();
  if (stoppedBy !== undefined && code !== SUCCESS) return stoppedBy === 'SIGTERM' ? 143 : 130;
  return code;
}

async function runCommand(args: readonly string[], surroundings: Surroundings): Promise<number> {
  let exitCode = SUCCESS;
  try {
    await commandLine(args, surroundings, (code) => {
      exitCode = code;
    }).parseAsync();
    return exitCode;
  } catch (error) {
    return report(error, surroundings);
  }
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
      },
      async (argv) => {
        const { read } = await import('./read.ts');
        done(await read(argv, surroundings));
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
      throw error ?? badArguments(message);
    });
}

function badArguments(message: string): ConnectorError {
  return new ConnectorError({
    kind: 'config',
    code: 'cli/arguments',
    message: message.endsWith('.') ? message : `${message}.`,
    hint: 'Run source-centra --help to see the commands and their arguments.',
  });
}

/** One sentence: on stderr for people, and in a protocol run on stdout in the form of the protocol. */
async function report(
  error: unknown,
  { output, isDebug, isProtocolRun, signal }: Surroundings,
): Promise<number> {
  if (error instanceof OutputClosed) return OUTPUT_CLOSED;
  if (signal.aborted) {
    process.stderr.write(
      'source-centra: stopped. The next read goes on from the last state that was printed.\n',
    );
    return BAD_INPUT;
  }
  const failure = error instanceof ConnectorError ? error : unforeseen(error);
  process.stderr.write(output.redact(`source-centra: ${sentence(failure)}\n`));
  if (isDebug && error instanceof Error) process.stderr.write(output.redact(`${error.stack ?? ''}\n`));
  if (isProtocolRun) await output.writeText(errorLine(failure, failure.stream, Date.now()));
  return exitCodeOf(failure.kind);
}

function unforeseen(error: unknown): ConnectorError {
  return new ConnectorError({
    kind: 'bug',
    code: 'bug/unexpected',
    message: `Something went wrong that was not foreseen (${error instanceof Error ? error.name : typeof error}).`,
    hint: 'Please report this; the same command with --debug shows where it happened.',
    cause: error,
  });
}

function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}
