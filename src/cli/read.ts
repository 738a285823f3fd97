import { loadConfiguration } from '../config/load.ts';
import type { CommandContext } from '../console/command-context.ts';
import { ConnectorError } from '../errors.ts';
import type { ProtocolWriter } from '../protocol/writer.ts';
import { type ReadArguments, readInput } from '../read/input.ts';
import { openConfiguration } from '../read/open-configuration.ts';
import { runRead } from '../read/run-read.ts';
import { protocolSink } from '../read/sink.ts';

/** Prints the records and states of the configured streams. */
export async function read(
  args: ReadArguments & { readonly config: string },
  context: CommandContext<ProtocolWriter>,
): Promise<number> {
  const configuration = await openConfiguration(() => loadConfiguration(args.config), context);
  if (args.catalog === undefined && args.only === undefined) throw noStreams();
  const input = await readInput(args, Date.now());
  const { exitCode } = await runRead({ configuration, ...input }, protocolSink(context), context);
  return exitCode;
}

function noStreams(): ConnectorError {
  return new ConnectorError({
    kind: 'config',
    code: 'cli/arguments',
    message: 'Missing required argument: catalog.',
    hint: 'Give a configured catalog with --catalog, or name streams with --only.',
  });
}
