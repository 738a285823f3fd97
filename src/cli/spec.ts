import { configurationSchema } from '../config/load.ts';
import { specLine } from '../protocol/airbyte/messages.ts';
import { SUCCESS } from './exit-code.ts';
import type { Surroundings } from './surroundings.ts';

const DOCUMENTATION_URL = 'https://docs.airbyte.com/integrations/sources/centra';

export async function spec({ output }: Surroundings): Promise<number> {
  await output.write(specLine(await configurationSchema(), DOCUMENTATION_URL));
  return SUCCESS;
}
