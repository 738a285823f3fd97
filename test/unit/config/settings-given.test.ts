import { describe, expect, test } from 'vitest';
import { configurationFromEnvironment } from '../../../src/config/environment.ts';
import { type Configuration, configurationSchema, parseConfiguration } from '../../../src/config/load.ts';
import type { ConnectorError } from '../../../src/errors.ts';
import { sentence } from '../../../src/errors.ts';

const schema = await configurationSchema();
const good = { endpoint: 'https://acme.centra.com/graphql', api_token: 'a-token' };
const { properties, required } = schema as {
  properties: Record<string, { airbyte_secret?: boolean }>;
  required: readonly string[];
};
const optional = Object.keys(properties).filter((name) => !required.includes(name));
const secrets = optional.filter((name) => properties[name]?.airbyte_secret === true);
const sources = { environment: { EMPTY: '', BLANK: ' \n' }, readFile: () => '\ufeff\r\n' };
const unset = withoutFunctions(parseConfiguration(good, schema));

function parse(settings: object) {
  return withoutFunctions(parseConfiguration({ ...good, ...settings }, schema, sources));
}

function withoutFunctions({ currentApiToken: _, ...settings }: Configuration) {
  return settings;
}

test.each(optional)('%s is not set where it is empty, blank or null', (name) => {
  for (const empty of ['', '  ', null]) expect(parse({ [name]: empty })).toEqual(unset);
  const variable = `TAP_CENTRA_${name.toUpperCase()}`;
  expect(parse(configurationFromEnvironment({ [variable]: '' }, schema))).toEqual(unset);
});

test.each(secrets)('%s is not set where what it refers to is empty', (name) => {
  for (const reference of [`\${EMPTY}`, `\${BLANK}`, `\${file:/run/secrets/empty}`])
    expect(parse({ [name]: reference })).toEqual(unset);
  expect(() => parse({ [name]: `\${MISSING}` })).toThrow(/MISSING, which is not set\.$/);
});

test('all of them at once, as a form sends them', () => {
  const empties = Object.fromEntries(optional.map((name, at) => [name, at % 2 === 0 ? '' : null]));
  expect(parse(empties)).toEqual(unset);
});

test.each([
  [
    { source: 'bundled', name: 'default', path: null, yaml: '' },
    { source: 'bundled', name: 'default' },
  ],
  [{ source: '', name: null }, unset.tenantCatalog],
  [{}, unset.tenantCatalog],
])('the tenant catalog %j is %j', (tenant_catalog, parsed) => {
  expect(parse({ tenant_catalog }).tenantCatalog).toEqual(parsed);
});

test.each(required)('%s is required, and an empty one is missing, in one clear sentence', (name) => {
  for (const empty of ['', '  ', null]) {
    const error = failure(() => parse({ [name]: empty }));
    expect(error.code).toBe(`config/missing_${name}`);
    expect(error.message).toBe(`The configuration lacks "${name}".`);
  }
});

describe('a number as a text', () => {
  test.each([
    ['budget_share', '0.25', { budgetShare: 0.25 }],
    ['budget_share', '.5', { budgetShare: 0.5 }],
    ['budget_share', ' 1 ', { budgetShare: 1 }],
    ['max_concurrency', '8', { maxConcurrency: 8 }],
    ['events', 'true', { hasEvents: true }],
  ])('%s: %j', (name, text, parsed) => {
    expect(parse({ [name]: text })).toMatchObject(parsed);
    const variable = `TAP_CENTRA_${name.toUpperCase()}`;
    expect(parse(configurationFromEnvironment({ [variable]: text }, schema))).toMatchObject(parsed);
  });

  test.each(['0,25', 'half', '1e-1', '0x1', '50%', 'NaN'])('the share %j gets a sentence', (text) => {
    const fromFile = failure(() => parse({ budget_share: text }));
    expect(sentence(fromFile)).toBe(
      `The configuration has a wrong "budget_share" ("${text}"). Use a number from 0.05 to 1.`,
    );
    const environment = { TAP_CENTRA_BUDGET_SHARE: text };
    expect(sentence(failure(() => configurationFromEnvironment(environment, schema)))).toBe(
      'The variable TAP_CENTRA_BUDGET_SHARE does not hold a number. Write it in digits, with a point: 0.5.',
    );
  });
});

