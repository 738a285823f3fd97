import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compileCatalog } from '../../../src/catalog/compile/compile.ts';
import { loadCatalog } from '../../../src/catalog/language/load.ts';
import { bundledSchema } from '../../../src/centra/schema.ts';
import { configurationSchema } from '../../../src/config/load.ts';

const readme = readFileSync('README.md', 'utf8');
const schema = await bundledSchema();

function blocks(language: string): readonly string[] {
  return [...readme.matchAll(new RegExp(`^ *\`\`\`${language}\n([\\s\\S]*?)^ *\`\`\``, 'gm'))].map(
    ([, text = '']) => text,
  );
}

test('names each permission that the default catalog needs', async () => {
  const { streams } = compileCatalog(await loadCatalog({ source: 'bundled', name: 'default' }), {
    schema,
    reference: schema,
  });
  const needed = new Set(
    streams.flatMap(({ permissions, rootPermission }) => [...permissions.keys(), rootPermission ?? '']),
  );
  const named = new Set(
    [...readme.matchAll(/`([A-Za-z.]+:read)`/g)].map(([, permission = '']) => permission),
  );
  expect([...named].sort()).toEqual([...needed].filter((permission) => permission !== '').sort());
});

test('has a row for each stream, with its key and its cursor', async () => {
  const { streams } = compileCatalog(await loadCatalog({ source: 'bundled', name: 'default' }), {
    schema,
    reference: schema,
  });
  for (const { name, key, cursor } of streams) {
    const row = readme.split('\n').find((line) => line.startsWith(`| \`${name}\` |`)) ?? '';
    expect(row, name).toContain(`| ${key.map((column) => `\`${column}\``).join(', ')} | \`${cursor}\``);
  }
});

test('explains each property of the configuration', async () => {
  const { properties } = (await configurationSchema()) as { properties: object };
  const explained = [...readme.matchAll(/^\| `(\w+)` \| (?:required|default|secret|\|| )/gm)].map(
    ([, name]) => name,
  );
  expect(explained.filter((name) => name !== undefined && name in properties)).toEqual(
    Object.keys(properties),
  );
});

test('the catalog that it shows compiles', async () => {
  const [yaml = ''] = blocks('yaml');
  const loaded = await loadCatalog({ source: 'inline', yaml });
  const { problems } = compileCatalog(loaded, { schema, reference: schema, piiKey: 'k'.repeat(32) });
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
});

test('the configuration that it shows is JSON', () => {
  for (const json of blocks('json')) expect(() => JSON.parse(json)).not.toThrow();
});
