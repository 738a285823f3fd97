import { expect, test } from 'vitest';
import { rootType } from '../../../src/roots/derive.ts';
import { estimateComplexity } from '../../../src/workbench/explain/complexity-estimate.ts';
import { goodStream, reference } from '../catalog/compile-yaml.ts';

async function estimate(from: string, each: string, columns: string) {
  const stream = await goodStream(
    `version: 1\nstreams:\n  s:\n    from: ${from}\n${each}    key: [id]\n    columns: { ${columns} }\n`,
  );
  const type = rootType(stream.root.root, reference)?.name ?? '';
  return estimateComplexity(stream.selection, type, reference, reference);
}

test('the cost of a page of orders with an address and a customer is the documented 229, about', async () => {
  const { perRequest, perRow } = await estimate(
    'orders',
    '',
    'id: id, c: { path: shippingAddress.city, pii: mask }, e: { path: customer.email, pii: mask }',
  );
  expect(perRequest + 20 * perRow).toBeGreaterThan(215);
  expect(perRequest + 20 * perRow).toBeLessThan(245);
});

test('a list of products with variants and sizes is the documented 121, about', async () => {
  const { perRequest, perRow } = await estimate(
    'products',
    '',
    'id: id, s: { path: "variants[].productSizes[].SKU", join: "," }',
  );
  expect(perRequest + 20 * perRow).toBeGreaterThan(110);
  expect(perRequest + 20 * perRow).toBeLessThan(140);
});

test('of the quantities of a stock row, only the free one costs nothing', async () => {
  const free = await estimate(
    'warehouses',
    '    each: stock\n',
    'id: productSize.id, q: freeToAllocateQuantity',
  );
  const two = await estimate(
    'warehouses',
    '    each: stock\n',
    'id: productSize.id, q: freeToAllocateQuantity, p: physicalQuantity',
  );
  expect(two.perRow - free.perRow).toBeCloseTo(1);
});
