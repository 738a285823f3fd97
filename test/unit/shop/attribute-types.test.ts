import { buildSchema, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import type { Answer } from '../../../src/centra/answer.ts';
import type { CentraClient, Query } from '../../../src/centra/client.ts';
import { ConnectorError } from '../../../src/errors.ts';
import { findAttributes, findAttributesOf } from '../../../src/shop/attributes/attribute-types.ts';
import { attributeProblems } from '../../../src/workbench/check/attribute-check.ts';
import { liveSchema, reference } from '../catalog/compile-yaml.ts';

function clientOf(answer: (query: Query) => Readonly<Record<string, unknown>>) {
  const asked: string[] = [];
  const variables: Query['variables'][] = [];
  const client: CentraClient = {
    ask: async (query) => {
      asked.push(query.query);
      variables.push(query.variables);
      const rest = { complexity: 1, deprecations: [], appVersion: undefined, serverTimeMs: undefined };
      return { data: answer(query), refusals: [], ...rest } satisfies Answer;
    },
    comfortableRows: (_, most) => most,
    usage: () => ({ requests: asked.length, complexity: 0, retries: 0, throttledMs: 0, pacedMs: 0 }),
    limitsUsed: () => [],
  };
  return { client, asked, variables };
}

const signal = new AbortController().signal;
const noRows = { newest: [], oldest: [] };

/** Versions of the API from before it told the types. */
const silent = liveSchema(['attributeTypes(where: AttributeTypeFilter)', 'typesOfAttributes']);

test('a shop that tells its attribute types: those that no row has are found too', async () => {
  const schema = reference;
  const type = {
    name: 'or_new',
    description: 'New',
    objectType: 'Order',
    isMulti: true,
    elements: [{ key: 'kind', description: '', kind: 'SELECT', isMulti: true }],
  };
  const { client, asked } = clientOf(({ operationName }) =>
    operationName === 'attributeTypes' ? { attributeTypes: [type] } : noRows,
  );
  const { facts, gaps } = await findAttributes({ client, schema, reference, signal, rows: 10 });
  expect(gaps).toEqual([]);
  expect(asked[0]).toBe(
    'query attributeTypes { attributeTypes { name description isMulti objectType elements { key description kind isMulti } } }',
  );
  expect(facts).toEqual([
    {
      owner: 'Order',
      type: 'or_new',
      description: 'New',
      objects: 0,
      assigned: 0,
      isMulti: true,
      elements: [
        { key: 'kind', description: undefined, holds: 'choice', isMultiChoice: true, filled: 0, values: [] },
      ],
    },
  ]);
});

test('without it, rows are sampled: one request a root list, the newest and the oldest', async () => {
  const { client, asked, variables } = clientOf(() => noRows);
  await findAttributes({ client, schema: silent, reference, signal, rows: 10 });
  expect(asked.map((query) => /^query (\w+)/.exec(query)?.[1])).toEqual([
    'orders',
    'customers',
    'accounts',
    'products',
    'productVariants',
    'markets',
    'stores',
  ]);
  expect(variables[0]).toEqual({ where: {}, rows: 10, oldestRows: 10 });
  expect(asked[0]).toContain('newest: orders(where: $where, sort: [number_DESC], limit: $rows, page: 1)');
  expect(asked[0]).toContain(
    'oldest: orders(where: $where, sort: [number_ASC], limit: $oldestRows, page: 1)',
  );
  expect(asked[0]).toContain('... on AppliedVoucherDiscount { voucher { attributes {');
  for (const query of asked) expect(validate(silent, parse(query))).toEqual([]);
  expect(asked[5]).toContain('displays { attributes {');
  // Orders have them whatever their kind, and show them.
  expect(asked.filter((query) => query.includes('{ lastOrder'))).toEqual([]);
});

test('a permission that is lacking is a gap, and what does not need it is asked again', async () => {
  const { client, asked } = clientOf(({ operationName, query }) => {
    const isRefused = query.includes('{ id attributes') && ['orders', 'products'].includes(operationName);
    if (!isRefused) return noRows;
    throw new ConnectorError({
      kind: 'permission',
      code: 'centra/permission',
      message: 'The API token may not read orders: it lacks Order.attributes:read.',
    });
  });
  const { facts, gaps } = await findAttributes({ client, schema: silent, reference, signal, rows: 10 });
  expect(facts).toEqual([]);
  expect(gaps).toEqual([
    'The attributes of Order could not be read: the token lacks Order.attributes:read.',
    'The API token may not read orders: it lacks Order.attributes:read.',
  ]);
  expect(asked).toHaveLength(8);
  expect(asked[1]).toContain('voucher { attributes {');
  expect(asked[1]).not.toContain('{ id attributes');
});

test('an API without custom attributes is asked nothing', async () => {
  const schema = buildSchema('type Query { things: [Thing!]! } type Thing { id: Int! }');
  const { client, asked } = clientOf(() => ({}));
  expect(await findAttributes({ client, schema, reference, signal, rows: 10 })).toEqual({
    facts: [],
    gaps: [],
  });
  expect(asked).toEqual([]);
});

const wantedOf = (type: string, element: string) => ({
  stream: 'orders',
  columnName: 'channel',
  type,
  typePlace: { file: 'acme.yaml', line: 6, column: 27 },
  element,
  elementPlace: { file: 'acme.yaml', line: 6, column: 39 },
  owners: ['Order'],
});

test('for certain types of objects: a shop that tells its types is asked once, and no rows', async () => {
  const elements = [{ key: 'channel', description: '', kind: 'SELECT', isMulti: false }];
  const attributeTypes = [
    { name: 'or_channel', description: '', objectType: 'Order', isMulti: false, elements },
  ];
  const { client, asked } = clientOf(() => ({ attributeTypes }));
  const search = { client, schema: reference, reference, signal, rows: 10 };
  const known = await findAttributesOf(new Set(['Order']), search);
  expect(asked).toHaveLength(1);
  const wanted = [
    wantedOf('or_channel', 'channel'),
    wantedOf('or_chanel', 'channel'),
    wantedOf('or_channel', 'chanel'),
  ];
  expect(
    attributeProblems(wanted, known).map(({ message, hint, column }) => [column, message, hint]),
  ).toEqual([
    [27, 'The shop has no attribute type "or_chanel" on orders.', 'Did you mean or_channel?'],
    [39, 'The attribute type "or_channel" has no element "chanel".', 'Did you mean channel?'],
  ]);
});

test('for certain types of objects: a question that fails is a reason, and a warning for its columns', async () => {
  const { client } = clientOf(() => {
    throw new ConnectorError({ kind: 'transient', code: 'centra/down', message: 'Centra is down.' });
  });
  const search = { client, schema: reference, reference, signal, rows: 10 };
  const known = await findAttributesOf(new Set(['Order']), search);
  expect(known).toEqual([
    { owner: 'Order', isCertain: false, objects: 0, facts: [], gap: 'Centra is down.' },
  ]);
  const problems = attributeProblems([wantedOf('or_chanel', 'channel')], known);
  expect(problems.map(({ severity, code }) => [severity, code])).toEqual([
    ['warning', 'attribute/not_checked'],
  ]);
});
