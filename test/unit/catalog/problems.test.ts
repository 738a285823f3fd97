import { expect, test } from 'vitest';
import type { CompileOptions } from '../../../src/catalog/compile/compile.ts';
import { compileYaml, liveSchema, orderColumn, problemTexts } from './compile-yaml.ts';

interface Case {
  readonly yaml: string;
  readonly codes: readonly string[];
  readonly options?: Partial<CompileOptions>;
}

function stream(lines: string): string {
  return `version: 1\nstreams:\n${lines.replace(/^/gm, '  ')}`;
}

const nested = `${Array.from({ length: 80 }, () => '{a: ').join('')}1${'}'.repeat(80)}`;
const bomb = ['version: 1', 'a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
for (let level = 1; level < 8; level += 1) {
  bomb.push(`a${level}: &a${level} [${Array.from({ length: 10 }, () => `*a${level - 1}`).join(', ')}]`);
}

const deprecated = liveSchema([
  'otherComment: String!',
  'otherComment: String!\n  oldNumber: Int @deprecated(reason: "Use number. Removal date: 2027-01-31")',
]);

/** One mistake each, and the codes of what is said of it; the texts are in problems.golden.txt, to be read aloud. */
const cases: Readonly<Record<string, Case>> = {
  'unknown field': { yaml: orderColumn('grandTotl.value'), codes: ['path/unknown_field'] },
  'unknown field without a near one': { yaml: orderColumn('store.zzzzzz'), codes: ['path/unknown_field'] },
  'field of the parent': {
    yaml: stream(
      'l:\n  from: orders\n  each: lines\n  key: [id]\n  columns: { id: id, order: number, u: ^updatedAt }',
    ),
    codes: ['name/sql_word', 'path/unknown_field'],
  },
  'unknown argument': {
    yaml: orderColumn('grandTotal(includeTax: false).value'),
    codes: ['path/unknown_argument'],
  },
  'argument on a field that takes none': {
    yaml: orderColumn('status(a: 1)'),
    codes: ['path/unknown_argument'],
  },
  'wrong argument type': {
    yaml: orderColumn('grandTotal(includingTax: "no").value'),
    codes: ['path/wrong_argument'],
  },
  'wrong argument type, a text without quotes': {
    yaml: orderColumn('createdAt(format: Y)'),
    codes: ['path/wrong_argument'],
  },
  'argument twice': {
    yaml: orderColumn('grandTotal(includingTax: true, includingTax: false).value'),
    codes: ['path/syntax'],
  },
  'arguments that are not GraphQL': {
    yaml: orderColumn('grandTotal(includingTax).value'),
    codes: ['path/syntax'],
  },
  'open parenthesis': { yaml: orderColumn('grandTotal(includingTax'), codes: ['path/syntax'] },
  'path through a list': { yaml: orderColumn('lines.productSize.SKU'), codes: ['path/list'] },
  'index on a value': { yaml: orderColumn('number[0]'), codes: ['path/not_a_list'] },
  'object where a value is needed': { yaml: orderColumn('store'), codes: ['path/object'] },
  'field of a value': { yaml: orderColumn('number.value'), codes: ['path/not_an_object'] },
  'path with a trailing dot': { yaml: orderColumn('store.'), codes: ['path/syntax'] },
  'path with a space': { yaml: orderColumn('store id'), codes: ['path/syntax'] },
  'empty path': { yaml: orderColumn('""'), codes: ['path/syntax'] },
  'parent of a root object': { yaml: orderColumn('^number'), codes: ['path/no_parent'] },
  'attribute without element': {
    yaml: orderColumn('attributes[or_channel]'),
    codes: ['attribute/no_element'],
  },
  'attribute with arguments': {
    yaml: orderColumn('attributes(where: {})[or_channel].channel'),
    codes: ['attribute/syntax'],
  },
  'misspelt attributes': {
    yaml: orderColumn('atributes[or_channel].channel'),
    codes: ['path/unknown_field'],
  },
  'name in brackets elsewhere': { yaml: orderColumn('lines[first].id'), codes: ['path/syntax'] },
  'field of the other kind': {
    yaml: stream(
      'o:\n  from: orders\n  where: { storeType: WHOLESALE }\n  key: [id]\n  columns: { id: id, c: customer.id, u: updatedAt }',
    ),
    codes: ['path/other_kind'],
  },
  'each that ends in no list': {
    yaml: stream('o:\n  from: orders\n  each: store\n  key: [id]\n  columns: { id: id }'),
    codes: ['path/not_a_list'],
  },
  'each with an unknown list': {
    yaml: stream('o:\n  from: orders\n  each: rows\n  key: [id]\n  columns: { id: id }'),
    codes: ['path/unknown_field'],
  },
  'each with brackets': {
    yaml: stream('o:\n  from: orders\n  each: lines[]\n  key: [id]\n  columns: { id: id }'),
    codes: ['path/syntax'],
  },
  'arguments of a list that the sync pages': {
    yaml: stream(
      'i:\n  from: warehouses\n  each: stock(limit: 5)\n  key: [id]\n  columns: { id: productSize.id }',
    ),
    codes: ['path/wrong_argument'],
  },
  'nullable key': {
    yaml: stream(
      'l:\n  from: orders\n  each: lines\n  key: [size]\n  columns: { size: productSize.id, u: ^updatedAt }',
    ),
    codes: ['key/nullable'],
  },
  'unknown key column': {
    yaml: stream(
      'o:\n  from: orders\n  key: [order_number]\n  columns: { order_numbr: number, u: updatedAt }',
    ),
    codes: ['key/unknown_column'],
  },
  'no key': {
    yaml: stream('o:\n  from: orders\n  columns: { n: number, u: updatedAt }'),
    codes: ['key/missing'],
  },
  'dropped key': {
    yaml: stream(
      'o:\n  from: orders\n  key: [n]\n  columns: { n: { path: number, pii: drop }, u: updatedAt }',
    ),
    codes: ['key/dropped'],
  },
  'list as key': {
    yaml: stream('o:\n  from: orders\n  key: [n]\n  columns: { n: "lines[].id", u: updatedAt }'),
    codes: ['key/not_a_value'],
  },
  'names that differ in case': {
    yaml: stream('o:\n  from: orders\n  key: [n]\n  columns: { n: number, N: id, u: updatedAt }'),
    codes: ['name/collision'],
  },
  'reserved prefix': { yaml: orderColumn('number').replace('x: ', '_airbyte_x: '), codes: ['name/reserved'] },
  'reserved column of a snapshot': {
    yaml: stream('w:\n  from: warehouses\n  key: [id]\n  columns: { id: id, snapshot_at: name }'),
    codes: ['name/reserved'],
  },
  'word of SQL': { yaml: orderColumn('number').replace('x: ', 'order: '), codes: ['name/sql_word'] },
  'name too long': {
    yaml: orderColumn('number').replace('x: ', `${'long_'.repeat(13)}: `),
    codes: ['name/too_long'],
  },
  'name with a hyphen': {
    yaml: orderColumn('number').replace('x: ', 'Kundens-nr: '),
    codes: ['name/invalid'],
  },
  'name that JavaScript cannot hold': {
    yaml: orderColumn('number').replace('x: ', '__proto__: '),
    codes: ['name/reserved'],
  },
  'duplicate key': { yaml: orderColumn('number\n      x: id'), codes: ['catalog/duplicate_key'] },
  'alias bomb': { yaml: bomb.join('\n'), codes: ['catalog/alias_bomb'] },
  'alias in a circle': { yaml: 'version: 1\nstreams: &a { o: *a }', codes: ['catalog/alias_circle'] },
  'nested too deeply': { yaml: `version: 1\nstreams: ${nested}`, codes: ['catalog/too_deep'] },
  'nested beyond any stack': { yaml: '['.repeat(20_000) + ']'.repeat(20_000), codes: ['catalog/too_deep'] },
  'not YAML': {
    yaml: 'version: 1\nstreams:\n  - a\n b: c',
    codes: ['catalog/yaml_syntax'],
  },
  'tab as indentation': { yaml: 'version: 1\nstreams:\n\to: 1', codes: ['catalog/yaml_syntax'] },
  'several documents': { yaml: 'version: 1\n---\nversion: 1', codes: ['catalog/yaml_syntax'] },
  'no map': { yaml: 'hello', codes: ['catalog/wrong_kind'] },
  'empty file': { yaml: '', codes: ['catalog/wrong_kind'] },
  'no version': { yaml: 'streams: {}', codes: ['catalog/version'] },
  'unknown version': { yaml: 'version: 2', codes: ['catalog/version'] },
  'unknown keyword of a catalog': { yaml: 'version: 1\nstream: {}', codes: ['catalog/unknown_keyword'] },
  'unknown keyword of a column': {
    yaml: orderColumn('{ path: number, pi: hash }'),
    codes: ['catalog/unknown_keyword'],
  },
  'text with a comma between braces': {
    yaml: orderColumn('{ path: number, description: Yes, really }'),
    codes: ['catalog/unknown_keyword'],
  },
  'value of the wrong kind': {
    yaml: orderColumn('{ path: [number] }'),
    codes: ['catalog/wrong_kind'],
  },
  'number as column': { yaml: orderColumn('5'), codes: ['catalog/wrong_kind'] },
  'list as column': { yaml: orderColumn('[number, id]'), codes: ['catalog/wrong_kind'] },
  'nothing to remove': { yaml: orderColumn('null'), codes: ['catalog/nothing_to_remove'] },
  NaN: { yaml: orderColumn('{ const: .nan }'), codes: ['catalog/not_a_number', 'const/not_a_value'] },
  'no from': { yaml: stream('orders:\n  key: [n]\n  columns: { n: number }'), codes: ['stream/no_from'] },
  'no from, and no root of that name': {
    yaml: stream('mine:\n  key: [n]\n  columns: { n: number }'),
    codes: ['stream/no_from'],
  },
  'unknown root': {
    yaml: stream('o:\n  from: order\n  key: [n]\n  columns: { n: number }'),
    codes: ['stream/unknown_root'],
  },
  'root that cannot be paged': {
    yaml: stream('o:\n  from: rateLimits\n  key: [n]\n  columns: { n: quota }'),
    codes: ['stream/unknown_root'],
  },
  'no columns': { yaml: stream('o:\n  from: orders\n  key: [n]'), codes: ['stream/no_columns'] },
  'column without source': { yaml: orderColumn('{ default: 1 }'), codes: ['column/no_source'] },
  'column with two sources': {
    yaml: orderColumn('{ path: number, const: 1 }'),
    codes: ['column/several_sources'],
  },
  'else without map': { yaml: orderColumn('{ path: number, else: 1 }'), codes: ['column/stray_keyword'] },
  'each without columns': { yaml: orderColumn('{ each: lines }'), codes: ['each/no_columns'] },
  'mistake inside of each': {
    yaml: orderColumn('{ each: lines, columns: { sku: productSiz.SKU } }'),
    codes: ['path/unknown_field'],
  },
  'all with an object': { yaml: orderColumn('{ all: [market] }'), codes: ['path/object'] },
  'first of lists': { yaml: orderColumn('{ first: ["lines[].id", number] }'), codes: ['first/not_a_value'] },
  'map of mixed values': {
    yaml: orderColumn('{ path: status, map: { PENDING: 1, COMPLETED: done } }'),
    codes: ['step/mixed_values'],
  },
  'map of a value that the API has not': {
    yaml: orderColumn('{ path: status, map: { PENDNG: 1 }, else: 0 }'),
    codes: ['step/unknown_value'],
  },
  'lower on a number': { yaml: orderColumn('{ path: number, lower: true }'), codes: ['step/wrong_input'] },
  'trim without true': { yaml: orderColumn('{ path: status, trim: both }'), codes: ['step/wrong_value'] },
  'join on a text': { yaml: orderColumn('{ path: status, join: "," }'), codes: ['step/wrong_input'] },
  'unknown type': { yaml: orderColumn('{ path: number, type: int }'), codes: ['type/unknown'] },
  'decimal that is none': {
    yaml: orderColumn('{ path: number, type: "decimal(50,2)" }'),
    codes: ['type/unknown'],
  },
  'impossible type': { yaml: orderColumn('{ path: updatedAt, type: number }'), codes: ['type/impossible'] },
  'default of another type': {
    yaml: orderColumn('{ path: totals.quantity, default: none }'),
    codes: ['default/wrong_type'],
  },
  'unknown on_error': {
    yaml: orderColumn('{ path: number, on_error: ignore }'),
    codes: ['step/wrong_value'],
  },
  'unknown field in where': {
    yaml: stream(
      'o:\n  from: orders\n  where: { storetype: WHOLESALE }\n  key: [n]\n  columns: { n: number, u: updatedAt }',
    ),
    codes: ['where/unknown_field'],
  },
  'unknown value in where': {
    yaml: stream(
      'o:\n  from: orders\n  where: { status: [CONFIRMD] }\n  key: [n]\n  columns: { n: number, u: updatedAt }',
    ),
    codes: ['where/wrong_value'],
  },
  'wrong type in where': {
    yaml: stream(
      'o:\n  from: orders\n  where: { number: many }\n  key: [n]\n  columns: { n: number, u: updatedAt }',
    ),
    codes: ['where/wrong_value'],
  },
  'several faults in where': {
    yaml: stream(
      'o:\n  from: orders\n  where: { status: PENDNG, foo: [1], storeType: 3 }\n  key: [n]\n  columns: { n: number, u: updatedAt }',
    ),
    codes: ['where/wrong_value', 'where/unknown_field', 'where/wrong_value'],
  },
  ...Object.fromEntries(
    [
      '2026-02-30',
      '2026-02-30T00:00:00Z',
      '2016-12-31T23:59:60Z',
      '0026-01-01',
      '2026-01-01 25:00:00',
      'soon',
    ].map((time) => [
      `the time "${time}" in where`,
      {
        yaml: stream(
          `o:\n  from: orders\n  where: { orderDate: { from: "${time}" } }\n  key: [n]\n  columns: { n: number, u: updatedAt }`,
        ),
        codes: ['where/wrong_value'],
      },
    ]),
  ),
  'where that the sync sets': {
    yaml: stream(
      'o:\n  from: orders\n  where: { updatedAt: { from: "2024-01-01" } }\n  key: [n]\n  columns: { n: number, u: updatedAt }',
    ),
    codes: ['where/window_field'],
  },
  'personal data without pii': { yaml: orderColumn('customer.email'), codes: ['pii/undeclared'] },
  'unknown pii': { yaml: orderColumn('{ path: customer.email, pii: hsh }'), codes: ['pii/unknown'] },
  'hash without a key': {
    yaml: orderColumn('{ path: customer.email, pii: hash }'),
    codes: ['pii/no_key'],
    options: { piiKey: undefined },
  },
  'hash with a short key': {
    yaml: orderColumn('{ path: customer.email, pii: hash }'),
    codes: ['pii/short_key'],
    options: { piiKey: 'too short' },
  },
  'year of a number': { yaml: orderColumn('{ path: number, pii: year }'), codes: ['pii/unsuitable'] },
  'pii on a nested array': {
    yaml: orderColumn('{ each: lines, columns: { id: id }, pii: hash }'),
    codes: ['pii/unsuitable'],
  },
  'masked path in all': {
    yaml: orderColumn('{ path: externalId, pii: hash }\n      raw: { all: [externalId, number] }'),
    codes: ['pii/leak'],
  },
  'masked path that neither the live API nor the documented one knows': {
    yaml: orderColumn('{ path: externlId, pii: hash }'),
    codes: ['path/unknown_field'],
    options: { schema: liveSchema(['  externalId: String\n', '']) },
  },
  'masked path of a field that the live API lacks': {
    yaml: orderColumn('{ path: externalId, pii: hash }'),
    codes: ['path/absent'],
    options: { schema: liveSchema(['  externalId: String\n', '']) },
  },
  'field that the live API lacks': {
    yaml: orderColumn('externalId'),
    codes: ['path/absent'],
    options: { schema: liveSchema(['  externalId: String\n', '']) },
  },
  'deprecated field': {
    yaml: stream('r:\n  from: returns\n  key: [id]\n  columns: { id: id, status: status, c: createdAt }'),
    codes: ['path/deprecated'],
  },
  'deprecated field with a date of removal': {
    yaml: orderColumn('oldNumber'),
    codes: ['path/deprecated'],
    options: { schema: deprecated },
  },
  'unknown bundled catalog': { yaml: 'version: 1\nextends: defalt', codes: ['catalog/not_found'] },
  'path in an inline catalog': { yaml: 'version: 1\nextends: ./base.yaml', codes: ['catalog/extends'] },
  'test without given': {
    yaml: orderColumn('number\n    tests: [{ expect: { x: 1 } }]'),
    codes: ['catalog/wrong_kind'],
  },
  'test whose expect is no row': {
    yaml: orderColumn('number\n    tests: [{ given: { number: 1 }, expect: [{ x: 1 }, 2] }]'),
    codes: ['catalog/wrong_kind'],
  },
};

const golden: string[] = [];

for (const [name, { yaml, codes, options = {} }] of Object.entries(cases)) {
  test(name, async () => {
    const compiled = await compileYaml(yaml, options);
    golden.push(`## ${name}\n${problemTexts(compiled).join('\n')}\n`);
    expect(compiled.problems.map(({ code }) => code)).toEqual(codes);
    const hasError = compiled.problems.some(({ severity }) => severity === 'error');
    expect(compiled.streams).toHaveLength(hasError || !yaml.includes('columns') ? 0 : 1);
  });
}

test('the texts, to be read aloud', async () => {
  await expect(golden.join('\n')).toMatchFileSnapshot('problems.golden.txt');
});
