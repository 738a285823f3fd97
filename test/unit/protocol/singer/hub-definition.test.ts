import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { configurationSchema } from '../../../../src/config/load.ts';

interface Setting {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly kind: string;
  readonly sensitive?: boolean;
  readonly value?: unknown;
  readonly options?: readonly { readonly label: string; readonly value: string }[];
}

interface Property {
  readonly title: string;
  readonly description: string;
  readonly type: string;
  readonly const?: string;
  readonly default?: unknown;
  readonly airbyte_secret?: boolean;
  readonly oneOf?: readonly { readonly title: string; readonly properties: Record<string, Property> }[];
}

const definition = parse(
  await readFile(new URL('../../../../examples/meltano/tap-centra.yml', import.meta.url), 'utf8'),
) as Record<string, unknown> & { readonly settings: readonly Setting[] };
const schema = (await configurationSchema()) as {
  readonly required: readonly string[];
  readonly properties: Record<string, Property>;
};

const kinds: Readonly<Record<string, string>> = {
  string: 'string',
  integer: 'integer',
  number: 'decimal',
  boolean: 'boolean',
};

function setting(name: string, { title, description, type, ...property }: Property): Setting {
  return {
    name,
    label: title,
    kind: /^(start_date|token_expires_at)$/.test(name) ? 'date_iso8601' : (kinds[type] ?? 'unknown'),
    ...(property.airbyte_secret === true ? { sensitive: true } : {}),
    ...(property.default === undefined || name.includes('.') ? {} : { value: property.default }),
    description,
  };
}

/** An object of alternatives: which of them, then the settings of each. */
function alternatives(name: string, { title, description, oneOf = [] }: Property): readonly Setting[] {
  const options = oneOf.map((one) => ({ label: one.title, value: one.properties.source?.const ?? '' }));
  const source: Setting = { name: `${name}.source`, label: title, kind: 'options', options, description };
  const inside = oneOf.flatMap(({ properties }) =>
    Object.entries(properties).filter(([inner]) => inner !== 'source'),
  );
  return [source, ...inside.map(([inner, property]) => setting(`${name}.${inner}`, property))];
}

test("MeltanoHub's settings are those of the configuration", () => {
  const settings = Object.entries(schema.properties).flatMap(([name, property]) =>
    property.oneOf === undefined ? [setting(name, property)] : alternatives(name, property),
  );
  expect(definition.settings).toEqual(settings);
  expect(definition.settings_group_validation).toEqual([schema.required]);
});

test('what MeltanoHub wants of every definition is there, and nothing that it does not know', () => {
  const required = ['name', 'namespace', 'variant', 'quality'];
  const known = [
    ...required,
    ...['capabilities', 'definition', 'description', 'docs', 'domain_url', 'executable', 'keywords', 'label'],
    ...[
      'logo_url',
      'maintenance_status',
      'prereq',
      'repo',
      'select',
      'settings',
      'settings_group_validation',
    ],
    'usage',
  ];
  const words = Object.keys(definition);
  expect(words).toEqual(expect.arrayContaining(required));
  expect(words.filter((word) => !known.includes(word))).toEqual([]);
  const capabilities = ['about', 'activate-version', 'batch', 'catalog', 'discover', 'log-based'];
  const more = ['properties', 'schema-flattening', 'state', 'stream-maps', 'structured-logging', 'test'];
  expect([...capabilities, ...more]).toEqual(expect.arrayContaining(definition.capabilities as string[]));
});
