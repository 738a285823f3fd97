import type { Configuration } from '../config/load.ts';
import type { Surroundings } from './surroundings.ts';

/** Loads a configuration; from then on its secrets are blotted out of all that is said. */
export async function openConfiguration(
  load: () => Promise<Configuration>,
  { output, log }: Pick<Surroundings, 'output' | 'log'>,
): Promise<Configuration> {
  const configuration = await load();
  output.guard([configuration.apiToken, configuration.piiKey]);
  for (const name of configuration.unknownNames) {
    log('warn', `The configuration's "${name}" means nothing here and is passed over.`);
  }
  return configuration;
}
