import { configurationSchema } from '../config/load.ts';
import type { CommandContext } from '../console/command-context.ts';
import { SUCCESS } from '../console/exit-code.ts';
import { specLine } from '../protocol/airbyte/messages.ts';
import { DOCUMENTATION_URL } from './documentation.ts';

export async function spec({ output }: CommandContext): Promise<number> {
  await output.write(specLine(await configurationSchema(), DOCUMENTATION_URL));
  return SUCCESS;
}
