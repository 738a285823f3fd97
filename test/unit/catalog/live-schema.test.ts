import { describe, expect, test } from 'vitest';
import { renderSelection } from '../../../src/catalog/query/selection.ts';
import { compileYaml, dataOf, liveSchema, orderColumn, problemTexts } from './compile-yaml.ts';

const withoutReason = liveSchema(['  reason: String\n', '']);
const lines = `version: 1
streams:
  return_lines:
    from: returns
    each: lines
    key: [id]
    columns: { id: id, created: ^createdAt, reason: reason, why: { first: [reason, ^createdFrom] } }
`;

test('a column that the live API lacks stays, typed and empty, and a warning says so', async () => {
  const compiled = await compileYaml(lines, { schema: withoutReason });
  expect(problemTexts(compiled)).toEqual([
    "tenant_catalog (inline):7:45: warning: return_lines.reason: This shop's API has no ReturnLine.reason; return_lines.reason stays empty.",
    "tenant_catalog (inline):7:61: warning: return_lines.why: This shop's API has no ReturnLine.reason; return_lines.why goes without it.",
  ]);
  const [stream] = compiled.streams;
  if (stream === undefined) throw new Error('One stream is expected.');
  expect(renderSelection(stream.selection)).not.toContain('reason');
  expect(stream.columns.find(({ name }) => name === 'reason')).toMatchObject({
    jsonSchema: { type: ['null', 'string'] },
    missing: 'ReturnLine.reason',
  });
  const [row] = dataOf(stream, { createdAt: '2024-01-01T00:00:00Z', createdFrom: 'app', lines: [{ id: 1 }] });
  expect(row).toEqual({ id: 1, created: '2024-01-01T00:00:00Z', reason: null, why: 'app' });
});

describe('what a stream cannot do without makes it unreadable, and says why', () => {
  const unreadable: Readonly<Record<string, readonly [string, readonly [string, string], string]>> = {
    'a column of the key': [
      lines
        .replace('key: [id]', 'key: [id, reason]')
        .replace('reason: reason', 'reason: { path: reason, default: x }'),
      ['  reason: String\n', ''],
      "This shop's API has no ReturnLine.reason, and return_lines.reason is in the key of its rows.",
    ],
    'the list of each': [
      orderColumn('id')
        .replace('key: [id]', 'each: lines\n    key: [id]')
        .replace('updated_at: updatedAt', 'updated_at: ^updatedAt'),
      ['lines(includeFullyCancelled: Boolean = false): [OrderLine!]!', 'oldLines: [OrderLine!]!'],
      "This shop's API has no Order.lines, which the stream o cannot do without.",
    ],
    'the filter': [
      orderColumn('number').replace('key: [id]', 'where: { externalId: [a] }\n    key: [id]'),
      ['  allocationRuleId: [Int!]\n  externalId: [String!]\n', '  allocationRuleId: [Int!]\n'],
      "This shop's API has no OrderFilter.externalId, by which the stream o filters; without it, it would read more than was asked for.",
    ],
    'the root': [
      orderColumn('number'),
      ['  orders(where: OrderFilter', '  ordersOfOld(where: OrderFilter'],
      'This shop\'s API has no list "orders", which the stream o cannot do without.',
    ],
    'the cursor': [
      orderColumn('number').replace('      updated_at: updatedAt\n', ''),
      ['  updatedAt(format: String = "Y-m-d\\\\TH:i:sP"): DateTimeTz!\n  orderDate', '  orderDate'],
      "This shop's API has no Order.updatedAt, which the stream o cannot do without.",
    ],
  };
  for (const [name, [yaml, change, reason]] of Object.entries(unreadable)) {
    test(name, async () => {
      const compiled = await compileYaml(yaml, { schema: liveSchema(change) });
      expect(compiled.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
      expect(compiled.streams).toEqual([]);
      expect(compiled.unreadable.map((stream) => stream.reason)).toEqual([reason]);
    });
  }
});

test('what the live API has on top of the reference can be mapped', async () => {
  const schema = liveSchema(['type Market {\n', 'type Market {\n  uri: String\n  region: [String!]!\n']);
  const compiled = await compileYaml(
    orderColumn('market.uri\n      r: { path: market.region[], join: "," }'),
    { schema },
  );
  expect(problemTexts(compiled)).toEqual([]);
});

test('a nested array and all go on without what is missing', async () => {
  const schema = liveSchema(['  allocations: [Allocation!]!\n', ''], ['  isEU: Boolean\n', '']);
  const yaml = orderColumn(
    '{ each: lines.allocations, columns: { q: quantity } }\n      c: { path: country, all: [code, isEU] }',
  );
  const compiled = await compileYaml(yaml, { schema });
  expect(problemTexts(compiled)).toEqual([
    "tenant_catalog (inline):9:7: warning: o.x: This shop's API has no OrderLine.allocations; o.x stays empty.",
    "tenant_catalog (inline):10:7: warning: o.c: This shop's API has no Country.isEU; o.c goes without it.",
  ]);
  const [stream] = compiled.streams;
  if (stream === undefined) throw new Error('One stream is expected.');
  expect(renderSelection(stream.selection)).toBe('{ id updatedAt country { code } }');
  expect(dataOf(stream, { id: 'a', updatedAt: '', country: { code: 'SE' } })[0]).toMatchObject({
    x: null,
    c: { code: 'SE' },
  });
});

test('a nested array that is missing and masks something stops the read', async () => {
  const schema = liveSchema(['  allocations: [Allocation!]!\n', '']);
  const yaml = orderColumn('{ each: lines.allocations, columns: { q: { path: quantity, pii: hash } } }');
  const compiled = await compileYaml(yaml, { schema });
  expect(compiled.problems.map(({ code }) => code)).toEqual(['pii/unknown_path']);
  expect(compiled.streams).toEqual([]);
});
