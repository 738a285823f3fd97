import { ConnectorError } from '../errors.ts';
import type { CentraSourceConfiguration } from './configuration.generated.ts';
import { isPostgresAddress } from './postgres-address.ts';
import { isPublicHost } from './public-address.ts';

/** Airbyte sets DEPLOYMENT_MODE. Where strangers write configurations, none may look at the machine that runs it. */
export function isSharedPlatform(environment: Readonly<Record<string, string | undefined>>): boolean {
  return environment.DEPLOYMENT_MODE?.trim().toUpperCase() === 'CLOUD';
}

/** Refuses what reaches into the machine, or into the network around it; throws a ConnectorError of kind `config`. */
export function refuseOnSharedPlatform(settings: CentraSourceConfiguration): void {
  const { endpoint, tenant_catalog: catalog, webhook_inbox: inbox } = settings;
  if (!isPublicHost(new URL(endpoint).hostname)) {
    throw refused(
      'endpoint',
      'is not an address of the internet',
      'Use the address of your shop, such as https://acme.centra.com/graphql.',
    );
  }
  if (catalog?.source === 'file') {
    throw refused(
      'tenant_catalog',
      'is a file, which is not read',
      'Enter the text of the catalog instead, as { "source": "inline", "yaml": "…" }.',
    );
  }
  if (inbox === undefined) return;
  if (!isPostgresAddress(inbox)) {
    throw refused(
      'webhook_inbox',
      'is a folder, which is not used',
      'Use a PostgreSQL server: postgresql://user:password@host/database.',
    );
  }
  if (!postgresHosts(inbox).every(isPublicHost)) {
    throw refused(
      'webhook_inbox',
      'is not an address of the internet',
      'Use a PostgreSQL server that the platform can reach.',
    );
  }
}

/** The hosts that such an address may lead to: its own, and those of its parameters. Without any, it leads to this machine. */
function postgresHosts(address: string): readonly string[] {
  if (!URL.canParse(address)) return [''];
  const { hostname, searchParams } = new URL(address);
  const named = [hostname, ...searchParams.getAll('host'), ...searchParams.getAll('hostaddr')]
    .flatMap((hosts) => hosts.split(','))
    .filter((host) => host !== '');
  return named.length === 0 ? [''] : named.map(normalized);
}

/** As a browser would read it, so that 2130706433 is 127.0.0.1; a path is no host. */
function normalized(host: string): string {
  const address = `http://${host}`;
  return host.includes('/') || !URL.canParse(address) ? '' : new URL(address).hostname;
}

function refused(name: string, what: string, hint: string): ConnectorError {
  return new ConnectorError({
    kind: 'config',
    code: `config/wrong_${name}`,
    message: `The configuration's "${name}" ${what} on a platform that many share.`,
    hint,
  });
}
