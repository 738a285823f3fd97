import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { DOCUMENTATION_URL } from '../../../src/cli/spec.ts';

const metadata = parse(readFileSync('metadata.yaml', 'utf8')) as {
  readonly data: Readonly<Record<string, unknown>> & {
    readonly allowedHosts: { readonly hosts: readonly string[] };
    readonly suggestedStreams: { readonly streams: readonly string[] };
  };
};
const { version, license } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly version: string;
  readonly license: string;
};

test("the image that metadata.yaml names is this version's", () => {
  expect(metadata.data.dockerImageTag).toBe(version);
  expect(metadata.data.license).toBe(license);
  const dockerfile = readFileSync('Dockerfile', 'utf8');
  expect(dockerfile).toContain(`io.airbyte.name="${String(metadata.data.dockerRepository)}"`);
  expect(dockerfile).toContain(`ARG VERSION=${version}`);
});

test('metadata.yaml points at what is there', () => {
  expect(metadata.data.documentationUrl).toBe(DOCUMENTATION_URL);
  const configuration = JSON.parse(readFileSync('schemas/configuration.schema.json', 'utf8')) as {
    readonly properties: Readonly<Record<string, unknown>>;
  };
  const names = metadata.data.allowedHosts.hosts.flatMap((host) => /^\$\{(\w+)\}$/.exec(host)?.[1] ?? []);
  expect(names).toEqual(['endpoint']);
  for (const name of names) expect(configuration.properties).toHaveProperty(name);
  expect(readFileSync(String(metadata.data.icon), 'utf8')).toContain('<svg');
  const catalog = parse(readFileSync('catalog/default.yaml', 'utf8')) as { readonly streams: object };
  expect(Object.keys(catalog.streams)).toEqual(metadata.data.suggestedStreams.streams);
});

test("Airbyte's page has this version in its changelog, and every stream", () => {
  const page = readFileSync('docs/airbyte.md', 'utf8');
  expect(page).toContain(`| ${version} | `);
  for (const stream of metadata.data.suggestedStreams.streams) expect(page).toContain(`| \`${stream}\` |`);
  const { properties } = JSON.parse(readFileSync('schemas/configuration.schema.json', 'utf8')) as {
    readonly properties: Readonly<Record<string, unknown>>;
  };
  for (const name of Object.keys(properties)) expect(page, name).toContain(`\`${name}\``);
});
