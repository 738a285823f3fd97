import { readFileSync } from 'node:fs';
import {
  buildSchema,
  type GraphQLNamedType,
  getNamedType,
  isInterfaceType,
  isLeafType,
  isNonNullType,
  isObjectType,
  isUnionType,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { openShop, type Row } from './shop-client.ts';

const schema = buildSchema(readFileSync('schemas/centra.graphql', 'utf8'));

/** Everything below a type, to a depth, each kind of object at most twice on the way down. */
function selectionOf(type: GraphQLNamedType, depth: number, above: readonly string[]): string {
  if (isUnionType(type) || isInterfaceType(type)) {
    const kinds = schema.getPossibleTypes(type);
    return `{ __typename ${kinds.map((kind) => `... on ${kind.name} ${selectionOf(kind, depth, above)}`).join(' ')} }`;
  }
  if (!isObjectType(type)) return '';
  const fields = Object.values(type.getFields()).flatMap((field) => {
    const below = getNamedType(field.type);
    // Two kinds of one interface may have the same field, one of them nullable: GraphQL lets no query ask for both.
    const name = `${field.name}_${type.name}${isNonNullType(field.type) ? '1' : '0'}: ${field.name}`;
    if (isLeafType(below)) return [name];
    if (depth === 0 || above.includes(below.name)) return [];
    return [`${name} ${selectionOf(below, depth - 1, [...above, type.name])}`];
  });
  return `{ __typename ${fields.join(' ')} }`;
}

describe('every field of the schema', () => {
  const roots = Object.values(schema.getQueryType()?.getFields() ?? {}).map((field) => field.name);

  test.each(roots)('below %s has a value of its type', async (root) => {
    await using shop = await openShop({ orders: 250, events: true });
    await shop.ask(
      'mutation { setEventListeners(input: [{ objectType: Order }, { objectType: Return }, { objectType: PurchaseOrderDelivery }, { objectType: Warehouse }]) { userErrors { message } } }',
    );
    const kinds = ['orders.update', 'returns.complete', 'deliveries.advance', 'orders.delete'];
    await shop.post('change', { changes: kinds.map((kind) => ({ kind, count: 20 })) });
    const field = schema.getQueryType()?.getFields()[root];
    const size =
      field?.args.some((arg) => arg.name === 'first') === true
        ? `(first: ${/^(product|order)/.test(root) ? 5 : 20})`
        : '';
    const isSingle = field?.args.some((arg) => arg.name === 'id') === true;
    const args =
      root === 'order'
        ? '(number: 1008)'
        : isSingle
          ? '(id: 1)'
          : field?.args.some((arg) => arg.name === 'limit') === true
            ? `(limit: ${/^(product|order)/.test(root) ? 5 : 20})`
            : size;
    const below = field === undefined ? undefined : getNamedType(field.type);
    const { errors, data } = await shop.ask(
      `{ ${root}${args} ${below === undefined ? '' : selectionOf(below, 4, [])} }`,
    );
    expect(errors).toEqual([]);
    expect((data as Row)[root]).toBeDefined();
  });
});
