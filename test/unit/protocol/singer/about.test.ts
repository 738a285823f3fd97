import { expect, test } from 'vitest';
import { configurationSchema } from '../../../../src/config/load.ts';
import { aboutTap } from '../../../../src/protocol/singer/about.ts';

const settings = await configurationSchema();
const about = {
  name: 'tap-centra',
  version: '1.2.3',
  description: 'A shop.',
  documentationUrl: 'https://example.com/docs',
  settings,
  streams: ['orders', 'returns'],
  capabilities: ['about', 'state'],
};
const names = Object.keys(settings.properties as object);

test("as JSON, it has the fields of Meltano's SDK, and secrets marked in its words", () => {
  const told = JSON.parse(aboutTap(about, 'json'));
  expect(told).toMatchObject({
    name: 'tap-centra',
    description: 'A shop.',
    version: '1.2.3',
    sdk_version: null,
    supported_python_versions: null,
    capabilities: ['about', 'state'],
    streams: ['orders', 'returns'],
    settings: { type: 'object', required: ['endpoint', 'api_token'] },
  });
  expect(Object.keys(told.settings.properties)).toEqual(names);
  const secrets = names.filter((name) => told.settings.properties[name].secret === true);
  expect(secrets).toEqual([
    'api_token',
    'pii_key',
    'webhook_inbox',
    'webhook_id',
    'webhook_secret',
    'webhook_previous_secret',
  ]);
  expect(secrets.every((name) => told.settings.properties[name].writeOnly === true)).toBe(true);
  expect(JSON.stringify(told)).not.toMatch(/"(airbyte_secret|order|multiline|pattern_descriptor)"/);
});

test('streams that are not known are left out', () => {
  const { streams: _, ...rest } = about;
  expect(JSON.parse(aboutTap(rest, 'json'))).not.toHaveProperty('streams');
  for (const format of ['text', 'markdown'] as const) expect(aboutTap(rest, format)).not.toContain('Streams');
});

test('as text, each setting has its type and its variable', () => {
  const text = aboutTap(about, 'text');
  expect(text).toMatch(/^Name: tap-centra\nDescription: A shop\.\nVersion: 1\.2\.3\n/);
  expect(text).toContain('Streams:\n  - orders\n  - returns\n');
  expect(text).toContain(
    '  - Name: api_token\n    Type: string, required\n    Environment Variable: TAP_CENTRA_API_TOKEN\n',
  );
  expect(text).toContain(
    '  - Name: tenant_catalog.path\n    Type: string\n    Environment Variable: TAP_CENTRA_TENANT_CATALOG_PATH\n',
  );
  expect(text.match(/Name: tenant_catalog\.source/g)).toHaveLength(1);
});

test('as Markdown, there is one table row a setting', () => {
  const lines = aboutTap(about, 'markdown').split('\n');
  expect(lines[0]).toBe('# `tap-centra`');
  expect(lines).toContain('- `state`');
  const rows = lines.filter((line) => line.startsWith('| ')).slice(1);
  const cells = rows.map((row) => row.split(/(?<!\\)\|/).map((cell) => cell.trim()));
  expect(cells.every((row) => row.length === 6)).toBe(true);
  expect(cells.map(([, name]) => name)).toEqual(expect.arrayContaining([...names, 'tenant_catalog.yaml']));
  expect(cells.find(([, name]) => name === 'budget_share')?.slice(2, 4)).toEqual(['False', '0.5']);
  expect(cells.find(([, name]) => name === 'endpoint')?.slice(2, 4)).toEqual(['True', 'None']);
});

test('a description of many lines or with a bar stays one cell', () => {
  const odd = { properties: { a: { type: 'string', description: 'x|y\nz' }, b: {} } };
  const markdown = aboutTap({ ...about, settings: odd }, 'markdown');
  expect(markdown).toContain('| a | False | None | x\\|y<BR/>z |');
  expect(aboutTap({ ...about, settings: odd }, 'text')).toContain('Name: b\n    Type: any\n');
});
