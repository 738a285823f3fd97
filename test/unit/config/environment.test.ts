import { expect, test } from 'vitest';
import { configurationFromEnvironment } from '../../../src/config/environment.ts';
import { configurationSchema, parseConfiguration } from '../../../src/config/load.ts';
import { type ConnectorError, sentence } from '../../../src/errors.ts';

const schema = await configurationSchema();
const read = (environment: Readonly<Record<string, string | undefined>>) =>
  configurationFromEnvironment(environment, schema);

test('every setting has a variable, and its value the type that the schema names', () => {
  expect(
    read({
      PATH: '/bin',
      TAP_CENTRA_ENDPOINT: 'https://acme.centra.com/graphql',
      TAP_CENTRA_API_TOKEN: '12345',
      TAP_CENTRA_START_DATE: '2026-01-01',
      TAP_CENTRA_BUDGET_SHARE: '0.25',
      TAP_CENTRA_MAX_CONCURRENCY: ' 2 ',
      TAP_CENTRA_EVENTS: 'Yes',
      TAP_CENTRA_PII_KEY: '',
      TAP_CENTRA_PII_KEY_ID: undefined,
    }),
  ).toEqual({
    endpoint: 'https://acme.centra.com/graphql',
    api_token: '12345',
    start_date: '2026-01-01',
    budget_share: 0.25,
    max_concurrency: 2,
    events: true,
  });
});

test.each<[string, Record<string, string>]>([
  ['as JSON', { TAP_CENTRA_TENANT_CATALOG: '{"source": "file", "path": "/c.yaml"}' }],
  [
    'as Meltano flattens it',
    { TAP_CENTRA_TENANT_CATALOG_SOURCE: 'file', TAP_CENTRA_TENANT_CATALOG_PATH: '/c.yaml' },
  ],
  [
    'with two underscores',
    { TAP_CENTRA_TENANT_CATALOG__SOURCE: 'file', TAP_CENTRA_TENANT_CATALOG__PATH: '/c.yaml' },
  ],
  [
    'both, the parts before the whole',
    {
      TAP_CENTRA_TENANT_CATALOG: '{"source": "file", "path": "/other.yaml"}',
      TAP_CENTRA_TENANT_CATALOG_PATH: '/c.yaml',
    },
  ],
])('a setting inside of another, %s', (_, variables) => {
  const settings = read({
    ...variables,
    TAP_CENTRA_ENDPOINT: 'https://acme.centra.com/graphql',
    TAP_CENTRA_API_TOKEN: 'a-token',
  });
  expect(settings.tenant_catalog).toEqual({ source: 'file', path: '/c.yaml' });
  expect(parseConfiguration(settings, schema).tenantCatalog).toEqual({ source: 'file', path: '/c.yaml' });
});

test('a catalog of many lines stays as it is', () => {
  const yaml = 'version: 1\nextends: default\n';
  expect(read({ TAP_CENTRA_TENANT_CATALOG_SOURCE: 'inline', TAP_CENTRA_TENANT_CATALOG_YAML: yaml })).toEqual({
    tenant_catalog: { source: 'inline', yaml },
  });
});

test('a misspelt name is kept, so that it is warned of; how Meltano runs the tap is not', () => {
  const settings = read({
    TAP_CENTRA_ENDPOINT: 'https://acme.centra.com/graphql',
    TAP_CENTRA_API_TOKEN: 'a-token',
    TAP_CENTRA_START_DAET: '2026-01-01',
    TAP_CENTRA__SELECT: '["*.*"]',
  });
  expect(parseConfiguration(settings, schema).unknownNames).toEqual(['start_daet']);
});

test('another prefix', () => {
  expect(
    configurationFromEnvironment({ SHOP_API_TOKEN: 'x', TAP_CENTRA_ENDPOINT: 'y' }, schema, 'SHOP_'),
  ).toEqual({
    api_token: 'x',
  });
});

test.each([
  ['TAP_CENTRA_BUDGET_SHARE', 'hunter2'],
  ['TAP_CENTRA_BUDGET_SHARE', 'Infinity'],
  ['TAP_CENTRA_MAX_CONCURRENCY', '2.5'],
  ['TAP_CENTRA_EVENTS', 'hunter2'],
  ['TAP_CENTRA_TENANT_CATALOG', '{"source": "hunter2"'],
  ['TAP_CENTRA_TENANT_CATALOG', '["hunter2"]'],
])('%s=%s is refused, and the value kept out of the error', (name, value) => {
  const error = failure(() => read({ [name]: value }));
  expect(error).toMatchObject({ kind: 'config', code: 'config/environment' });
  expect(sentence(error)).toMatch(new RegExp(`^The variable ${name} does not hold .*\\. Write .*\\.$`));
  expect(sentence(error)).not.toContain('hunter2');
});

test('lists are JSON', () => {
  const lists = { properties: { stores: { type: 'array' } } };
  expect(configurationFromEnvironment({ T_STORES: '[1, 2]' }, lists, 'T_')).toEqual({ stores: [1, 2] });
  expect(() => configurationFromEnvironment({ T_STORES: '1,2' }, lists, 'T_')).toThrow('a JSON array');
});

function failure(act: () => unknown): ConnectorError {
  try {
    act();
  } catch (error) {
    return error as ConnectorError;
  }
  throw new Error('It was not refused.');
}
