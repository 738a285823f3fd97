import { readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { parse, print, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { compileCatalog } from '../../../src/catalog/compile/compile.ts';
import { columnKeywords } from '../../../src/catalog/language/keywords.ts';
import { loadCatalog } from '../../../src/catalog/language/load.ts';
import { renderSelection } from '../../../src/catalog/query/selection.ts';
import { isObject } from '../../../src/json.ts';
import { reference } from './compile-yaml.ts';

async function compileDefault() {
  return compileCatalog(await loadCatalog({ source: 'bundled', name: 'default' }), {
    schema: reference,
    reference,
  });
}

test('the default catalog has no problem, and its streams have the keys that were promised', async () => {
  const { streams, problems, unreadable } = await compileDefault();
  expect(problems).toEqual([]);
  expect(unreadable).toEqual([]);
  expect(streams.map(({ name, key, cursor, each }) => [name, key.join(), cursor, each.join()])).toEqual([
    ['orders', 'id', 'updated_at', ''],
    ['order_lines', 'order_id,order_line_id', 'updated_at', 'lines_includeFullyCancelled_true'],
    ['returns', 'id', 'created_at', ''],
    ['return_lines', 'return_id,return_line_id', 'created_at', 'lines'],
    ['indeliveries', 'id', 'created_at', ''],
    ['indelivery_lines', 'indelivery_id,line_number', 'created_at', 'lines'],
    ['inventory', 'warehouse_id,product_size_id', 'snapshot_at', 'stock'],
  ]);
});

test('what the default catalog asks for', async () => {
  const { streams } = await compileDefault();
  const queries = streams.map((stream) => {
    const variables = stream.each.includes('stock') ? '($limit: Int, $page: Int)' : '';
    const query = `query ${stream.name}${variables} { ${stream.root.root} ${renderSelection(stream.selection)} }`;
    expect(validate(reference, parse(query))).toEqual([]);
    return print(parse(query));
  });
  await expect(`${queries.join('\n\n')}\n`).toMatchFileSnapshot('default-queries.golden.txt');
});

test('the schemas of the default catalog', async () => {
  const { streams } = await compileDefault();
  const schemas = Object.fromEntries(streams.map(({ name, jsonSchema }) => [name, jsonSchema]));
  await expect(`${JSON.stringify(schemas, null, 2)}\n`).toMatchFileSnapshot('default-schemas.golden.txt');
});

test('of persons, the default catalog has the id of the customer and countries', async () => {
  const { streams } = await compileDefault();
  const sources = streams.flatMap(({ columns }) => columns.map(({ source }) => source));
  const personal = sources.filter((source) => /customer|address|buyer|comment|ip$|message/i.test(source));
  expect(new Set(personal)).toEqual(
    new Set(['shippingAddress.country.code', 'billingAddress.country.code', 'customer.id']),
  );
});

describe('the schema for editors', () => {
  const schema: unknown = JSON.parse(readFileSync('schemas/catalog.schema.json', 'utf8'));
  const check = new Ajv({ strict: false, allErrors: true }).compile(isObject(schema) ? schema : {});

  test.each(readdirSync('catalog').filter((file) => file.endsWith('.yaml')))('accepts catalog/%s', (file) => {
    const content: unknown = parseYaml(readFileSync(`catalog/${file}`, 'utf8'));
    expect(check(content) ? [] : check.errors).toEqual([]);
  });

  test('knows the keywords that the compiler knows', () => {
    const column = JSON.parse(readFileSync('schemas/catalog.schema.json', 'utf8')).definitions.column;
    expect(Object.keys(column.properties).sort()).toEqual(Object.keys(columnKeywords).sort());
  });
});
