import { expect, test } from 'vitest';
import { catalogCommand, writeCatalog } from './catalog-command.ts';
import { openShop, type TestShop } from './sandbox-control.ts';
import { ask } from './shop-answers.ts';

interface Report {
  readonly unmapped: readonly {
    readonly kind: string;
    readonly stream: string;
    readonly path: string;
    readonly filled: number;
    readonly of: number;
    readonly percent: number | null;
    readonly personal: boolean;
  }[];
  readonly always_null: readonly { readonly stream: string; readonly column: string }[];
  readonly not_visible: readonly {
    readonly path: string;
    readonly permissions: readonly string[];
    readonly mapped: boolean;
  }[];
  readonly not_looked_at: readonly string[];
  readonly lists_without_a_stream: readonly string[];
  readonly requests: number;
}

async function coverage(...args: readonly string[]): Promise<Report> {
  const { code, stdout, stderr } = await catalogCommand('coverage', ...args, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Report;
}

/** But for the limits, which are asked for again as time goes by. */
async function requestsOf(shop: TestShop): Promise<number> {
  const asked = (await shop.control('requests')) as { rootFields: string[] }[];
  return asked.filter(({ rootFields }) => !rootFields.includes('rateLimits')).length;
}

test('every attribute of the shop until a catalog maps it, and how often it is filled', async () => {
  const shop = await openShop({ orders: 300 });
  const before = await coverage('default', '--config', shop.config, '--sample', '300');
  // The schema, two pages of orders, and a page of each other list.
  expect(await requestsOf(shop)).toBeLessThanOrEqual(6);
  const channel = before.unmapped.find(({ path }) => path === 'attributes[or_channel].channel');
  const { orders } = await ask(
    shop,
    '{ orders(sort: [number_DESC], limit: 200) { attributes(where: {typeName: {equals: "or_channel"}}) { elements { key ... on AttributeChoiceElement { selectedValue } } } } }',
  );
  const more = await ask(
    shop,
    '{ orders(sort: [number_DESC], limit: 200, page: 2) { attributes(where: {typeName: {equals: "or_channel"}}) { elements { key ... on AttributeChoiceElement { selectedValue } } } } }',
  );
  type Ordered = { attributes: { elements: { key: string; selectedValue?: string | null }[] }[] };
  const all = [...(orders as Ordered[]), ...(more.orders as Ordered[])].slice(0, 300);
  const filled = all.filter(({ attributes }) =>
    attributes.some(({ elements }) => elements.some((one) => one.key === 'channel' && one.selectedValue)),
  );
  expect(channel).toMatchObject({
    kind: 'attribute',
    stream: 'orders',
    filled: filled.length,
    of: all.length,
  });
  expect(before.lists_without_a_stream).toEqual([
    'shipments',
    'orderPaymentHistory',
    'invoices',
    'customers',
    'accounts',
    'purchaseOrders',
    'suppliers',
    'stockChanges',
    'stockChangeLines',
    'affiliates',
    'brands',
    'campaigns',
    'collections',
    'markets',
    'pricelists',
    'products',
    'productSizes',
    'productVariants',
    'stores',
    'storePlugins',
  ]);
  const percents = before.unmapped.map(({ percent }) => percent ?? 0);
  expect(percents).toEqual([...percents].sort((a, b) => b - a));
  expect(before.unmapped.find(({ path }) => path === 'shippingAddress.city')).toMatchObject({
    personal: true,
  });
  expect(before.unmapped.find(({ path }) => path === '^threshold')).toMatchObject({ stream: 'inventory' });

  const init = await catalogCommand('init', '--config', shop.config);
  const after = await coverage(writeCatalog('all.yaml', init.stdout), '--config', shop.config);
  expect(after.unmapped.filter(({ kind }) => kind === 'attribute')).toEqual([]);
});

test('for people: a table, what to type next, and no value of the shop', async () => {
  const shop = await openShop({ orders: 80 });
  const { code, stdout } = await catalogCommand('coverage', 'default', '--config', shop.config);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^What catalog\/default\.yaml does not map, by a sample of \d+ orders, \d+ returns, /,
  );
  expect(stdout).toMatch(/^FILLED {2}STREAM +PATH$/m);
  expect(stdout).toMatch(/^\d+ % +orders +attributes\[or_gift\]\.message +attribute, personal: needs pii$/m);
  expect(stdout).not.toContain('Mapped, but null in every row of the sample:');
  expect(stdout).toMatch(/^Asked Centra \d+ times for \d+ points of complexity\.$/m);
  expect(stdout).toMatch(/^To map one, write a line below `columns:` of its stream/m);
  const { orders } = await ask(
    shop,
    '{ orders(limit: 200) { otherComment shippingAddress { city email lastName } } }',
  );
  type Person = { otherComment: string; shippingAddress: Record<string, string | null> | null };
  const texts = (orders as Person[]).flatMap((one) => [
    one.otherComment,
    ...Object.values(one.shippingAddress ?? {}),
  ]);
  const values = texts.filter((text): text is string => (text ?? '').length > 5);
  expect(values.length).toBeGreaterThan(50);
  for (const value of values) expect(stdout).not.toContain(value);
});

