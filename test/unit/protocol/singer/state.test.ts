import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../../../src/json.ts';
import { bookmarkOf, parseSingerState } from '../../../../src/protocol/singer/state.ts';

const state = { version: 1, after: 'x' };
const written = { bookmarks: { orders: bookmarkOf(state) } };

test.each<[string, unknown, number]>([
  ['nothing', undefined, 0],
  ['null', null, 0],
  ['an empty object', {}, 0],
  ['no bookmark yet', { bookmarks: {} }, 0],
  ['the value of a STATE', written, 1],
  ['a whole STATE message', { type: 'STATE', value: written }, 1],
  ['what Meltano keeps', { singer_state: written }, 1],
  ['what Meltano keeps before a first run', { singer_state: {} }, 0],
  ['a bookmark that holds the state itself', { bookmarks: { orders: state } }, 1],
  ['a state with other keys beside', { ...written, currently_syncing: null }, 1],
])('reads %s', (_, value, count) => {
  const states = parseSingerState(value);
  expect(states.size).toBe(count);
  if (count === 1) expect(states.get('orders')).toEqual(state);
});

test.each<[unknown, string]>([
  ['text', 'it is not an object'],
  [[written], 'it is not an object'],
  [{ version: 1 }, 'it has no object "bookmarks"'],
  [{ bookmarks: [] }, 'it has no object "bookmarks"'],
  [{ bookmarks: { orders: '2026-01-01' } }, 'the bookmark of "orders" is not an object'],
  [{ bookmarks: { orders: null } }, 'the bookmark of "orders" is not an object'],
  [{ bookmarks: { orders: { state: [] } } }, 'a "state" that is not a list of one object'],
  [{ bookmarks: { orders: { state: ['x'] } } }, 'a "state" that is not a list of one object'],
])('refuses the state %j', (value, what) => {
  expect(() => parseSingerState(value)).toThrow(what);
});

/** As Meltano merges the states of interrupted runs. */
function merged(later: JsonObject, earlier: JsonObject): JsonObject {
  const isMergeable = (value: unknown): value is JsonObject =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  const entries = Object.entries(later).map(([key, value]) => {
    const before = earlier[key];
    return [key, isMergeable(value) ? merged(value, isMergeable(before) ? before : {}) : value];
  });
  return { ...earlier, ...Object.fromEntries(entries) };
}

test('merged by Meltano, the later state of a stream is what it was, without a key of the earlier', () => {
  const earlier = { bookmarks: { stock: bookmarkOf({ complete: false, after: 'x', snapshot_at: 'a' }) } };
  const later = { bookmarks: { stock: bookmarkOf({ complete: false, snapshot_at: 'b' }) } };
  expect(parseSingerState(merged(later, earlier)).get('stock')).toEqual({
    complete: false,
    snapshot_at: 'b',
  });

  const anyState = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.jsonValue());
  fc.assert(
    fc.property(anyState, anyState, (one, other) => {
      const [first, second] = [one, other].map((each) => ({
        bookmarks: { orders: bookmarkOf(JSON.parse(JSON.stringify(each))) },
      }));
      if (first === undefined || second === undefined) throw new Error('There are two.');
      const read = parseSingerState(merged(second, first)).get('orders');
      expect(read).toEqual(JSON.parse(JSON.stringify(other)));
    }),
  );
});
