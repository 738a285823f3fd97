import { parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { renderSelection } from '../../../src/catalog/query/selection.ts';
import { compileYaml, dataOf, piiKey, problemTexts, reference } from './compile-yaml.ts';

/** The example that users have been shown, letter by letter. */
const example = `version: 1
extends: default                      # start from catalog/default.yaml
streams:
  orders:
    where: { storeType: DIRECT_TO_CONSUMER }                 # Centra's own filter, checked against its input type
    columns:
      order_id:      number                                  # short form: a path
      total:         grandTotal.value
      total_ex_tax:  grandTotal(includingTax: false).value   # arguments allowed: fetched under an alias
      channel:       attributes[or_channel].channel          # a custom attribute's element
      customer:      customer.email                          # only on one kind of order: an inline fragment
      email_hash:    { path: shippingAddress.email, pii: hash }
      country:       { first: [shippingAddress.country.code, country.code], default: ZZ }
      priority:      { path: status, map: { PENDING: 1 }, else: 0 }
      lines:         { each: lines, columns: { sku: productSize.SKU, quantity: quantity } }
  order_lines:                                               # a stream of its own, one record a line
    from: orders
    each: lines
    key: [order_id, line_id]
    columns: { order_id: ^number, line_id: id, sku: productSize.SKU, net: lineValue(includingTax: false).value }
`;

test('the example parses as it was shown, and what is left to say of it is personal data', async () => {
  const compiled = await compileYaml(example, { piiKey });
  expect(problemTexts(compiled)).toMatchInlineSnapshot(`
    [
      "catalog/default.yaml:31:7: warning: orders.account_id: "account" exists on WholesaleOrder only, and this stream's \`where\` asks for storeType DIRECT_TO_CONSUMER; orders.account_id stays empty.
      To remove an inherited column, write its name with null.",
      "catalog/default.yaml:32:7: warning: orders.account_name: "account" exists on WholesaleOrder only, and this stream's \`where\` asks for storeType DIRECT_TO_CONSUMER; orders.account_name stays empty.
      To remove an inherited column, write its name with null.",
      "tenant_catalog (inline):11:7: error: orders.customer: Customer.email is personal data, and the column does not say what may happen to it.
      Say what happens to it: \`pii: hash\` (the same code for the same person everywhere), \`mask\` (first and last character), \`year\` or \`month\` of a date, \`drop\` (left out), or \`allow\` (passes as it is, on purpose).",
    ]
  `);
});

test('with the address allowed it compiles, and one order makes its rows', async () => {
  const yaml = example.replace('customer.email    ', '{ path: customer.email, pii: allow } ');
  const compiled = await compileYaml(yaml, { piiKey });
  expect(compiled.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  const [orders, lines] = compiled.streams;
  if (orders === undefined || lines === undefined) throw new Error('Two streams are expected.');
  expect(orders.where).toEqual({ storeType: 'DIRECT_TO_CONSUMER' });
  for (const stream of [orders, lines]) {
    expect(validate(reference, parse(`{ orders ${renderSelection(stream.selection)} }`))).toEqual([]);
  }
  const order = {
    id: '1497ccf644db871e1e4026d101bde6f3',
    number: 14,
    status: 'PENDING',
    updatedAt: '2023-01-16T10:31:34+01:00',
    grandTotal: { value: 100.5, currency: { code: 'SEK' } },
    grandTotal_includingTax_false: { value: 80.4 },
    attributes_or_channel: [{ elements: [{ key: 'channel', value: 'web' }] }],
    customer: { id: 4, email: 'jon.snow@example.com' },
    shippingAddress: { email: ' Jon.Snow@Example.com', country: { code: null } },
    country: { code: 'SE' },
    lines: [
      { id: 1, quantity: 2, productSize: { SKU: 'A' }, lineValue_includingTax_false: { value: 8 } },
      { id: 2, quantity: 1, productSize: null, lineValue_includingTax_false: { value: 4 } },
    ],
  };
  expect(dataOf(orders, order)[0]).toMatchObject({
    order_id: 14,
    total: 100.5,
    total_ex_tax: 80.4,
    channel: 'web',
    customer: 'jon.snow@example.com',
    email_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    country: 'SE',
    priority: 1,
    lines: [
      { sku: 'A', quantity: 2 },
      { sku: null, quantity: 1 },
    ],
    updated_at: '2023-01-16T09:31:34Z',
  });
  expect(dataOf(lines, order)).toMatchObject([
    { order_id: 14, line_id: 1, sku: 'A', net: 8 },
    { order_id: 14, line_id: 2, sku: null, net: 4 },
  ]);
});
