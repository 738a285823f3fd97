import { configurationSchema } from '../config/load.ts';
import type { CommandContext } from '../console/command-context.ts';
import { SUCCESS } from '../console/exit-code.ts';
import { specLine } from '../protocol/airbyte/messages.ts';

/** Where a user is sent for more. */
export const DOCUMENTATION_URL = 'https://docs.airbyte.com/integrations/sources/centra';

/** Prints what a configuration may hold. */
export async function spec(_args: object, { output }: CommandContext): Promise<number> {
  await output.write(specLine(await configurationSchema(), DOCUMENTATION_URL));
  return SUCCESS;
}
