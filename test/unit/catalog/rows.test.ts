import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RowColumn } from '../../../src/catalog/column/row-code.ts';
import type { Step } from '../../../src/catalog/column/scope.ts';
import { rowFunction } from '../../../src/catalog/compile/rows.ts';
import type { Level } from '../../../src/catalog/path/levels.ts';
import { readKeys } from '../../../src/catalog/path/reading.ts';
import { goodStream, rowsOf } from './compile-yaml.ts';

const snapshotAt = '2024-05-01T00:00:00Z';

/** Three levels: orders, lines, allocations. */
function allocations(column: string): string {
  return `version: 1
streams:
  a:
    from: orders
    each: lines.allocations
    key: [order_id, line_id, id]
    columns: { order_id: ^^id, line_id: ^id, id: id, updated_at: ^^updatedAt, x: ${column} }
`;
}

const order = (lines: readonly unknown[], more: object = {}) => ({
  id: 'a',
  number: 7,
  updatedAt: '2026-01-01T00:00:00+01:00',
  lines,
  ...more,
});

test('what rows share is made once, and its refusals are noted with each of them', async () => {
  const stream = await goodStream(allocations('{ path: ^^externalId, type: integer }'));
  const lines = [
    { id: 1, allocations: [{ id: 10 }, { id: 11 }] },
    { id: 2, allocations: [{ id: 12 }] },
  ];
  const noted = rowsOf(stream, order(lines, { externalId: 'EXT-1' }));
  expect(noted).toHaveLength(3);
  for (const row of noted) {
    expect(row).toMatchObject({
      data: { order_id: 'a', x: null },
      changes: [{ column: 'x', reason: 'The value is not a whole number.' }],
    });
  }
  expect(rowsOf(stream, order(lines, { externalId: '5' }))).toMatchObject([
    { data: { line_id: 1, id: 10, x: 5 }, changes: [] },
    { data: { line_id: 1, id: 11, x: 5 }, changes: [] },
    { data: { line_id: 2, id: 12, x: 5 }, changes: [] },
  ]);
});

test('refusals of one object are not those of the next', async () => {
  const stream = await goodStream(allocations('{ path: ^comment, pii: allow, type: integer }'));
  const rows = rowsOf(
    stream,
    order([
      { id: 1, comment: 'no number', allocations: [{ id: 10 }] },
      { id: 2, comment: '3', allocations: [{ id: 11 }] },
      { id: 3, comment: null, allocations: [{ id: 12 }] },
    ]),
  );
  expect(rows.map((row) => ('data' in row ? [row.data.x, row.changes.length] : row))).toEqual([
    [null, 1],
    [3, 0],
    [null, 0],
  ]);
});

test('one order that is held back takes only its own rows with it, each by its key', async () => {
  const stream = await goodStream(
    allocations('{ path: ^comment, pii: allow, type: integer, on_error: quarantine }'),
  );
  const rows = rowsOf(
    stream,
    order([
      { id: 1, comment: 'no number', allocations: [{ id: 10 }, { id: 11 }] },
      { id: 2, comment: '3', allocations: [{ id: 12 }] },
    ]),
  );
  expect(rows).toMatchObject([
    { quarantined: { column: 'x', key: ['a', 1, 10] } },
    { quarantined: { column: 'x', key: ['a', 1, 11] } },
    { data: { id: 12, x: 3 } },
  ]);
});

test('where there is no row, nothing is refused', async () => {
  const stream = await goodStream(allocations('{ path: ^^externalId, type: integer, on_error: fail }'));
  const bad = { externalId: 'EXT-1' };
  expect(rowsOf(stream, order([], bad))).toEqual([]);
  expect(rowsOf(stream, order([{ id: 1, allocations: [] }, null, { id: 2 }], bad))).toEqual([]);
  expect(() => rowsOf(stream, order([{ id: 1, allocations: [{ id: 10 }] }], bad))).toThrow('a.x: a value');
});

const names = ['a', 'b', 'c', 'length', 'constructor', '"quoted"', 'ends\u2028here', '`+code+`', '0'];
const anyName = fc.constantFrom(...names);
const anyValue = fc.oneof(fc.constantFrom(null, undefined, true, 0, -1.5, 2 ** 60, '', 'text'), fc.string());
const anyObject = fc.letrec((tie) => ({
  object: fc.dictionary(anyName, fc.oneof({ depthSize: 'small' }, anyValue, tie('object')), {
    maxKeys: 6,
    noNullPrototype: true,
  }),
})).object;

test('generated code reads what following the keys one by one reads', () => {
  const column = fc.record({
    at: fc.integer({ min: 0, max: 2 }),
    keys: fc.array(anyName, { minLength: 1, maxLength: 4 }),
    passes: fc.constantFrom(
      'string' as const,
      'integer' as const,
      'number' as const,
      'boolean' as const,
      undefined,
    ),
  });
  const finish: Step = (value) => (value === undefined || value === null ? null : value);
  fc.assert(
    fc.property(
      fc.array(column, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 0, max: 2 }),
      anyObject,
      fc.array(fc.array(anyObject, { maxLength: 3 }), { maxLength: 3 }),
      (drawn, depth, root, below) => {
        const columns = drawn.map(({ at, keys, passes }, index): RowColumn => {
          const level = Math.min(at, depth);
          const read = readKeys(keys);
          return {
            name: `c${index}`,
            at: level,
            run: (scope) => finish(read(scope.stack[level]), scope),
            direct: { keys, finish, passes },
          };
        });
        const levels = [levelOf([]), levelOf(['list']), levelOf(['inner', 'list'])].slice(0, depth + 1);
        const object = {
          ...root,
          list: below.map((list, at) => ({ ...root, at, inner: { list } })),
        };
        const closures = columns.map((one) => ({ ...one, at: depth, direct: undefined }));
        const made = rowFunction({ levels, columns, key: [], holdsBackNullKeys: false })(object, {
          snapshotAt,
        });
        expect(made).toEqual(
          rowFunction({ levels, columns: closures, key: [], holdsBackNullKeys: false })(object, {
            snapshotAt,
          }),
        );
        expect(made).toHaveLength([1, below.length, below.flat().length][depth] ?? -1);
      },
    ),
    { numRuns: 500 },
  );
});

function levelOf(keys: readonly string[]): Level {
  const steps = keys.map((responseKey) => ({ field: { responseKey } }));
  return { steps } as unknown as Level;
}
