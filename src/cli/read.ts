import { badArgument } from '../console/bad-argument.ts';
import type { CommandContext } from '../console/command-context.ts';
import { airbyteWriter } from '../protocol/airbyte/writer.ts';
import { type ReadArguments, readInput } from '../read/input.ts';
import { configurationAt } from '../read/open-configuration.ts';
import { runRead } from '../read/run-read.ts';
import { protocolSink } from '../read/sink.ts';

interface Arguments extends ReadArguments {
  readonly config: string;
  readonly format: 'airbyte' | 'jsonl';
  readonly out?: string | undefined;
  readonly json: boolean;
}

/** Reads the configured streams once: messages on stdout, or files in a folder. */
export async function read(args: Arguments, context: CommandContext): Promise<number> {
  const out = args.format === 'jsonl' ? folderOf(args) : undefined;
  const configuration = await configurationAt(args.config, context);
  const input = await readInput(args, Date.now());
  if (out !== undefined) {
    const { readToFolder } = await import('../read/read-to-folder.ts');
    return readToFolder({ configuration, input, out, isJson: args.json }, context);
  }
  const sink = protocolSink({ ...context, writer: airbyteWriter });
  const { exitCode } = await runRead({ configuration, ...input }, sink, context);
  return exitCode;
}

function folderOf({ out, state, from, to }: Arguments): string {
  if (out === undefined || out === '')
    throw badArgument('--format jsonl needs one folder.', 'Name one with --out, such as --out data/.');
  if (state !== undefined)
    throw badArgument('A folder has its states in it.', 'Leave out --state; the read goes on by itself.');
  if (from !== undefined || to !== undefined)
    throw badArgument(
      'A slice has no place in a folder that goes on.',
      'Leave out --format jsonl, or --from and --to.',
    );
  return out;
}
