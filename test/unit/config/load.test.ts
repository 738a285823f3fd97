import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { configurationSchema, loadConfiguration, parseConfiguration } from '../../../src/config/load.ts';
import type { SecretSources } from '../../../src/config/secret-reference.ts';
import { type ConnectorError, sentence } from '../../../src/errors.ts';
import { parseJson } from '../../../src/json.ts';

const schema = await configurationSchema();
const good = { endpoint: 'https://acme.centra.com/graphql', api_token: 'a-token-that-nobody-may-see' };

test('what is left out has the default that the schema names', () => {
  const configuration = parseConfiguration(good, schema);
  const { properties } = schema as { properties: Record<string, { default?: unknown }> };
  expect(configuration).toMatchObject({
    tenantCatalog: properties.tenant_catalog?.default,
    budgetShare: properties.budget_share?.default,
    maxConcurrency: properties.max_concurrency?.default,
    startDate: undefined,
  });
});

test('a secret shows itself to no log', () => {
  const configuration = parseConfiguration({ ...good, pii_key: 'k'.repeat(32) }, schema);
  for (const text of [
    inspect(configuration),
    JSON.stringify(configuration),
    String(configuration.apiToken),
  ]) {
    expect(text).not.toContain('nobody-may-see');
    expect(text).not.toContain('kkkk');
  }
  expect(configuration.apiToken.reveal()).toBe('a-token-that-nobody-may-see');
});

test.each([
  ['2026-01-31', '2026-01-31T00:00:00Z'],
  ['2026-01-31T01:02:03Z', '2026-01-31T01:02:03Z'],
  ['2026-03-29T03:30:00.250+02:00', '2026-03-29T01:30:00Z'],
])('the start date %s is %s', (start_date, startDate) => {
  expect(parseConfiguration({ ...good, start_date }, schema).startDate).toBe(startDate);
});

const sources: SecretSources = {
  environment: { CENTRA_API_TOKEN: 'token-of-the-environment', SHORT: 'short', LONG: 'k'.repeat(32) },
  readFile: () => 'token-of-the-file\n',
};

test('secrets are taken from where the configuration says', () => {
  const given = { ...good, api_token: `\${CENTRA_API_TOKEN}`, pii_key: `\${LONG}` };
  const { apiToken, piiKey } = parseConfiguration(given, schema, sources);
  expect([apiToken.reveal(), piiKey?.reveal()]).toEqual(['token-of-the-environment', 'k'.repeat(32)]);
  const fromFile = parseConfiguration({ ...good, api_token: `\${file:/run/secrets/t}` }, schema, sources);
  expect(fromFile.apiToken.reveal()).toBe('token-of-the-file');
});

test('only secrets are references', () => {
  const path = `\${CENTRA_API_TOKEN}`;
  const given = { ...good, tenant_catalog: { source: 'file', path } };
  expect(parseConfiguration(given, schema, sources).tenantCatalog).toEqual({ source: 'file', path });
});

