import { expect, test } from 'vitest';
import type { AttributeFacts, ElementFacts } from '../../../src/shop/attributes/attribute-facts.ts';
import { type Draft, draftCatalog } from '../../../src/workbench/init/draft.ts';
import { elementName, freeName, snakeCase } from '../../../src/workbench/init/draft-name.ts';
import { draftYaml } from '../../../src/workbench/init/draft-yaml.ts';
import { compileYaml, problemTexts, reference } from '../catalog/compile-yaml.ts';

const defaults = await compileYaml('version: 1\nextends: default\n');

function element(key: string, extra: Partial<ElementFacts> = {}): ElementFacts {
  return {
    key,
    description: undefined,
    holds: 'text',
    isMultiChoice: false,
    filled: 1,
    values: [],
    ...extra,
  };
}

function attribute(owner: string, type: string, ...elements: readonly ElementFacts[]): AttributeFacts {
  return { owner, type, description: undefined, objects: 10, assigned: 5, isMulti: false, elements };
}

function draftOf(...facts: readonly AttributeFacts[]): Draft {
  return draftCatalog({ streams: defaults.streams, facts, schema: reference, reference });
}

function yamlOf(draft: Draft): string {
  return draftYaml(draft, {
    tenant: 'A "shop"',
    host: 'shop.centra.com',
    schemaPath: 'schemas/catalog.schema.json',
    file: 'shop.yaml',
    gaps: [],
    examples: { stream: 'orders', columns: [] },
  });
}

function columnsOf(draft: Draft, stream: string): Readonly<Record<string, string>> {
  const found = draft.streams.find(({ name }) => name === stream);
  const columns = found?.attributes.flatMap((one) => one.columns) ?? [];
  return Object.fromEntries(columns.map(({ name, path }) => [name, path]));
}

test.each([
  ['Årgång-2', 'argang_2'],
  ['longName', 'long_name'],
  ['  Größe (EU) ', 'grosse_eu'],
  ['Ærø', 'aero'],
  ['年', ''],
])('snake_case of %j is %j', (text, expected) => expect(snakeCase(text)).toBe(expected));

test.each([
  ['or_channel', 'channel', false, 'or_channel'],
  ['or_channel', 'campaign', false, 'or_channel_campaign'],
  ['pr_long_name', 'text', true, 'pr_long_name'],
  ['pr_long_name', 'text', false, 'pr_long_name_text'],
  ['or_tags', 'tag', true, 'or_tags'],
  ['年', '月', true, 'attribute'],
])('the column for %s.%s', (type, key, isOnly, expected) =>
  expect(elementName(type, key, isOnly)).toBe(expected),
);

test('a name is taken once, fits warehouses, and is no word of SQL', () => {
  const taken = new Set(['status']);
  expect(freeName('status', '', taken)).toBe('status_2');
  expect(freeName('order', '', taken)).toBe('order_attribute');
  expect(freeName('2nd', '', taken)).toBe('attribute_2nd');
  expect(freeName('_sdc_x', '', taken)).toBe('attribute__sdc_x');
  const long = freeName('x'.repeat(80), '_url', taken);
  expect(long).toHaveLength(63);
  expect(freeName('x'.repeat(80), '_url', taken)).not.toBe(long);
});

test('attributes stand on the streams whose rows hold their objects, and nowhere else', () => {
  const draft = draftOf(
    attribute('Order', 'or_x', element('text')),
    attribute('Product', 'pr_x', element('text')),
    attribute('ProductVariant', 'va_x', element('text')),
  );
  expect(Object.fromEntries(draft.streams.map(({ name }) => [name, columnsOf(draft, name)]))).toEqual({
    orders: { or_x: 'attributes[or_x].text' },
    order_lines: { pr_x: 'product.attributes[pr_x].text', va_x: 'productVariant.attributes[va_x].text' },
    return_lines: {
      pr_x: 'orderLine.product.attributes[pr_x].text',
      va_x: 'orderLine.productVariant.attributes[va_x].text',
    },
    indelivery_lines: { pr_x: 'product.attributes[pr_x].text', va_x: 'productVariant.attributes[va_x].text' },
    inventory: {
      va_x: 'productSize.productVariant.attributes[va_x].text',
      pr_x: 'productSize.productVariant.product.attributes[pr_x].text',
    },
  });
});

