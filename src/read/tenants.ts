import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ConnectorError } from '../errors.ts';
import { isObject } from '../json.ts';
import { readTextFile } from '../text-file.ts';

export interface Tenant {
  readonly name: string;
  /** The path of its configuration. */
  readonly config: string;
  /** The path of its configured catalog; undefined: all streams. */
  readonly catalog: string | undefined;
}

/** The tenants of a folder, by name: `acme.json`, or `acme/config.json` with, if wanted, `acme/catalog.json`. */
export async function tenantsIn(folder: string): Promise<readonly Tenant[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw noTenants(folder, 'cannot be read', cause);
  });
  const found = await Promise.all(names.map((name) => tenantAt(folder, name)));
  const tenants = found.flatMap((tenant) => tenant ?? []).sort((a, b) => (a.name < b.name ? -1 : 1));
  if (tenants.length === 0) throw noTenants(folder, 'holds no configuration');
  const twice = tenants.find(({ name }, at) => tenants.findIndex((other) => other.name === name) < at);
  if (twice !== undefined) {
    throw noTenants(folder, `holds the tenant "${twice.name}" twice, as a file and as a folder`);
  }
  return tenants;
}

/**
 * The tenants, those of one shop together. They have its limits in common, of which each keeps to a share, so they must
 * not be read side by side. What is wrong with a configuration is for its own read to say.
 */
export async function byShop(tenants: readonly Tenant[]): Promise<readonly (readonly Tenant[])[]> {
  const shops = new Map<string, Tenant[]>();
  for (const tenant of tenants) {
    const shop = (await endpointIn(tenant.config)) ?? `tenant ${tenant.name}`;
    shops.set(shop, [...(shops.get(shop) ?? []), tenant]);
  }
  return [...shops.values()];
}

async function endpointIn(config: string): Promise<string | undefined> {
  const value: unknown = await readTextFile(config)
    .then(JSON.parse)
    .catch(() => undefined);
  const endpoint = isObject(value) ? value.endpoint : undefined;
  return typeof endpoint === 'string' && URL.canParse(endpoint) ? new URL(endpoint).href : undefined;
}

async function tenantAt(folder: string, name: string): Promise<Tenant | undefined> {
  if (name.startsWith('.')) return undefined;
  const path = join(folder, name);
  if (name.endsWith('.json') && (await isFile(path)))
    return { name: name.slice(0, -'.json'.length), config: path, catalog: undefined };
  const config = join(path, 'config.json');
  if (!(await isFile(config))) return undefined;
  const catalog = join(path, 'catalog.json');
  return { name, config, catalog: (await isFile(catalog)) ? catalog : undefined };
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}

function noTenants(folder: string, what: string, cause?: unknown): ConnectorError {
  return new ConnectorError({
    kind: 'config',
    code: 'cli/tenants',
    message: `The folder ${folder} ${what}.`,
    hint: 'Give each tenant one configuration: acme.json, or acme/config.json.',
    cause,
  });
}
