import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { catalogCommand, expectCatalogGolden, workFolder, writeCatalog } from './catalog-command.ts';
import { fileWith, sourceCentra } from './harness.ts';
import { openShop } from './sandbox-control.ts';
import { ask } from './shop-answers.ts';

const recorded = join(import.meta.dirname, '..', 'fixtures', 'recorded');
const piiKey = 'an example key that is 32 bytes or more';

const masked = writeCatalog(
  'masked.yaml',
  `version: 1
streams:
  orders:
    from: orders
    key: [number]
    columns:
      number: number
      updated_at: updatedAt
      email: { first: [shippingAddress.email, customer.email], pii: mask }
      name: { path: customer.lastName, pii: hash }
      city: { path: shippingAddress.city, pii: allow }
      total: { path: grandTotal.value, type: 'decimal(12,2)' }
      ex_tax: grandTotal(includingTax: false).value
      on_hold: isOnHold
      lines: { each: lines, columns: { sku: productSize.SKU, value: lineValue.value, note: { path: comment, pii: mask } } }
  wholesale:
    from: orders
    key: [number]
    columns: { number: number, u: updatedAt, company: { path: shippingAddress.companyName, pii: allow }, on_hold: isOnHold }
  sizes:
    from: products
    each: variants.productSizes
    key: [size_id]
    columns:
      size_id: id
      product: ^^name
      long_name: ^^attributes[pr_long_name].text
      color: ^attributes[sh_swatch].desc
      hex: { path: ^attributes[sh_swatch].hex, lower: true }
`,
);

