import { expect, test } from 'vitest';
import { configurationSchema, parseConfiguration } from '../../../src/config/load.ts';

const schema = await configurationSchema();
const good = { endpoint: 'https://acme.centra.com/graphql', api_token: 'a-token' };
const file = { tenant_catalog: { source: 'file', path: '/etc/passwd' } };

function parse(settings: object, mode = 'CLOUD') {
  const sources = { environment: { DEPLOYMENT_MODE: mode }, readFile: () => '' };
  return parseConfiguration({ ...good, ...settings }, schema, sources);
}

test.each<[string, object, RegExp]>([
  ['this machine', { endpoint: 'https://localhost/graphql' }, /"endpoint" is not an address of the internet/],
  ['this machine, without TLS', { endpoint: 'http://127.0.0.1:80/graphql' }, /"endpoint" is not an/],
  ['its number', { endpoint: 'https://2130706433/graphql' }, /"endpoint" is not an/],
  ['a private network', { endpoint: 'https://10.0.0.7/graphql' }, /"endpoint" is not an/],
  ['the metadata of a cloud', { endpoint: 'https://169.254.169.254/graphql' }, /"endpoint" is not an/],
  ['a mapped address', { endpoint: 'https://[::ffff:10.0.0.7]/graphql' }, /"endpoint" is not an/],
  ['a catalog from a file', file, /"tenant_catalog" is a file, which is not read/],
  ['an inbox in a folder', { webhook_inbox: '/var/lib/inbox' }, /"webhook_inbox" is a folder/],
  [
    'an inbox on this machine',
    { webhook_inbox: 'postgresql://u:pw@127.0.0.1/db' },
    /"webhook_inbox" is not an/,
  ],
  ['its number', { webhook_inbox: 'postgresql://u:pw@2130706433/db' }, /"webhook_inbox" is not an/],
  ['a socket', { webhook_inbox: 'postgresql:///db?host=/var/run/postgresql' }, /"webhook_inbox" is not an/],
  ['no host', { webhook_inbox: 'postgresql:///db' }, /"webhook_inbox" is not an/],
  [
    'a host beside the host',
    { webhook_inbox: 'postgresql://u:pw@db.acme.com/db?host=10.0.0.7' },
    /"webhook_inbox" is/,
  ],
  [
    'one of several',
    { webhook_inbox: 'postgresql://u:pw@/db?host=db.acme.com,10.0.0.7' },
    /"webhook_inbox" is/,
  ],
])('many share a platform: %s is refused', (_, settings, message) => {
  expect(() => parse(settings)).toThrow(message);
  expect(() => parse(settings, 'cloud')).toThrow(/on a platform that many share\.$/);
  expect(() => parse(settings)).not.toThrow(/pw|passwd|10\.0/);
  expect(() => parse(settings, 'OSS')).not.toThrow();
});

test('the rest is not', () => {
  const inbox = 'postgresql://u:pw@db.acme.com:5432/db?sslmode=require';
  const inline = { source: 'inline', yaml: 'version: 1\nextends: default\n' };
  const configuration = parse({ tenant_catalog: inline, webhook_inbox: inbox });
  expect(configuration.webhook.inbox?.reveal()).toBe(inbox);
  expect(configuration.tenantCatalog).toEqual(inline);
});
