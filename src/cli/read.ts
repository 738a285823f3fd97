import { loadConfiguration } from '../config/load.ts';
import { ConnectorError } from '../errors.ts';
import type { ReadingFace } from './face.ts';
import { openConfiguration } from './open-configuration.ts';
import { type ReadArguments, readInput } from './read-input.ts';
import { runRead } from './run-read.ts';
import { spokenTo } from './sink.ts';
import type { Surroundings } from './surroundings.ts';

/** Prints the records and states of the configured streams. */
export async function read(
  args: ReadArguments & { readonly config: string },
  surroundings: Surroundings<ReadingFace>,
): Promise<number> {
  const configuration = await openConfiguration(() => loadConfiguration(args.config), surroundings);
  if (args.catalog === undefined && args.only === undefined) throw noStreams();
  const input = await readInput(args, Date.now());
  const { exitCode } = await runRead({ configuration, ...input }, spokenTo(surroundings), surroundings);
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