test('a recorded order: masked sources are not in clear, and what was not asked for is said', async () => {
  const { code, stdout, stderr } = await catalogCommand(
    ...['preview', masked, '--stream', 'orders', '--from', `${recorded}/order-dtc-after-update.json`],
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  await expectCatalogGolden('preview-recorded.txt', stdout.replaceAll(recorded, 'recorded'));
  expect(stdout).not.toMatch(/maja|lind|@/i);
});

test('recorded lists, attributes of all types, and rows below lists', async () => {
  const wholesale = await catalogCommand(
    ...['preview', masked, '--stream', 'wholesale', '--from', `${recorded}/orders-wholesale.json`, '--json'],
  );
  expect(linesOf(wholesale.stdout)).toEqual([
    {
      source: { number: 7312, u: null, company: 'NORDHEM', on_hold: false },
      row: { number: 7312, u: null, company: 'NORDHEM', on_hold: false },
      changes: [],
      not_in_answer: ['u'],
    },
  ]);
  const sizes = await catalogCommand(
    ...['preview', masked, '--stream', 'sizes', '--from', `${recorded}/products-stock-with-counters.json`],
    ...['--json', '--limit', '3'],
  );
  const rows = linesOf(sizes.stdout);
  expect(rows).toHaveLength(3);
  expect(rows[0]).toMatchObject({
    source: { size_id: 4411, long_name: 'Wool Coat, long', color: 'Sand', hex: '#C2B280' },
    row: {
      size_id: 4411,
      product: 'Wool Coat',
      long_name: 'Wool Coat, long',
      color: 'Sand',
      hex: '#c2b280',
    },
  });
});

function linesOf(stdout: string): readonly Readonly<Record<string, unknown>>[] {
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

test('live: the newest rows, with every value that would not convert', async () => {
  const shop = await openShop({ orders: 60 }, { pii_key: piiKey });
  const catalog = writeCatalog(
    'live.yaml',
    `version: 1
extends: default
streams:
  orders:
    columns:
      email: { path: customer.email, pii: mask }
      email_hash: { path: customer.email, pii: hash }
      born: { path: store.name, type: integer }
      held: { path: store.name, type: integer, on_error: quarantine }
`,
  );
  const text = await catalogCommand(
    ...['preview', catalog, '--stream', 'orders', '--config', shop.config, '--limit', '2'],
  );
  expect(text.code).toBe(0);
  expect(text.stdout).toContain('(held back)');
  expect(text.stdout).toContain(
    '! The row is held back (quarantine) because of held: The value is not a whole number.',
  );
  expect(text.stdout).toMatch(
    /2 rows of orders from the live shop \(2 requests\)\. 2 rows are held back\.\n$/,
  );

  const json = await catalogCommand(
    ...['preview', catalog, '--stream', 'order_lines', '--config', shop.config, '--json', '--limit', '7'],
  );
  expect(linesOf(json.stdout)).toHaveLength(7);
  const stock = await catalogCommand(
    ...['preview', catalog, '--stream', 'inventory', '--config', shop.config, '--json', '--limit', '4'],
  );
  expect(linesOf(stock.stdout)).toHaveLength(4);

  const people = await ask(
    shop,
    '{ orders(limit: 200) { ... on DirectToConsumerOrder { customer { email } } } }',
  );
  const emails = new Set(
    (people.orders as { customer?: { email?: string } }[]).flatMap((one) => one.customer?.email ?? []),
  );
  expect(emails.size).toBeGreaterThan(5);
  for (const email of emails)
    expect(text.stdout + json.stdout + text.stderr + json.stderr).not.toContain(email);
});

test('live: a change is noted below its row', async () => {
  const shop = await openShop({ orders: 20 });
  const catalog = writeCatalog(
    'change.yaml',
    'version: 1\nextends: default\nstreams: { orders: { columns: { n: { path: store.name, type: integer } } } }\n',
  );
  const { stdout } = await catalogCommand(
    'preview',
    catalog,
    '--stream',
    'orders',
    '--config',
    shop.config,
    '--limit',
    '1',
  );
  expect(stdout).toContain('  ! n is null: The value is not a whole number.');
  expect(stdout).toContain('1 values would not convert and are null: see the lines with !.');
});

test('every form of recording: an answer, a Connection, answers in a row, objects in an array, one a line', async () => {
  const objects = [{ number: 1, isOnHold: true }, { number: 2, isOnHold: false }, { number: 3 }];
  const [a, b, c] = objects;
  const edges = objects.map((node) => ({ cursor: 'x', node }));
  const forms: Readonly<Record<string, unknown>> = {
    answer: { data: { orders: objects, products: [{ id: 9, name: 'orders' }] } },
    connection: { data: { orderConnection: { totalCount: 3, edges } } },
    recording: { query: '{ orders }', response: { data: { orders: objects } } },
    answers: [{ data: { orders: [a, b] } }, { data: { order: c } }],
    'answers in lines': `${JSON.stringify({ data: { orders: [a, b] } })}\n${JSON.stringify({ data: { orders: [c] } })}\n`,
    array: objects,
    lines: `${objects.map((object) => JSON.stringify(object)).join('\n')}\n`,
    mutation: [
      { data: { updateOrder: { order: a } } },
      { data: { x: { order: b } } },
      { data: { y: { order: c } } },
    ],
  };
  for (const [form, content] of Object.entries(forms)) {
    const { stdout, code } = await catalogCommand(
      ...['preview', masked, '--stream', 'wholesale', '--from', fileWith(content), '--json'],
    );
    const numbers =
      code === 0 ? linesOf(stdout).map(({ row }) => (row as { number: number }).number) : stdout;
    expect({ form, numbers }).toEqual({ form, numbers: [1, 2, 3] });
  }
});

test('a list with arguments of its own is not guessed at', async () => {
  const { code, stdout } = await catalogCommand(
    ...['preview', 'default', '--stream', 'order_lines', '--from', `${recorded}/order-dtc-after-update.json`],
  );
  expect(code).toBe(0);
  expect(stdout).toContain('0 rows of order_lines');
  expect(stdout).toContain(
    'The rows lie in lines(includeFullyCancelled: true), which this answer does not have',
  );
});

test('a file that does not fit into the heap is streamed', async () => {
  const path = join(workFolder, 'large.json');
  const file = createWriteStream(path);
  const filler = 'x'.repeat(2000);
  file.write('{"data":{"orders":[');
  const count = 15_000;
  for (let number = 1; number <= count; number += 1) {
    const object = { number, isOnHold: false, shippingAddress: { companyName: `${filler}${number}` } };
    if (!file.write(`${number === 1 ? '' : ','}${JSON.stringify(object)}`)) await once(file, 'drain');
  }
  file.end(']}}');
  await once(file, 'finish');
  const { code, messages } = await sourceCentra(
    [
      'catalog',
      'preview',
      join(workFolder, masked),
      '--stream',
      'wholesale',
      '--from',
      path,
      '--json',
      '--limit',
      String(count),
    ],
    { nodeArgs: ['--max-old-space-size=48'] },
  );
  expect(code).toBe(0);
  expect(messages).toHaveLength(count);
}, 120_000);

test('what is wrong with the arguments or the file is one sentence, and exit code 2', async () => {
  const from = fileWith({ data: { products: [] } });
  const broken = fileWith('{"data":{"orders":[{"number":1},{"email":"anna@example.com" oops');
  const cases: readonly (readonly [readonly string[], string])[] = [
    [['--stream', 'orders'], 'There is nothing to preview from. Add --config with a configuration'],
    [['--stream', 'order', '--from', from], 'masked.yaml has no stream "order". Did you mean orders?'],
    [
      ['--stream', 'orders', '--from', from],
      `The file ${from} holds nothing for the stream "orders". Its objects are looked for in data.orders, data.orderConnection.edges or data.order, in a JSON array, or one a line.`,
    ],
    [
      ['--stream', 'orders', '--from', fileWith({ name: 'a-package', version: '1.0.0' })],
      'This file holds no orders. The stream "orders" takes an answer such as {"data":{"orders":[{"id":…}]}}, or the objects by themselves, in a JSON array or one a line.',
    ],
    [['--stream', 'orders', '--from', broken], `The file ${broken} is not JSON all the way through.`],
    [
      ['--stream', 'orders', '--from', 'gone.json'],
      'The file gone.json with recorded answers cannot be read.',
    ],
    [['--stream', 'orders', '--from', from, '--limit', '0'], '--limit takes a whole number from 1 on.'],
  ];
  for (const [args, message] of cases) {
    const { code, stdout, stderr } = await catalogCommand('preview', masked, ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: args.includes(broken) ? stdout : '' });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('anna');
  }
});
