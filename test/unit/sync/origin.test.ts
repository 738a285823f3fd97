import { describe, expect, test } from 'vitest';
import type { CompiledColumn } from '../../../src/catalog/compile/compiled.ts';
import { orders } from '../../../src/roots/orders.ts';
import { compareOrigins, goesOnAs, lostColumns } from '../../../src/sync/origin/compare.ts';
import { originOf, piiKeyTag } from '../../../src/sync/origin/origin.ts';
import { columnsLost } from '../../../src/sync/origin/tell.ts';
import { plainStream } from './compiled-stream.ts';

const settings = { shop: 'acme------' };

function column(name: string, more: Partial<CompiledColumn> = {}): CompiledColumn {
  return {
    name,
    definition: { path: name },
    jsonSchema: { type: ['null', 'string'] },
    source: name,
    pii: undefined,
    unavailable: undefined,
    ...more,
  } as CompiledColumn;
}

const streamOf = (columns: readonly CompiledColumn[], where?: Readonly<Record<string, string>>) =>
  plainStream('orders', orders, { columns, where });
const origin = (columns: readonly CompiledColumn[], start?: string) =>
  originOf(streamOf(columns), settings, start);
const refused = {
  because: 'The token has no permission Customer:read',
  permission: 'Customer:read',
};

describe('what a column is', () => {
  const changesOf = (before: CompiledColumn, now: CompiledColumn) =>
    compareOrigins(origin([before]), origin([now])).columns;

  test.each<[string, Partial<CompiledColumn>]>([
    ['its path', { definition: { path: 'other' } }],
    ['its mask', { definition: { path: 'email', pii: 'mask' } }],
    ['its type', { jsonSchema: { type: ['null', 'number'] } }],
    ['the type of what a list holds', { jsonSchema: { type: 'array', items: { type: 'string' } } }],
  ])('changes with %s', (_, more) => {
    expect(changesOf(column('email'), column('email', more)).changed).toEqual(['email']);
  });

  test.each<[string, Partial<CompiledColumn>]>([
    ['a description', { jsonSchema: { type: ['null', 'string'], description: 'An address' } }],
    ['that it may be null', { jsonSchema: { type: 'string' } }],
  ])('stays the same for %s', (_, more) => {
    expect(changesOf(column('email'), column('email', more))).toEqual({
      added: [],
      changed: [],
      regained: [],
    });
  });

  test('is the same in whatever order a file names its parts', () => {
    const one = column('rank', { definition: { path: 'status', map: { A: 1, B: 2 } } });
    const other = column('rank', { definition: { map: { B: 2, A: 1 }, path: 'status' } });
    expect(changesOf(one, other).changed).toEqual([]);
  });

  test('changes with the key of its hashes, also deep inside, and no other column does', () => {
    const columns = [
      column('plain'),
      column('lines', { definition: { each: 'lines', columns: { mail: { path: 'email', pii: 'hash' } } } }),
    ];
    const under = (key: string) =>
      originOf(streamOf(columns), { ...settings, piiKeyTag: piiKeyTag(key, 'k1') }, undefined);
    expect(compareOrigins(under('a'.repeat(32)), under('b'.repeat(32))).columns.changed).toEqual(['lines']);
    expect(compareOrigins(under('a'.repeat(32)), under('a'.repeat(32))).columns.changed).toEqual([]);
  });
});

describe('a permission', () => {
  test('that was lost names its columns; one that was never there does not', () => {
    const before = origin([column('email'), column('city', { unavailable: refused })]);
    const now = streamOf([
      column('email', { unavailable: refused }),
      column('city', { unavailable: refused }),
      column('name', { unavailable: refused }),
    ]);
    const lost = lostColumns(before, now, true);
    expect(lost.map(({ name }) => name)).toEqual(['email']);
    expect(lostColumns(undefined, now, true)).toEqual([]);
    const error = columnsLost('orders', lost);
    expect([error.kind, error.message, error.hint]).toEqual([
      'permission',
      'The stream "orders" is not read, because email could be read before and cannot be now. The token has no permission Customer:read.',
      'Give the token Customer:read again, or deselect the column in the configured catalog, or leave it out of the tenant catalog.',
    ]);
  });

  test('that was gained names its columns', () => {
    const before = origin([column('email', { unavailable: refused })]);
    expect(compareOrigins(before, origin([column('email')])).columns.regained).toEqual(['email']);
  });

  test('a column that objects of another kind lack is no loss under another filter', () => {
    const ofKind = { because: 'Only other orders have it', permission: undefined };
    const now = streamOf([column('email', { unavailable: ofKind })], { storeType: 'WHOLESALE' });
    expect(lostColumns(origin([column('email')]), now, false)).toEqual([]);
    expect(lostColumns(origin([column('email')]), now, true)).toHaveLength(1);
  });
});

describe('the start date', () => {
  test.each([
    ['2026-03-01T00:00:00Z', '2026-02-01T00:00:00Z', '2026-02-01T00:00:00Z', true],
    ['2026-03-01T00:00:00Z', undefined, undefined, true],
    ['2026-03-01T00:00:00Z', '2026-04-01T00:00:00Z', '2026-03-01T00:00:00Z', false],
    [undefined, '2026-04-01T00:00:00Z', undefined, false],
  ])('from %s to %s: rows are there from %s on', (before, now, covered, isEarlier) => {
    const [old, fresh] = [origin([], before), origin([], now)];
    expect(goesOnAs(old, fresh).start).toBe(covered);
    expect(compareOrigins(old, fresh).earlier !== undefined).toBe(isEarlier);
  });
});