test('the settings of what can go wrong between two reads', () => {
  expect(unset).toMatchObject({
    tokenExpiresAt: undefined,
    lookbackSeconds: 600,
    allowsMassDeletions: false,
    previousEndpoint: undefined,
  });
  const given = {
    token_expires_at: '2026-07-01T12:00:00+02:00',
    lookback_minutes: 1440,
    allow_mass_deletions: true,
    previous_endpoint: 'https://old.centra.com/graphql',
  };
  expect(parse(given)).toMatchObject({
    tokenExpiresAt: '2026-07-01T10:00:00Z',
    lookbackSeconds: 86_400,
    allowsMassDeletions: true,
    previousEndpoint: 'https://old.centra.com/graphql',
  });
  expect(parse({ lookback_minutes: 0 }).lookbackSeconds).toBe(0);
});

test.each<[string, unknown, string]>([
  [
    'lookback_minutes',
    1441,
    'The configuration has a wrong "lookback_minutes" (1441). Use a whole number of minutes from 0 to 1440.',
  ],
  [
    'lookback_minutes',
    -1,
    'The configuration has a wrong "lookback_minutes" (-1). Use a whole number of minutes from 0 to 1440.',
  ],
  [
    'token_expires_at',
    '2026-02-30',
    'The configuration\'s "token_expires_at" is not a day that exists: 2026-02-30. Write it as YYYY-MM-DD or YYYY-MM-DDTHH:mm:ssZ.',
  ],
  [
    'start_date',
    '2026-02-30',
    'The configuration\'s "start_date" is not a day that exists: 2026-02-30. Write it as YYYY-MM-DD or YYYY-MM-DDTHH:mm:ssZ.',
  ],
  [
    'start_date',
    '0026-01-01',
    'The configuration\'s "start_date" is outside the years 1900 to 2199: 0026-01-01. Write it as YYYY-MM-DD or YYYY-MM-DDTHH:mm:ssZ.',
  ],
  [
    'start_date',
    '2026-01-01T10:00:00',
    'The configuration has a wrong "start_date" ("2026-01-01T10:00:00"). Write it as YYYY-MM-DD or YYYY-MM-DDTHH:mm:ssZ, or leave it out.',
  ],
  [
    'allow_mass_deletions',
    'perhaps',
    'The configuration has a wrong "allow_mass_deletions". Use true or false, or leave it out.',
  ],
  [
    'previous_endpoint',
    'old',
    'The configuration has a wrong "previous_endpoint". Write the address that the shop had before, such as "https://old-name.centra.com/graphql", or leave it out.',
  ],
])('%s: %j is refused in one clear sentence', (name, value, text) => {
  expect(sentence(failure(() => parse({ [name]: value })))).toBe(text);
});

describe('a token with what no header can hold is refused, without a word of it', () => {
  test.each([
    ['a zero-width space', 'tok\u200ben', 4],
    ['a quotation mark of a document', '\u201ctoken\u201d', 1],
    ['a letter beyond ASCII', 'tokén', 4],
    ['a control character', 'to\u0007ken', 3],
    ['a NUL', 'token\0x', 6],
    ['a tab', 'to\tken', 3],
  ])('%s', (_, api_token, at) => {
    const error = failure(() => parse({ api_token }));
    expect(error.code).toBe('config/wrong_api_token');
    expect(error.message).toBe(
      `The configuration's "api_token" holds a character that no HTTP header can hold, as its character ${at}.`,
    );
  });

  test('a second line', () => {
    const error = failure(() => parse({ api_token: 'token\nmore' }));
    expect(error.message).toBe(`The configuration's "api_token" holds more than one line.`);
  });
});

function failure(act: () => unknown): ConnectorError {
  try {
    act();
  } catch (error) {
    return error as ConnectorError;
  }
  throw new Error('It was not refused.');
}
