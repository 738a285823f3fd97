import { expect, test } from 'vitest';
import { compileCatalog } from '../../../src/catalog/compile/compile.ts';
import { loadCatalog } from '../../../src/catalog/language/load.ts';
import { formatProblem } from '../../../src/catalog/language/problem.ts';
import { entityDiagram } from '../../../src/workbench/docs/entity-diagram.ts';
import { relationsOf } from '../../../src/workbench/docs/relations.ts';
import { piiKey, reference } from '../catalog/compile-yaml.ts';

async function related(streams: string) {
  const loaded = await loadCatalog({ source: 'inline', yaml: `version: 1\nstreams:\n${streams}` });
  const compiled = compileCatalog(loaded, { schema: reference, reference, piiKey });
  if (compiled.problems.length > 0) throw new Error(compiled.problems.map(formatProblem).join('\n'));
  const relations = relationsOf(compiled.streams, loaded.catalog.streams, reference);
  const texts = relations.map(({ from, columns, to, isOptional, isOne }) =>
    [from, columns.join('+'), to, ...(isOptional ? ['optional'] : []), ...(isOne ? ['one'] : [])].join(' '),
  );
  return { texts, diagram: entityDiagram(compiled.streams, relations) };
}

const orders = '  orders: { from: orders, key: [nr], columns: { nr: id } }\n';

test('columns meet by what they show, not by their names', async () => {
  const { texts, diagram } = await related(
    `${orders}  back: { from: returns, key: [id], columns: { id: id, belongs_to: order.id } }\n`,
  );
  expect(texts).toEqual(['back belongs_to orders']);
  expect(diagram).toBe(
    [
      'erDiagram',
      '  orders {',
      '    string nr PK',
      '  }',
      '  back {',
      '    integer id PK',
      '    string belongs_to FK',
      '  }',
      '  orders ||--o{ back : "belongs_to"',
      '',
    ].join('\n'),
  );
});

test('a key of several columns needs all of them', async () => {
  const lines = '  lines: { from: orders, each: lines, key: [o, l], columns: { o: ^id, l: id } }\n';
  const back = (columns: string) =>
    `  back: { from: returns, each: lines, key: [id], columns: { id: id, ${columns} } }\n`;
  expect((await related(lines + back('a: ^order.id, b: orderLine.id'))).texts).toEqual(['back a+b lines']);
  expect((await related(lines + back('b: orderLine.id'))).texts).toEqual([]);
});

test('what may be empty, and what there is one of', async () => {
  const sizes = '  sizes: { from: products, each: variants.productSizes, key: [id], columns: { id: id } }\n';
  const lines =
    '  lines: { from: orders, each: lines, key: [id], columns: { id: id, size: productSize.id } }\n';
  expect((await related(sizes + lines)).texts).toEqual(['lines size sizes optional']);
  const both = '  pairs: { from: orders, each: lines, key: [o, l], columns: { o: ^id, l: id } }\n';
  const single = '  singles: { from: orders, each: lines, key: [l], columns: { l: id, o: ^id } }\n';
  expect((await related(both + single)).texts).toEqual(['pairs l singles', 'singles o+l pairs one']);
  const sibling = '  extra: { from: returns, key: [o], columns: { o: order.id } }\n';
  expect((await related(orders + sibling)).texts).toEqual([]);
});

// The hash of an empty text is null.
test('a masked or changed key joins only where the other is masked in the same way', async () => {
  const masked = (pii: string) =>
    `  orders: { from: orders, key: [nr], columns: { nr: { path: id, pii: ${pii} } } }\n`;
  const back = (column: string) =>
    `  back: { from: returns, key: [id], columns: { id: id, o: ${column} } }\n`;
  expect((await related(masked('hash') + back('{ path: order.id, pii: hash }'))).texts).toEqual([
    'back o orders optional',
  ]);
  expect((await related(masked('hash') + back('order.id'))).texts).toEqual([]);
  expect((await related(masked('mask') + back('{ path: order.id, pii: mask }'))).texts).toEqual([]);
  expect((await related(orders + back('{ path: order.id, upper: true }'))).texts).toEqual([]);
  expect((await related(orders + back('{ all: [order.id] }'))).texts).toEqual([]);
});

test('of several streams of one kind, the one with the same filter', async () => {
  const only = (name: string, type: string) =>
    `  ${name}: { from: orders, where: { storeType: ${type} }, key: [id], columns: { id: id } }\n`;
  const lines =
    '  lines: { from: orders, each: lines, where: { storeType: WHOLESALE }, key: [id], columns: { id: id, o: ^id } }\n';
  const { texts } = await related(only('dtc', 'DIRECT_TO_CONSUMER') + only('wholesale', 'WHOLESALE') + lines);
  expect(texts).toEqual(['lines o wholesale']);
});
