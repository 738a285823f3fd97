import { buildSchema } from 'graphql';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/json.ts';
import { liveFilter, oneOf } from '../../../src/shop/filter.ts';

const schema = buildSchema(`
  type Query { things(where: ThingFilter!): [String] }
  enum Status { NEW, DONE }
  input DateRange { from: String, to: String }
  input ThingFilter {
    id: [Int!], code: [String!]!, number: Int, storeId: [Int!], status: [Status!], stage: Status
    createdAt: DateRange, updatedAt: DateRange, negate: [String!]
  }
`);
const where = schema.getQueryType()?.getFields().things?.args[0];
if (where === undefined) throw new Error('There is a filter.');
const filter = liveFilter(where.type, 'things');

test.each([
  ['nothing', undefined, { updatedAt: { to: 'b' } }, { updatedAt: { to: 'b' } }],
  ['another field', { storeId: [1] }, { updatedAt: { to: 'b' } }, { storeId: [1], updatedAt: { to: 'b' } }],
  [
    'a wider range',
    { updatedAt: { from: '2026-01-01T00:00:00+00:00' } },
    { updatedAt: { from: '2026-03-01T00:00:00+00:00', to: '2026-04-01T00:00:00+00:00' } },
    { updatedAt: { from: '2026-03-01T00:00:00+00:00', to: '2026-04-01T00:00:00+00:00' } },
  ],
  [
    'a narrower range in another zone',
    { updatedAt: { from: '2026-03-01T01:00:00+02:00', to: '2026-03-01T02:00:00+02:00' } },
    { updatedAt: { from: '2026-02-28T00:00:00+00:00', to: '2026-04-01T00:00:00+00:00' } },
    { updatedAt: { from: '2026-03-01T01:00:00+02:00', to: '2026-03-01T02:00:00+02:00' } },
  ],
  ['a list of ids', { id: [1, 2, 3] }, { id: [3, 4] }, { id: [3] }],
])("the mapping's filter is %s", (_, where, condition, combined) => {
  expect(filter.both(where, condition)).toEqual([combined]);
});

describe('a filter is shaped by the live input type', () => {
  test.each([
    ['a list stays a list', undefined, { status: ['NEW', 'DONE'] }, [{ status: ['NEW', 'DONE'] }]],
    ['one value becomes a list where the API takes several', undefined, { id: 5 }, [{ id: [5] }]],
    ['also one of the catalog', { code: 'a' }, {}, [{ code: ['a'] }]],
    [
      'a list of one becomes a value where the API takes one',
      undefined,
      { stage: ['NEW'] },
      [{ stage: 'NEW' }],
    ],
    [
      'several become several requests where the API takes one',
      { storeId: [1] },
      { stage: ['NEW', 'DONE'] },
      [
        { storeId: [1], stage: 'NEW' },
        { storeId: [1], stage: 'DONE' },
      ],
    ],
    ['each of them once', undefined, { number: [7, 7] }, [{ number: 7 }]],
    ['one value that both name', { status: 'NEW' }, { status: ['NEW', 'DONE'] }, [{ status: ['NEW'] }]],
    ['null is left as it is', { stage: null, status: null }, {}, [{ stage: null, status: null }]],
  ])('%s', (_, ofCatalog: JsonObject | undefined, condition: JsonObject, sent) => {
    expect(filter.both(ofCatalog, condition)).toEqual(sent);
  });

  test.each([
    ['no common id', { id: [1] }, { id: [2] }],
    ['no common single value', { stage: 'NEW' }, { stage: ['DONE'] }],
    ['nothing asked for', undefined, { id: [] }],
    ['all that is asked for is excluded', { id: [1, 2], negate: ['id'] }, { id: [1] }],
  ])('nothing is sent for %s', (_, ofCatalog: JsonObject | undefined, condition: JsonObject) => {
    expect(filter.both(ofCatalog, condition)).toEqual([]);
  });

  test('an empty list of the catalog itself is passed on', () => {
    expect(filter.both({ storeId: [] }, { id: [1] })).toEqual([{ storeId: [], id: [1] }]);
  });

  test('what the catalog excludes is taken out of the condition, which is not negated itself', () => {
    expect(filter.both({ id: [1], status: ['NEW'], negate: ['id', 'status'] }, { id: [1, 2] })).toEqual([
      { id: [2], status: ['NEW'], negate: ['status'] },
    ]);
    expect(filter.both({ negate: ['createdAt'] }, { createdAt: { to: 'b' } })).toEqual([
      { createdAt: { to: 'b' }, negate: [] },
    ]);
  });

  test('an excluded range cannot be combined with one of ours, and that is said', () => {
    const excluded = { createdAt: { to: 'a' }, negate: ['createdAt'] };
    expect(() => filter.both(excluded, { createdAt: { to: 'b' } })).toThrow(
      "A stream's `where` excludes a range of createdAt, and the sync itself filters by it.",
    );
  });

  test('a field that the API lacks is known before anything is sent', () => {
    expect([filter.has('createdAt'), filter.has('shippedAt'), filter.has('constructor')]).toEqual([
      true,
      false,
      false,
    ]);
    expect(() => filter.both(undefined, { shippedAt: { to: 'b' } })).toThrow(
      "This shop's API cannot filter the things by shippedAt.",
    );
  });

  test('ids are as the field wants them', () => {
    expect([filter.id('id', '7'), filter.id('code', 7), filter.id('number', '7')]).toEqual([7, '7', 7]);
  });

  test('words are those of an enum, in a list or not', () => {
    expect(filter.words('status')).toEqual(['NEW', 'DONE']);
    expect(filter.words('stage')).toEqual(['NEW', 'DONE']);
    expect(filter.words('id')).toBeUndefined();
  });
});

test('a request that cannot be split says which field takes one value', () => {
  const several = filter.both({ storeId: [1] }, { stage: ['NEW', 'DONE'] });
  expect(() => oneOf(several, 'things')).toThrow(
    'The things can be filtered by one stage at a time, and several are asked for.',
  );
  expect(oneOf(several.slice(1), 'things')).toEqual({ storeId: [1], stage: 'DONE' });
  expect(oneOf([], 'things')).toBeUndefined();
});
