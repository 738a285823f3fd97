import type { CommandContext } from '../console/command-context.ts';
import { SUCCESS } from '../console/exit-code.ts';
import { catalogLine } from '../protocol/airbyte/messages.ts';
import { offeredStreams } from '../read/offered-streams.ts';
import { configurationAt } from '../read/open-configuration.ts';

/** Prints the streams that a platform may choose from. */
export async function discover(args: { readonly config: string }, context: CommandContext): Promise<number> {
  const configuration = await configurationAt(args.config, context);
  await context.output.write(catalogLine(await offeredStreams(configuration, context)));
  return SUCCESS;
}