test('what the token may not see is listed by permission, and the rest is counted right', async () => {
  const shop = await openShop({ orders: 80 });
  const whole = await coverage('default', '--config', shop.config);
  await fetch(`${shop.controlEndpoint}/requests`, { method: 'DELETE' });
  await shop.control('permissions', {
    deny: ['Order.shippingAddress:read', 'Product.attributes:read', 'Return:read'],
  });
  const part = await coverage('default', '--config', shop.config);
  const hidden = part.not_visible.map(({ path, permissions, mapped }) => [path, permissions.join(), mapped]);
  expect(hidden).toContainEqual(['shipping_country_code', 'Order.shippingAddress:read', true]);
  expect(hidden).toContainEqual(['shippingAddress.city', 'Order.shippingAddress:read', false]);
  expect(hidden).toContainEqual(['product.attributes', 'Product.attributes:read', false]);
  expect(part.not_looked_at).toEqual(['The API token may not read returns: it lacks Return:read.']);
  expect(part.always_null.map(({ column }) => column)).not.toContain('shipping_country_code');
  // A refused part of a product must not make its other fields look empty.
  const fill = (report: Report, path: string) => report.unmapped.find((item) => item.path === path)?.filled;
  expect(fill(part, 'product.status')).toBe(fill(whole, 'product.status'));
  expect(await requestsOf(shop)).toBeLessThanOrEqual(8);
});

test('columns that are always null, what the API lacks, and values that stop a read', async () => {
  const shop = await openShop({ orders: 40 });
  const catalog = writeCatalog(
    'gaps.yaml',
    `version: 1
extends: default
streams:
  returns: null
  order_lines: null
  orders:
    where: { storeType: DIRECT_TO_CONSUMER }
    columns:
      never: { path: status, map: { NOTHING: 1 } }
  strict:
    from: orders
    where: { storeType: WHOLESALE }
    key: [id]
    columns: { id: id, updated_at: updatedAt, stop: { path: status, type: integer, on_error: fail } }
`,
  );
  const { stdout } = await catalogCommand('coverage', catalog, '--config', shop.config);
  expect(stdout).toContain('Mapped, but null in every row of the sample:');
  expect(stdout).toMatch(/^ {2}orders\.never \(\d+ rows\)$/m);
  expect(stdout).toContain(
    'A read would stop, because a column says `on_error: fail`:\n  strict.stop: a value is not a whole number',
  );
});

test('a page of everything that rows have keeps to the share of the smallest plan', async () => {
  const shop = await openShop({ orders: 60, plan: 'growth', clockFrozen: false });
  const { requests } = await coverage('default', '--config', shop.config, '--sample', '15');
  const asked = (await shop.control('requests')) as { status: number; complexity: number }[];
  expect(asked).toHaveLength(requests);
  expect(asked.map(({ status }) => status).filter((status) => status !== 200)).toEqual([]);
  // A quarter of what 10 seconds allow.
  expect(Math.max(...asked.map(({ complexity }) => complexity))).toBeLessThanOrEqual(250_000 / 4);
});

test('--sample takes a whole number', async () => {
  const shop = await openShop({ orders: 20 });
  const { code, stderr } = await catalogCommand(
    'coverage',
    'default',
    '--config',
    shop.config,
    '--sample',
    '0',
  );
  expect(code).toBe(2);
  expect(stderr).toContain('--sample takes a whole number from 1 on.');
});
