import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { newFolder } from './plain-folder.ts';

/** A folder of configurations, by the tenant's name. */
export function tenantsFolder(configurations: Readonly<Record<string, object>>): string {
  const folder = newFolder();
  for (const [name, configuration] of Object.entries(configurations))
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(configuration));
  return folder;
}

export const configurationOf = ({ endpoint, token }: Sandbox, more: object = {}) => ({
  endpoint,
  api_token: token,
  ...more,
});
