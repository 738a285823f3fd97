import { expect, test } from 'vitest';
import { BLOTTED, previewRows } from '../../../src/workbench/preview/preview.ts';
import { goodStream } from '../catalog/compile-yaml.ts';

const snapshotAt = '2024-05-01T00:00:00Z';

const stream = await goodStream(`version: 1
streams:
  lines:
    from: orders
    each: lines
    key: [id]
    columns:
      id: id
      updated_at: ^updatedAt
      email: { first: [^shippingAddress.email, ^customer.email], pii: mask }
      city: { path: ^shippingAddress.city, pii: allow }
      year: { path: ^orderDate, pii: year }
      total: { path: ^grandTotal.value, type: 'decimal(12,2)' }
      status: { path: ^status, map: { PENDING: 1 } }
      percent: { path: taxPercent, type: integer, on_error: quarantine }
`);

const order = {
  updatedAt: '2024-05-01T10:00:00+02:00',
  orderDate: '2024-05-01T10:00:00+02:00',
  shippingAddress: { email: 'anna@example.com', city: 'Lund' },
  grandTotal: { value: 10 },
  status: 'CONFIRMED',
  lines: [
    { id: 1, taxPercent: 25 },
    { id: 2, taxPercent: 12.5 },
  ],
};

test('source and row side by side: masked sources are blotted out, raw values stay raw', () => {
  const [first, second] = previewRows(stream, order, { snapshotAt });
  expect(first?.source).toEqual({
    id: 1,
    updated_at: '2024-05-01T10:00:00+02:00',
    email: BLOTTED,
    city: 'Lund',
    year: BLOTTED,
    total: 10,
    status: 'CONFIRMED',
    percent: 25,
  });
  expect(first?.row).toMatchObject({ email: 'a***m', year: 2024, total: '10.00', status: null, percent: 25 });
  expect(first?.changes.map(({ column }) => column)).toEqual(['status']);
  expect(second?.row).toBeUndefined();
  expect(second?.quarantined?.column).toBe('percent');
  expect(second?.source.percent).toBe(12.5);
  expect(JSON.stringify([first, second])).not.toContain('anna@');
});

test('a column is not in the answer when nothing that it asks for is', () => {
  const absent = new Set(['shippingAddress.email', 'customer', 'grandTotal']);
  const [row] = previewRows(stream, order, { snapshotAt }, absent);
  expect([...(row?.notInAnswer ?? [])]).toEqual(['email', 'total']);
  const [other] = previewRows(stream, order, { snapshotAt }, new Set(['shippingAddress.email']));
  expect([...(other?.notInAnswer ?? [])]).toEqual([]);
});
