import { describe, expect, test } from 'vitest';
import { formatDateTime, parseDateTime, summerTime } from '../../../src/sandbox/date-time.ts';
import { openShop, type Row } from './shop-client.ts';

const at = (text: string) => Date.parse(text) / 1000;

describe('DateTimeTz', () => {
  test.each([
    ['2025-03-30T00:59:59Z', '2025-03-30T01:59:59+01:00'],
    ['2025-03-30T01:00:00Z', '2025-03-30T03:00:00+02:00'],
    ['2025-10-26T00:59:59Z', '2025-10-26T02:59:59+02:00'],
    ['2025-10-26T01:00:00Z', '2025-10-26T02:00:00+01:00'],
    ['2024-12-31T23:30:00Z', '2025-01-01T00:30:00+01:00'],
  ])('%s is shown as %s', (utc, shown) => {
    expect(formatDateTime(at(utc), 'Y-m-d\\TH:i:sP')).toBe(shown);
    expect(parseDateTime(shown)).toBe(at(utc));
  });

  test.each([
    ['2021-10-23 00:00:00', '2021-10-22T22:00:00Z'],
    ['2021-12-23 00:00:00', '2021-12-22T23:00:00Z'],
    ['2021-12-23', '2021-12-22T23:00:00Z'],
    ['2025-10-26 02:30:00', '2025-10-26T00:30:00Z'],
    ['2025-03-30 02:30:00', '2025-03-30T01:30:00Z'],
    ['2023-01-16T10:31:34+0100', '2023-01-16T09:31:34Z'],
    ['2023-01-16T10:31:34.987-05:30', '2023-01-16T16:01:34Z'],
  ])('%s means %s', (text, utc) => {
    expect(parseDateTime(text)).toBe(at(utc));
  });

  test.each(['', 'yesterday', '2023-02-30', '2023-01-16T25:00:00Z', '16.01.2023'])(
    '"%s" is no date',
    (text) => {
      expect(parseDateTime(text)).toBeUndefined();
    },
  );

  test.each([
    ['Y-m-d\\TH:i:sO', '2025-06-01T14:05:09+0200'],
    ['U', '1748779509'],
    ['c', '2025-06-01T14:05:09+02:00'],
    ['D, d M Y', 'Sun, 01 Jun 2025'],
    ['j.n.y G:i', '1.6.25 14:05'],
    ['\\Y\\e\\a\\r Y', 'Year 2025'],
  ])('the PHP format %s gives %s', (format, text) => {
    expect(formatDateTime(at('2025-06-01T12:05:09Z'), format)).toBe(text);
  });

  test('orders show the offset of their own date, and one type has no colon in it', async () => {
    await using shop = await openShop({ orders: 400 });
    const { data } = await shop.ask(`{
      summer: orders(limit: 1, where: { orderDate: { to: "2024-08-01" } }) { orderDate createdAt }
      winter: orders(limit: 1, where: { orderDate: { to: "2025-02-01" } }) { orderDate(format: "O") }
      products(limit: 1) { updatedAt }
      purchaseOrderDeliveries(limit: 1) { createdAt }
    }`);
    expect(data.summer[0].orderDate).toMatch(/T\d\d:\d\d:\d\d\+02:00$/);
    expect(data.summer[0].createdAt).toBe(data.summer[0].orderDate);
    expect(data.winter[0].orderDate).toBe('+0100');
    expect(data.products[0].updatedAt).toMatch(/\+0[12]:00$/);
    expect(data.purchaseOrderDeliveries[0].createdAt).toMatch(/\+0[12]00$/);
  });

  test('orders changed exactly on both switches of summer time, and on hours and days', async () => {
    await using shop = await openShop({ orders: 500 });
    const rows = (await shop.get('ids?root=orders')) as unknown as readonly Row[];
    const times = new Set(rows.map((row) => at(row.updatedAt as string)));
    for (const edge of [summerTime(2025)[0], summerTime(2024)[1]]) {
      for (const near of [edge - 1, edge, edge + 1, edge + 3600]) expect(times.has(near)).toBe(true);
    }
    expect(times.has(at('2025-06-01T00:00:00Z'))).toBe(true);
    expect(times.has(at('2025-06-01T11:00:00Z'))).toBe(true);
    expect(Math.max(...times)).toBeLessThanOrEqual(at('2025-06-01T12:00:00Z'));
  });

  test('a date that is none is refused', async () => {
    await using shop = await openShop({ orders: 5 });
    const { errors } = await shop.ask('{ orders(where: { updatedAt: { from: "soon" } }) { number } }');
    expect(errors[0]?.message).toContain('DateTimeTz');
    const given = await shop.ask(
      'query ($f: DateTimeTz) { orders(where: { updatedAt: { from: $f } }) { number } }',
      { f: 'soon' },
    );
    expect(given.errors[0]?.message).toContain('DateTimeTz');
  });
});