test('a configuration file may name a mounted secret', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'source-centra-config-'));
  try {
    writeFileSync(join(folder, 'api_token'), 'token-of-a-mount\n');
    const config = join(folder, 'config.json');
    const api_token = `\${file:${join(folder, 'api_token')}}`;
    writeFileSync(config, JSON.stringify({ endpoint: good.endpoint, api_token }));
    expect((await loadConfiguration(config)).apiToken.reveal()).toBe('token-of-a-mount');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('what the schema asks of a secret is asked of the secret, not of its reference', () => {
  const wrongKey = expect.objectContaining({ code: 'config/wrong_pii_key' });
  const longName = `SHORT_${'X'.repeat(32)}`;
  const environment = { ...sources.environment, [longName]: 'short' };
  for (const pii_key of [
    `\${SHORT}`,
    `\${${longName}}`,
    `\${file:/run/secrets/a-path-of-more-than-32-characters}`,
  ]) {
    const parse = () => parseConfiguration({ ...good, pii_key }, schema, { ...sources, environment });
    expect(parse, pii_key).toThrow(wrongKey);
  }
});

test('the schema lets references through, so that a form that checks against it does', () => {
  const isValid = new Ajv({ strict: false }).compile(schema);
  const { properties } = schema as { properties: Record<string, { airbyte_secret?: boolean }> };
  const secrets = Object.keys(properties).filter((name) => properties[name]?.airbyte_secret === true);
  expect(secrets).toEqual(expect.arrayContaining(['api_token', 'pii_key', 'webhook_secret']));
  for (const name of secrets) {
    for (const text of [`\${NAME}`, `\${file:/run/secrets/name}`])
      expect(isValid({ ...good, [name]: text }), `${name}: ${text}`).toBe(true);
  }
  for (const pii_key of ['short', `\${}`, `\${a b}`, '$PII_KEY', `\${file:}`])
    expect(isValid({ ...good, pii_key }), pii_key).toBe(false);
  for (const pii_key of ['k'.repeat(32), `${'k'.repeat(40)}\n`])
    expect(isValid({ ...good, pii_key }), pii_key).toBe(true);
});

test.each<[string, unknown]>([
  ['no object', []],
  ['nothing in it', {}],
  ['no token', { endpoint: good.endpoint }],
  ['an empty token', { ...good, api_token: '' }],
  ['http to another machine', { ...good, endpoint: 'http://acme.centra.com/graphql' }],
  [
    'http to a name that begins like a loopback',
    { ...good, endpoint: 'http://localhost:x@acme.com/graphql' },
  ],
  ['a password in the endpoint', { ...good, endpoint: 'https://me:hunter2@acme.centra.com/graphql' }],
  ['an endpoint that is no address', { ...good, endpoint: 'acme.centra.com' }],
  ['an unknown kind of tenant catalog', { ...good, tenant_catalog: { source: 'ftp', path: 'x' } }],
  ['a file without its path', { ...good, tenant_catalog: { source: 'file' } }],
  ['a day that does not exist', { ...good, start_date: '2026-13-45' }],
  ['a date in words', { ...good, start_date: 'last year' }],
  ['a short key', { ...good, pii_key: 'short' }],
  ['a reference that is none', { ...good, api_token: `\${nobody-may-see}` }],
  ['a variable that is not set', { ...good, api_token: `\${NOT_SET_ANYWHERE}` }],
  ['a share of nothing', { ...good, budget_share: 0 }],
  ['half a request', { ...good, max_concurrency: 0.5 }],
  ['two mistakes', { ...good, budget_share: 7, start_date: 'x' }],
])('%s is refused in one clear sentence', (_, value) => {
  let text = '';
  try {
    parseConfiguration(value, schema);
  } catch (error) {
    text = sentence(error as ConnectorError);
  }
  expect(text).not.toMatch(/hunter2|nobody-may-see|short/);
  expect(text).toMatchSnapshot();
});

test.each([
  ['', 'The configuration is not valid JSON: it is empty.'],
  ['{"api_token": "s3cret', 'The configuration is not valid JSON'],
  ['{\n  "a": 1,\n  b\n}', 'The configuration is not valid JSON (line 3, column 3).'],
])('the text %j is no JSON, and is not quoted', (text, message) => {
  const thrown = (() => {
    try {
      return parseJson(text, 'the configuration');
    } catch (error) {
      return error as ConnectorError;
    }
  })();
  expect(thrown).toMatchObject({ kind: 'config' });
  expect((thrown as ConnectorError).message.startsWith(message)).toBe(true);
  expect((thrown as ConnectorError).message).not.toContain('s3cret');
});

test('every property has what the user interface of Airbyte shows', () => {
  const text = readFileSync('schemas/configuration.schema.json', 'utf8');
  const { properties } = JSON.parse(text) as { properties: Record<string, Record<string, unknown>> };
  for (const [name, property] of Object.entries(properties)) {
    expect(property, name).toMatchObject({
      title: expect.any(String),
      description: expect.any(String),
      order: expect.any(Number),
    });
    if (/_(token|secret|key|password)$/.test(name))
      expect(property, name).toMatchObject({ airbyte_secret: true });
  }
});

describe('an inbox that is neither a folder nor a server is refused, without a word of it', () => {
  test.each([
    'mysql://someone:made-up-password@db.internal/inbox',
    'postgres:/someone:made-up-password@db.internal/inbox',
    'postgresql://someone:made/up-password@db.internal/inbox',
    'postgresql://someone:made-up-password@db.internal:port/inbox',
    'host=db.internal user=someone password=made-up-password',
  ])('%s', (inbox) => {
    const parse = () => parseConfiguration({ ...good, webhook_inbox: inbox }, schema);
    expect(parse).toThrow(/^The configuration has a wrong "webhook_inbox"\.$/);
    expect(parse).toThrow(
      expect.objectContaining({ hint: expect.stringMatching(/^Write postgresql:.*a folder\.$/) }),
    );
  });

  test.each([
    'inbox',
    './inbox 2',
    '/var/lib/inbox',
    'C:\\inbox',
    'postgresql://someone:made-up-100%@db.internal/inbox',
    'postgres://someone:made%2Fup@[::1]:5432/inbox?sslmode=require',
    'postgresql://someone@/inbox?host=/var/run/postgresql',
    'postgresql:///inbox',
  ])('but not %s', (inbox) => {
    const { webhook } = parseConfiguration({ ...good, webhook_inbox: inbox }, schema);
    expect(webhook.inbox?.reveal()).toBe(inbox);
  });
});

test('a configuration in place of its path is not shown', async () => {
  await expect(loadConfiguration(JSON.stringify(good))).rejects.toThrow(
    /^The configuration is given as JSON, where the path of a file is wanted\.$/,
  );
});
