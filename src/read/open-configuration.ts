import { didYouMean } from '../catalog/language/near-match.ts';
import { type Configuration, configurationSchema, loadConfiguration } from '../config/load.ts';
import { isPostgresAddress, passwordsIn } from '../config/postgres-address.ts';
import { Secret } from '../config/secret.ts';
import type { CommandContext } from '../console/command-context.ts';
import { isObject } from '../json.ts';

/** The configuration in a file. */
export function configurationAt(
  path: string,
  context: Pick<CommandContext, 'output' | 'log'>,
): Promise<Configuration> {
  return openConfiguration(() => loadConfiguration(path), context);
}

/** Loads a configuration; from then on its secrets are blotted out of all that is said. */
export async function openConfiguration(
  load: () => Promise<Configuration>,
  { output, log }: Pick<CommandContext, 'output' | 'log'>,
): Promise<Configuration> {
  const configuration = await load();
  output.guard(secretsOf(configuration));
  const known = Object.keys(propertiesOf(await configurationSchema()));
  for (const name of configuration.unknownNames) {
    // The sandbox's first line is a configuration, and says where the sandbox takes orders, too.
    if (name === 'control') continue;
    const meant = didYouMean(name, known);
    log(
      'warn',
      `The configuration's "${name}" means nothing here and is passed over.${meant === undefined ? '' : ` ${meant}`}`,
    );
  }
  return configuration;
}

function propertiesOf({ properties }: Readonly<Record<string, unknown>>): object {
  return isObject(properties) ? properties : {};
}

function secretsOf({ apiToken, piiKey, webhook }: Configuration): readonly (Secret | undefined)[] {
  const inbox = webhook.inbox?.reveal() ?? '';
  // A folder is no secret; of an address, the password alone is shown in errors of others, too.
  const isAddress = isPostgresAddress(inbox);
  return [
    apiToken,
    piiKey,
    webhook.id,
    ...webhook.secrets,
    ...(isAddress ? [webhook.inbox, ...passwordsIn(inbox).map((password) => new Secret(password))] : []),
  ];
}
