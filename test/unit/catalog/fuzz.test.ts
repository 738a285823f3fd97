import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatProblem } from '../../../src/catalog/language/problem.ts';
import { renderSelection } from '../../../src/catalog/query/selection.ts';
import { compileYaml } from './compile-yaml.ts';

const catalog = `version: 1
tenant: Nordic
streams:
  orders:
    from: orders
    where: { storeType: DIRECT_TO_CONSUMER, status: [CONFIRMED] }
    key: [order_id]
    columns:
      order_id: number
      total: grandTotal(includingTax: false).value
      channel: &channel attributes[or_channel].channel
      again: *channel
      email: { path: customer.email, pii: hash }
      country: { first: [shippingAddress.country.code, country.code], default: ZZ }
      priority: { path: status, map: { PENDING: 1 }, else: 0, on_error: quarantine }
      lines: { each: lines, columns: { sku: productSize.SKU, o: ^number } }
      market: { path: market, all: [id, name] }
  sizes:
    from: products
    each: variants.productSizes
    key: [id]
    columns: { id: id, p: ^^id, skus: { path: ^productSizes[].SKU, join: '|' } }
`;

const words = [
  'null',
  '^',
  '[]',
  '(',
  ')',
  '{',
  '}',
  ':',
  ',',
  '- ',
  '*channel',
  '&a',
  '\n',
  '  ',
  '"',
  "'",
  '#',
  '!!binary',
  '<<',
  '\u0000',
  '\ufeff',
  'each',
  'pii: ',
  'path',
  'lines.',
  '.',
  '\t',
  '😀',
  '%',
  '|',
  '>',
  '?',
];

/** A few cuts, doublings and insertions anywhere. */
const mutated = fc
  .array(
    fc.record({
      at: fc.nat(catalog.length),
      length: fc.nat(12),
      kind: fc.nat(2),
      word: fc.constantFrom(...words),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((edits) =>
    edits.reduce((text, { at, length, kind, word }) => {
      if (kind === 0) return text.slice(0, at) + text.slice(at + length);
      if (kind === 1) return text.slice(0, at) + word + text.slice(at);
      return text.slice(0, at) + text.slice(at, at + length).repeat(2) + text.slice(at + length);
    }, catalog),
  );

async function compilesOrComplains(yaml: string): Promise<void> {
  const compiled = await compileYaml(yaml);
  for (const problem of compiled.problems) {
    expect(formatProblem(problem)).not.toMatch(/undefined|\[object/);
    expect(problem.line).toBeGreaterThan(0);
    expect(problem.column).toBeGreaterThan(0);
  }
  for (const { selection } of compiled.streams) expect(renderSelection(selection)).toMatch(/^\{/);
}

test('a catalog with random mistakes gives a list of problems, or a compile', async () => {
  await compilesOrComplains(catalog);
  await fc.assert(fc.asyncProperty(mutated, compilesOrComplains), { numRuns: 500 });
});

test('any text at all gives a list of problems', async () => {
  await fc.assert(fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), compilesOrComplains), {
    numRuns: 200,
  });
});

test('any path gives a problem with a place, or a column', async () => {
  const parts = fc.array(
    fc.constantFrom(
      'lines',
      'number',
      'attributes',
      '[a]',
      '[]',
      '[0]',
      '(',
      ')',
      '.',
      '^',
      'a: 1',
      '"',
      ' ',
      '-',
      'grandTotal',
    ),
    { maxLength: 10 },
  );
  await fc.assert(
    fc.asyncProperty(parts, async (pieces) => {
      const path = JSON.stringify(pieces.join(''));
      await compilesOrComplains(
        `version: 1\nstreams: { o: { from: orders, key: [id], columns: { id: id, x: { path: ${path} } } } }`,
      );
    }),
    { numRuns: 500 },
  );
});
