import { configurationSchema } from '../config/load.ts';
import { specLine } from '../protocol/airbyte/messages.ts';
import { DOCUMENTATION_URL } from './documentation.ts';
import { SUCCESS } from './exit-code.ts';
import type { Surroundings } from './surroundings.ts';

export async function spec({ output }: Surroundings): Promise<number> {
  await output.write(specLine(await configurationSchema(), DOCUMENTATION_URL));
  return SUCCESS;
}
