import { loadConfiguration } from '../config/load.ts';
import type { CommandContext } from '../console/command-context.ts';
import { SUCCESS } from '../console/exit-code.ts';
import { ConnectorError, sentence } from '../errors.ts';
import { connectionStatusLine } from '../protocol/airbyte/messages.ts';
import { examine } from '../read/examination.ts';
import { openConfiguration } from '../read/open-configuration.ts';

/** Proves endpoint, token, catalog and permissions. What is wrong is the answer, not a failure of the command: the exit code is 0. */
export async function check(args: { readonly config: string }, context: CommandContext): Promise<number> {
  const { isGood, message } = await openConfiguration(() => loadConfiguration(args.config), context)
    .then((configuration) => examine(configuration, context))
    .catch((error: unknown) => {
      if (error instanceof ConnectorError && error.kind !== 'bug')
        return { isGood: false, message: sentence(error) };
      throw error;
    });
  await context.output.writeText(connectionStatusLine(isGood, message));
  return SUCCESS;
}
