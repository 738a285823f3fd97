import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { DEFAULT_KEYS } from '../default-keys.mjs';
import type { TestShop } from './sandbox-control.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'source-centra-folder-'));
  folders.push(folder);
  return folder;
}

type Row = Readonly<Record<string, unknown>>;

/** Every line of a stream's file; throws where one is not whole. */
export function rowsIn(folder: string, stream: string): readonly Row[] {
  const path = join(folder, `${stream}.jsonl`);
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  if (text !== '' && !text.endsWith('\n')) throw new Error(`${path} ends in the middle of a line.`);
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Row);
}

const keys: Readonly<Record<string, readonly string[]>> = DEFAULT_KEYS;

/** What is left when of each key the last line counts, and one that is marked as gone takes the row away. */
export function folded(folder: string, stream: string): ReadonlyMap<string, Row> {
  const rows = new Map<string, Row>();
  for (const row of rowsIn(folder, stream)) {
    const key = JSON.stringify((keys[stream] ?? []).map((name) => row[name]));
    if (row._deleted_at === undefined) rows.set(key, row);
    else rows.delete(key);
  }
  return rows;
}

/** The shop and the files, side by side: how many rows of each stream, and what tells versions of one apart. */
export async function sideBySide(shop: TestShop, folder: string) {
  const [counts, orders, returns, deliveries] = await Promise.all([
    shop.counts(),
    shop.control('ids?root=orders'),
    shop.control('ids?root=returns'),
    shop.control('ids?root=purchaseOrderDeliveries'),
  ]);
  const streams = Object.keys(keys);
  const found = (stream: string, ...columns: readonly string[]) =>
    [...folded(folder, stream).values()].map((row) => columns.map((column) => moment(row[column]))).sort();
  const wanted = (rows: unknown, ...fields: readonly string[]) =>
    (rows as readonly Row[]).map((row) => fields.map((field) => moment(row[field]))).sort();
  return {
    shop: {
      counts: Object.fromEntries(streams.map((stream) => [stream, counts[stream]])),
      orders: wanted(orders, 'number', 'updatedAt'),
      returns: wanted(returns, 'id', 'status'),
      indeliveries: wanted(deliveries, 'id', 'status'),
    },
    files: {
      counts: Object.fromEntries(streams.map((stream) => [stream, folded(folder, stream).size])),
      orders: found('orders', 'number', 'updated_at'),
      returns: found('returns', 'id', 'status'),
      indeliveries: found('indeliveries', 'id', 'status'),
    },
  };
}

function moment(value: unknown): unknown {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : value;
}

/** How many bytes of rows a folder holds. */
export function bytesIn(folder: string): number {
  if (!existsSync(folder)) return 0;
  const sizes = readdirSync(folder)
    .filter((name) => /\.jsonl(\.part)?$/.test(name))
    .map((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0);
  return sizes.reduce((sum, size) => sum + size, 0);
}
