import type { GraphQLNamedType } from 'graphql';
import { expect, test } from 'vitest';
import { asAnswerTo } from '../../../src/workbench/preview/recorded-answer.ts';
import { goodStream, orderColumn, reference } from '../catalog/compile-yaml.ts';

const orderType = reference.getType('Order') as GraphQLNamedType;

async function answered(column: string, recorded: Readonly<Record<string, unknown>>) {
  const { selection } = await goodStream(orderColumn(column));
  const { object, absent } = asAnswerTo(recorded, selection, orderType, reference);
  const { id: _, updatedAt: __, ...rest } = object;
  return {
    object: rest,
    absent: [...absent.values()].filter((call) => call !== 'id' && call !== 'updatedAt'),
  };
}

test('a plain field answers one whose arguments are the defaults, and no other', async () => {
  const grandTotal = { value: 5 };
  expect(await answered('grandTotal(includingTax: true).value', { grandTotal })).toEqual({
    object: { grandTotal_includingTax_true: { value: 5 } },
    absent: [],
  });
  expect(await answered('grandTotal(includingTax: false).value', { grandTotal })).toEqual({
    object: {},
    absent: ['grandTotal(includingTax: false)'],
  });
  const own = { grandTotal_includingTax_false: { value: 4 } };
  expect(await answered('grandTotal(includingTax: false).value', { grandTotal, ...own })).toEqual({
    object: own,
    absent: [],
  });
});

test('the attributes of one type are found among those of all', async () => {
  const attribute = (name: string) => ({ type: { name }, elements: [{ key: 'x', value: name }] });
  const { object, absent } = await answered('attributes[b].x', {
    attributes: [attribute('a'), attribute('b')],
  });
  expect(object).toEqual({ attributes_b: [{ elements: [{ key: 'x', value: 'b' }] }] });
  // Of the other kinds of element, nothing was recorded.
  expect(absent).toEqual(['selectedValueName', 'selectedValue', 'url']);
});

test('attributes that do not tell their types are not guessed at', async () => {
  const { object, absent } = await answered('attributes[b].x', { attributes: [{ elements: [] }] });
  expect(object).toEqual({});
  expect(absent).toHaveLength(1);
});

test('what some elements of a list have is there; what none has is absent', async () => {
  const column = '{ each: lines, columns: { a: quantity, b: taxPercent } }';
  const { object, absent } = await answered(column, { lines: [{ quantity: 1 }, { quantity: null }, null] });
  expect(object).toEqual({ lines: [{ quantity: 1 }, { quantity: null }, null] });
  expect(absent).toEqual(['taxPercent']);
});

test('kinds: an answer that tells its kind lacks nothing of another kind', async () => {
  expect(await answered('customer.id', { __typename: 'WholesaleOrder' })).toEqual({
    object: { __typename: 'WholesaleOrder' },
    absent: [],
  });
  expect((await answered('customer.id', {})).absent).toEqual(['customer']);
  expect((await answered('customer.id', { customer: null })).object).toEqual({ customer: null });
});