test('choices, files, images, booleans and several of a type', async () => {
  const draft = draftOf({
    ...attribute(
      'Order',
      'or_x',
      element('kind', { holds: 'choice' }),
      element('kinds', { holds: 'choice', isMultiChoice: true }),
      element('paper', { holds: 'file' }),
      element('wrapped', { holds: 'boolean' }),
    ),
    isMulti: true,
  });
  expect(columnsOf(draft, 'orders')).toEqual({
    or_x_kind: 'attributes[or_x].kind',
    or_x_kind_value: 'attributes[or_x].kind.selectedValue',
    or_x_kind_all: 'attributes[or_x][].kind',
    or_x_kinds: 'attributes[or_x].kinds',
    or_x_kinds_values: 'attributes[or_x].kinds.selectedValue',
    or_x_kinds_all: 'attributes[or_x][].kinds',
    or_x_paper_url: 'attributes[or_x].paper',
    or_x_paper_url_all: 'attributes[or_x][].paper',
    or_x_wrapped: 'attributes[or_x].wrapped',
    or_x_wrapped_all: 'attributes[or_x][].wrapped',
  });
  expect(problemTexts(await compileYaml(yamlOf(draft)))).toEqual([]);
});

test('whatever a shop calls its attributes, the catalog compiles, and what cannot be written is listed', async () => {
  const awkward = [
    'a: b',
    'a#b',
    "it's",
    'x"y',
    '{curly}',
    'Größe',
    'a,b',
    '- dash',
    'select',
    '*star',
    '%',
    'a.b',
    'tab\tbed',
  ];
  const draft = draftOf(
    ...awkward.map((type) =>
      attribute('Order', type, element('text', { description: `line\nbreak # ${type}` })),
    ),
    attribute('Order', 'two]brackets', element('text')),
    attribute('Order', '123', element('text')),
    attribute(
      'Order',
      'or_ok',
      element('has space'),
      element('fine-key'),
      element('Total'),
      element('total'),
    ),
  );
  expect(draft.unwritable.map(({ type, key }) => `${type} ${key}`)).toEqual([
    'two]brackets text',
    '123 text',
    'or_ok has space',
  ]);
  const yaml = yamlOf(draft);
  expect(problemTexts(await compileYaml(yaml))).toEqual([]);
  expect(yaml).toContain('# - 123, text: ');
  expect(Object.keys(columnsOf(draft, 'orders'))).toEqual(
    expect.arrayContaining(['or_ok_total', 'or_ok_total_2']),
  );
});

test('what a compile refuses is left out with the reason', () => {
  const facts = [attribute('Order', 'or_x', element('text'), element('more'))];
  const refused = new Map([['orders.or_x_more', 'Because.']]);
  const draft = draftCatalog({ streams: defaults.streams, facts, schema: reference, reference, refused });
  expect(columnsOf(draft, 'orders')).toEqual({ or_x_text: 'attributes[or_x].text' });
  expect(draft.unwritable).toEqual([{ type: 'or_x', key: 'attributes[or_x].more', reason: 'Because.' }]);
});

test('samples show choices, numbers, colours and what is about goods; nothing that may be about a person', () => {
  const yaml = yamlOf(
    draftOf(
      attribute(
        'Order',
        'or_x',
        element('free', { values: ['Anna Svensson', 'B'] }),
        element('phone', { values: ['701234567'] }),
        element('digits', { values: ['198501011234'] }),
        element('code', { values: ['0012'] }),
        element('born', { values: ['1985-01-01'] }),
        element('points', { values: ['1250', '0'] }),
        element('age_email', { values: ['42'] }),
        element('hex', { values: ['#00aa44'] }),
        element('choice', { holds: 'choice', values: ['App', 'Web'] }),
        element('greeting', { holds: 'longText', values: ['Dear Anna'] }),
      ),
      attribute(
        'Product',
        'pr_x',
        element('material', { values: ['Wool', `${'long '.repeat(20)}\nend`] }),
        element('contact', { values: ['designer@example.com'] }),
        element('season', { values: ['2024-08-01'] }),
      ),
    ),
  );
  for (const personal of [
    'Anna',
    'Svensson',
    '701234567',
    '198501011234',
    '0012',
    '1985-01-01',
    ' 42',
    'designer@',
  ])
    expect(yaml).not.toContain(personal);
  for (const shown of [
    '1250, 0',
    '#00aa44',
    'App, Web',
    '“Wool”',
    '2024-08-01',
    'digits only',
    'up to 13 characters',
  ])
    expect(yaml).toContain(shown);
  expect(yaml).toContain('or_x_greeting: { path: attributes[or_x].greeting, pii: mask }');
  expect(yaml).toContain('or_x_phone: { path: attributes[or_x].phone, pii: mask }');
});

test('no attribute at all still makes a catalog', async () => {
  expect(problemTexts(await compileYaml(yamlOf(draftOf())))).toEqual([]);
});
