import {
  buildASTSchema,
  type EnumValueDefinitionNode,
  type FieldDefinitionNode,
  type GraphQLSchema,
  type InputValueDefinitionNode,
  parse,
  print,
  visit,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { compileCatalog } from '../../../src/catalog/compile/compile.ts';
import { inferredUses } from '../../../src/catalog/compile/inferred-uses.ts';
import { loadCatalog } from '../../../src/catalog/language/load.ts';
import { emptySelection, renderSelection } from '../../../src/catalog/query/selection.ts';
import {
  compileYaml,
  dataOf,
  goodStream,
  liveSchema,
  orderColumn,
  piiKey,
  problemTexts,
  reference,
  rowsOf,
  schemaText,
} from './compile-yaml.ts';

const allocations = `  allocations(where: AllocationFilter, sort: [AllocationSort!] = [id_ASC], limit: Int, page: Int = 1): [Allocation!]!\n`;

const withoutShipped = liveSchema(['  shippedQuantity: Int\n', '']);
const lines = `version: 1
streams:
  order_lines:
    from: orders
    each: lines
    key: [id]
    columns: { id: id, created: ^createdAt, shipped: shippedQuantity, sent: { first: [shippedQuantity, quantity] } }
`;

test('a column that the live API lacks stays, typed and empty, and a warning says so', async () => {
  const compiled = await compileYaml(lines, { schema: withoutShipped });
  expect(problemTexts(compiled)).toEqual([
    "tenant_catalog (inline):7:45: warning: order_lines.shipped: This shop's API has no OrderLine.shippedQuantity; order_lines.shipped stays empty.",
    "tenant_catalog (inline):7:71: warning: order_lines.sent: This shop's API has no OrderLine.shippedQuantity; order_lines.sent goes without it.",
  ]);
  const [stream] = compiled.streams;
  if (stream === undefined) throw new Error('One stream is expected.');
  expect(renderSelection(stream.selection)).not.toContain('shippedQuantity');
  expect(stream.columns.find(({ name }) => name === 'shipped')).toMatchObject({
    jsonSchema: { type: ['null', 'integer'] },
    missing: 'OrderLine.shippedQuantity',
    unavailable: {
      because: "This shop's API has no OrderLine.shippedQuantity",
      permission: undefined,
    },
  });
  const [row] = dataOf(stream, {
    createdAt: '2024-01-01T00:00:00Z',
    updatedAt: null,
    lines: [{ id: 1, quantity: 2 }],
  });
  expect(row).toMatchObject({ id: 1, created: '2024-01-01T00:00:00Z', shipped: null, sent: 2 });
});

describe('what a stream cannot do without makes it unreadable, and says why', () => {
  const unreadable: Readonly<Record<string, readonly [string, readonly [string, string], string]>> = {
    'a column of the key': [
      lines
        .replace('key: [id]', 'key: [id, shipped]')
        .replace('shipped: shippedQuantity', 'shipped: { path: shippedQuantity, default: 0 }'),
      ['  shippedQuantity: Int\n', ''],
      "This shop's API has no OrderLine.shippedQuantity, and order_lines.shipped is in the key of its rows.",
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
    'a value of the filter': [
      orderColumn('number').replace('key: [id]', 'where: { status: [PENDING, SHIPPED] }\n    key: [id]'),
      ['  SHIPPED\n', '  COMPLETED\n'],
      "This shop's API has no OrderStatus.SHIPPED, by which the stream o filters; without it, it would read more than was asked for.",
    ],
    'several values for a filter that takes one': [
      orderColumn('number').replace('key: [id]', 'where: { storeId: [1, 2] }\n    key: [id]'),
      ['  storeId: [Int!]\n', '  storeId: Int\n'],
      "This shop's API takes other values (storeId takes one value, and this is a list), by which the stream o filters; without it, it would read more than was asked for.",
    ],
    'a list of each that is none': [
      orderColumn('id')
        .replace('key: [id]', 'each: lines\n    key: [id]')
        .replace('updated_at: updatedAt', 'updated_at: ^updatedAt'),
      [
        'lines(includeFullyCancelled: Boolean = false): [OrderLine!]!',
        'lines(includeFullyCancelled: Boolean = false): OrderLine',
      ],
      'This shop\'s API differs from the documented one, and the stream o cannot be read: `each` needs a list at its end, and "lines" is none.',
    ],
    'the root': [
      orderColumn('number'),
      ['  orders(where: OrderFilter', '  ordersOfOld(where: OrderFilter'],
      'This shop\'s API has no list "orders", which the stream o cannot do without.',
    ],
    'the cursor': [
      orderColumn('number').replace('      updated_at: updatedAt\n', ''),
      ['  updatedAt(format: String = "Y-m-d\\\\TH:i:sP"): DateTimeTz!\n  orderDate', '  orderDate'],
      "This shop's API has no Order.updatedAt, and the stream o cannot be read without it, because it says which rows are new.",
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
  const schema = liveSchema([allocations, ''], ['  isEU: Boolean!\n', '']);
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

test('a nested array that is missing and masks something is empty, and one that nobody knows stops the read', async () => {
  const schema = liveSchema([allocations, '']);
  const column = '{ each: lines.allocations, columns: { q: { path: quantity, pii: hash } } }';
  const compiled = await compileYaml(orderColumn(column), { schema });
  expect(compiled.problems.map(({ code }) => code)).toEqual(['path/absent']);
  expect(compiled.streams[0]?.columns.find(({ name }) => name === 'x')?.unavailable).toBeDefined();
  const unknown = await compileYaml(orderColumn(column.replace('allocations', 'alocations')), { schema });
  expect(unknown.problems.map(({ code }) => code)).toEqual(['path/unknown_field']);
  expect(unknown.streams).toEqual([]);
});

describe('where a type differs', () => {
  test('what converts is loaded', async () => {
    const schema = liveSchema(['  externalId: String\n', '  externalId: Int64\n']);
    const compiled = await compileYaml(orderColumn('{ path: externalId, type: string }'), { schema });
    expect(problemTexts(compiled)).toEqual([]);
    const [stream] = compiled.streams;
    if (stream === undefined) throw new Error('One stream is expected.');
    expect(dataOf(stream, { id: 'a', updatedAt: null, externalId: 12 })[0]?.x).toBe('12');
  });

  test.each([
    ['a list for a value', ['  externalId: String\n', '  externalId: [String!]\n'], 'externalId'],
    ['an object for a value', ['  externalId: String\n', '  externalId: Country\n'], 'externalId'],
    ['a value for a list', ['  tags: [String!]!\n', '  tags: String\n'], '^tags[]'],
    [
      'a masked date that is a number',
      ['  externalId: String\n', '  externalId: Int\n'],
      '{ path: externalId, pii: year }',
    ],
    [
      'a step that cannot be done',
      ['  externalId: String\n', '  externalId: Int\n'],
      '{ path: externalId, trim: true }',
    ],
  ] as const)('%s: only the column is lost, and it is said', async (_, change, column) => {
    const yaml = column.startsWith('^')
      ? `version: 1\nstreams:\n  o:\n    from: products\n    each: displays\n    key: [id]\n    columns:\n      id: id\n      u: ^updatedAt\n      n: ^name\n      x: ${column.slice(1)}\n`
      : orderColumn(column);
    const compiled = await compileYaml(yaml, { schema: liveSchema(change) });
    expect(compiled.problems.map(({ severity, code }) => `${severity} ${code}`)).toEqual([
      'warning path/absent',
    ]);
    expect(problemTexts(compiled)[0]).toContain("This shop's API differs from the documented one (");
    const x = compiled.streams[0]?.columns.find(({ name }) => name === 'x');
    expect(x?.unavailable).toBeDefined();
    expect(x?.jsonSchema.type).toContain('null');
  });

  test('a mistake in the file is one, whatever the live API has', async () => {
    const schema = liveSchema(['  externalId: String\n', '  externalId: Int\n']);
    const { problems, streams } = await compileYaml(orderColumn('{ path: externalId, trim: both }'), {
      schema,
    });
    expect(problems.map(({ code }) => code)).toEqual(['step/wrong_value']);
    expect(streams).toEqual([]);
  });

  test('a filter that takes one value takes the one of a list', async () => {
    const schema = liveSchema(['  storeId: [Int!]\n', '  storeId: Int\n']);
    const yaml = orderColumn('number').replace('key: [id]', 'where: { storeId: [2] }\n    key: [id]');
    expect((await compileYaml(yaml, { schema })).streams[0]?.where).toEqual({ storeId: 2 });
  });
});

test('a key that the live API calls nullable refuses nothing, and a row where it is null is held back', async () => {
  const yaml = orderColumn('number').replace('key: [id]', 'key: [id, x]');
  const schema = liveSchema(['  number: Int!\n', '  number: Int\n']);
  const compiled = await compileYaml(yaml, { schema });
  expect(problemTexts(compiled)).toEqual([
    'tenant_catalog (inline):5:15: warning: o: The key names "x", which can be null in this shop\'s API: a row where it is null is held back and counted.',
  ]);
  const [stream] = compiled.streams;
  if (stream === undefined) throw new Error('One stream is expected.');
  expect(stream.columns.find(({ name }) => name === 'x')?.jsonSchema.type).toBe('integer');
  expect(rowsOf(stream, { id: 'a', updatedAt: null, number: null })).toMatchObject([
    { quarantined: { column: 'x', isKeyNull: true, key: ['a', null] } },
  ]);
});

test('a list is read without an argument that only adds to it, where the live API lacks that', async () => {
  const schema = liveSchema(['lines(includeFullyCancelled: Boolean = false)', 'lines']);
  const loaded = await loadCatalog({ source: 'bundled', name: 'default' });
  const { streams, unreadable, problems } = compileCatalog(loaded, { schema, reference });
  expect(unreadable).toEqual([]);
  expect(streams).toHaveLength(7);
  expect(problems.map(({ message }) => message)).toEqual([
    "This shop's API has no Order.lines(includeFullyCancelled); order_lines goes without what it would add.",
  ]);
  expect(streams.find(({ name }) => name === 'order_lines')?.each).toEqual(['lines']);
  const mistyped = orderColumn('{ each: "lines(includeFullyCanceled: true)", columns: { i: id } }');
  expect((await compileYaml(mistyped, { schema })).problems.map(({ code }) => code)).toEqual([
    'path/unknown_argument',
  ]);
});

test('an implementation that nobody has heard of is read like the others', async () => {
  const schema = liveSchema([
    'union EventTarget',
    'type RentalOrderLine implements OrderLine {\n  id: Int!\n  rentalDays: Int\n}\n\nunion EventTarget',
  ]);
  const loaded = await loadCatalog({ source: 'bundled', name: 'default' });
  const { streams, problems } = compileCatalog(loaded, { schema, reference });
  expect(problems).toEqual([]);
  const stream = streams.find(({ name }) => name === 'order_lines');
  expect(renderSelection(stream?.selection ?? emptySelection)).not.toContain('... on');
  const rental = await compileYaml(orderColumn('lines[0].rentalDays'), { schema });
  expect(renderSelection(rental.streams[0]?.selection ?? emptySelection)).toBe(
    '{ id updatedAt lines { ... on RentalOrderLine { rentalDays } } }',
  );
});

describe('the bundled catalogs at shops that lack what was only inferred', () => {
  const names = ['default', 'example-direct-to-consumer', 'example-wholesale', 'example-profit-analytics'];

  test.each(names)(
    '%s: each field that may have another name, one at a time, is at most its column',
    async (name) => {
      const loaded = await loadCatalog({ source: 'bundled', name });
      const whole = compileCatalog(loaded, { schema: reference, reference, piiKey });
      expect(whole.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
      expect(whole.unreadable).toEqual([]);
      const uses = inferredUses(whole, reference).filter(({ what }) => what.includes('NAME'));
      expect(uses.length).toBeGreaterThan(0);
      for (const { element } of uses) {
        const schema = withoutElement(element);
        if (schema === undefined) continue;
        const compiled = compileCatalog(loaded, { schema, reference, piiKey });
        expect(
          compiled.problems.filter(({ severity }) => severity === 'error'),
          element,
        ).toEqual([]);
        expect(compiled.unreadable, element).toEqual([]);
        expect(compiled.streams.map(({ jsonSchema }) => Object.keys(jsonSchema.properties ?? {}))).toEqual(
          whole.streams.map(({ jsonSchema }) => Object.keys(jsonSchema.properties ?? {})),
        );
      }
    },
  );

  test.each(names)('%s: all of them at once', async (name) => {
    const loaded = await loadCatalog({ source: 'bundled', name });
    const whole = compileCatalog(loaded, { schema: reference, reference, piiKey });
    const compiled = compileCatalog(loaded, { schema: withoutInferredNames(), reference, piiKey });
    expect(compiled.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(compiled.unreadable).toEqual([]);
    expect(compiled.streams.map(({ columns }) => columns.map((column) => column.name))).toEqual(
      whole.streams.map(({ columns }) => columns.map((column) => column.name)),
    );
  });
});

const documentOfSchema = parse(schemaText);
const shops = new Map<string, GraphQLSchema>();

/** The bundled schema without one field of an object, or one value of an enum; undefined for anything else. */
function withoutElement(element: string): GraphQLSchema | undefined {
  const [owner = '', member] = element.split('.');
  if (member === undefined || member.includes('(') || reference.getType(owner) === undefined)
    return undefined;
  const known = shops.get(element);
  if (known !== undefined) return known;
  const document = visit(documentOfSchema, {
    FieldDefinition: (node, _key, _parent, _path, ancestors) =>
      node.name.value === member && isNamed(ancestors.at(-1), owner) ? null : undefined,
    EnumValueDefinition: (node, _key, _parent, _path, ancestors) =>
      node.name.value === member && isNamed(ancestors.at(-1), owner) ? null : undefined,
  });
  const schema = buildASTSchema(document, { assumeValid: true });
  shops.set(element, schema);
  return schema;
}

/** A shop that has nothing of which only the name was inferred. */
function withoutInferredNames(): GraphQLSchema {
  const drop = (node: FieldDefinitionNode | EnumValueDefinitionNode | InputValueDefinitionNode) =>
    node.directives?.some((directive) => print(directive).includes('NAME')) ? null : undefined;
  const document = visit(documentOfSchema, {
    FieldDefinition: drop,
    EnumValueDefinition: drop,
    InputValueDefinition: drop,
  });
  return buildASTSchema(document, { assumeValid: true });
}

function isNamed(node: unknown, name: string): boolean {
  return (node as { readonly name?: { readonly value?: string } } | undefined)?.name?.value === name;
}

test('what of the default catalog is only inferred', async () => {
  const loaded = await loadCatalog({ source: 'bundled', name: 'default' });
  const uses = inferredUses(compileCatalog(loaded, { schema: reference, reference }), reference);
  expect(
    uses.map(({ element, what, streams }) => `${element}: ${what.join(', ')} (${streams.join(', ')})`),
  ).toMatchInlineSnapshot(`
    [
      "OrderStatus.ARCHIVED: TYPE (orders, order_lines)",
      "Order.store: TYPE, PERMISSION (orders, order_lines)",
      "Order.market: TYPE, PERMISSION (orders, order_lines)",
      "Order.pricelist: TYPE, PERMISSION (orders)",
      "Address.country: TYPE (orders)",
      "Order.totals: TYPE (orders)",
      "Order.paymentMethod: TYPE (orders)",
      "StorePlugin.plugin: TYPE (orders)",
      "Order.shippingPriceGroup: TYPE (orders)",
      "Order.isOnHold: TYPE (orders)",
      "Order.isLocked: TYPE (orders)",
      "Order.isInternal: TYPE (orders)",
      "Order.isWaitingForPayment: TYPE (orders)",
      "Order.externalId: TYPE (orders)",
      "DirectToConsumerOrder.customer: TYPE (orders)",
      "WholesaleOrder.account: TYPE (orders)",
      "Account.name: TYPE (orders)",
      "Query.orders: ARGUMENTS (orders, order_lines)",
      "OrderSort.updatedAt_ASC: NAME (orders, order_lines)",
      "OrderEdge.node: TYPE (orders, order_lines)",
      "PageInfo.hasNextPage: TYPE (orders, order_lines, returns, return_lines, indeliveries, indelivery_lines)",
      "PageInfo.endCursor: TYPE (orders, order_lines, returns, return_lines, indeliveries, indelivery_lines)",
      "Query.rateLimits: ARGUMENTS (orders, order_lines, returns, return_lines, indeliveries, indelivery_lines, inventory)",
      "Query.events: ARGUMENTS (orders, order_lines, returns, return_lines, indeliveries, indelivery_lines, inventory)",
      "Mutation.confirmEvents: TYPE (orders, order_lines, returns, return_lines, indeliveries, indelivery_lines, inventory)",
      "EventsConfirmInput: NAME (orders, order_lines, returns, return_lines, indeliveries, indelivery_lines, inventory)",
      "Order.lines: TYPE, ARGUMENTS (order_lines)",
      "OrderLine.product: TYPE (order_lines, return_lines)",
      "OrderLine.productVariant: TYPE (order_lines, return_lines)",
      "OrderLine.productSize: TYPE (order_lines, return_lines)",
      "Brand.name: TYPE (order_lines)",
      "Return.order: TYPE (returns, return_lines)",
      "ReturnStatus.PENDING: TYPE (returns, return_lines)",
      "ReturnStatus.COMPLETED: TYPE (returns, return_lines)",
      "Return.shipment: TYPE (returns)",
      "WholesaleReturn.account: NAME, TYPE (returns)",
      "Query.returns: TYPE (returns, return_lines)",
      "Query.returns(sort): ARGUMENTS (returns, return_lines)",
      "Counters.returns: NAME (returns, return_lines)",
      "ReturnSort.id_ASC: NAME (returns, return_lines)",
      "Query.returnConnection: TYPE (returns, return_lines)",
      "Query.returnConnection(where): NAME (returns, return_lines)",
      "Query.returnConnection(sort): NAME (returns, return_lines)",
      "Query.returnConnection(first): NAME (returns, return_lines)",
      "Query.returnConnection(after): NAME (returns, return_lines)",
      "ReturnConnection.edges: NAME (returns, return_lines)",
      "ReturnEdge.node: NAME (returns, return_lines)",
      "ReturnConnection.pageInfo: NAME (returns, return_lines)",
      "PurchaseOrderDelivery.exFactoryDate: NAME (indeliveries)",
      "PurchaseOrderDelivery.ETA: NAME (indeliveries, indelivery_lines)",
      "PurchaseOrderDelivery.stockChange: NAME (indeliveries)",
      "PurchaseOrderDelivery.shippingCost: NAME (indeliveries)",
      "PurchaseOrderDelivery.otherCosts: NAME (indeliveries)",
      "PurchaseOrderDelivery.currency: NAME (indeliveries)",
      "Counters.purchaseOrderDeliveries: NAME (indeliveries, indelivery_lines)",
      "PurchaseOrderDeliverySort.id_ASC: NAME (indeliveries, indelivery_lines)",
      "Query.purchaseOrderDeliveryConnection(where): NAME (indeliveries, indelivery_lines)",
      "Query.purchaseOrderDeliveryConnection(sort): NAME (indeliveries, indelivery_lines)",
      "Query.purchaseOrderDeliveryConnection(first): NAME (indeliveries, indelivery_lines)",
      "Query.purchaseOrderDeliveryConnection(after): NAME (indeliveries, indelivery_lines)",
      "Status.CANCELLED: NAME (inventory)",
      "Query.warehouses: TYPE (inventory)",
      "Query.warehouses(sort): ARGUMENTS (inventory)",
      "Query.warehouses(limit): NAME (inventory)",
      "Query.warehouses(page): NAME (inventory)",
      "Counters.warehouses: NAME (inventory)",
      "WarehouseFilter.id: NAME (inventory)",
    ]
  `);
});

test('a filter names the inferred fields and values that it uses', async () => {
  const yaml = orderColumn('number').replace('key: [id]', 'where: { status: [ARCHIVED] }\n    key: [id]');
  const elements = inferredUses(await compileYaml(yaml), reference).map(({ element }) => element);
  expect(elements).toContain('OrderStatus.ARCHIVED');
});

test('each nested list says whether all of it comes', async () => {
  const stream = await goodStream(
    orderColumn(
      '"lines[].allocations[].id"\n      p: "paymentHistory[].id"\n      d: "paymentHistory(limit: 5)[].status"',
    ),
  );
  expect(stream.nestedLists).toEqual([
    { path: ['lines'], name: 'Order.lines', extent: 'whole', limit: undefined, pageArgument: undefined },
    {
      path: ['lines', 'allocations'],
      name: 'OrderLine.allocations',
      extent: 'optional',
      limit: undefined,
      pageArgument: 'page',
    },
    {
      path: ['paymentHistory_limit_200'],
      name: 'Order.paymentHistory',
      extent: 'cut',
      limit: 200,
      pageArgument: 'page',
    },
    {
      path: ['paymentHistory_limit_5'],
      name: 'Order.paymentHistory',
      extent: 'cut',
      limit: 5,
      pageArgument: 'page',
    },
  ]);
});
