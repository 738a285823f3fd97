import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TenantName } from '../../../src/sandbox/data/tenants.ts';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.ts';
import { fileWith, sourceCentra } from '../../command/harness.ts';
import { type BundledCatalog, piiKey } from './bundled-catalogs.ts';
import type { ShopCase } from './shop-cases.ts';

/** What a read of one shop with one catalog came to. */
export interface Reading {
  readonly code: number | null;
  readonly stderr: string;
  readonly streams: ReadonlyMap<string, StreamRows>;
}

export interface StreamRows {
  readonly rows: number;
  /** Of all columns. */
  readonly hash: string;
  readonly columns: ReadonlyMap<string, { readonly hash: string; readonly isEmpty: boolean }>;
}

/** How the shop is opened; the same by hand is `source-centra sandbox` with these. */
export const sandboxLine =
  '--orders 60 --seed 11 --plan unlimited --clock-start 2026-05-01T12:00:00Z --clock-frozen';

/** The made-up shops, one of each tenant, that one read after the other is done in. */
export class Bench {
  readonly #shops = new Map<TenantName, Promise<Sandbox>>();

  async read(catalog: BundledCatalog, change: ShopCase['change']): Promise<Reading> {
    const shop = await this.#shopOf(catalog.tenant);
    await control(shop, 'schema', change);
    const config = fileWith({
      endpoint: shop.endpoint,
      api_token: shop.token,
      tenant_catalog: { source: 'bundled', name: catalog.name },
      pii_key: piiKey,
    });
    const folder = mkdtempSync(join(tmpdir(), 'source-centra-other-shop-'));
    try {
      const args = ['read', '--config', config, '--format', 'jsonl', '--out', folder];
      const { code, stderr } = await sourceCentra(args, { isForPeople: true });
      const streams = catalog.streams.flatMap(({ name, key }) => {
        const path = join(folder, `${name}.jsonl`);
        return existsSync(path) ? [[name, streamRows(readFileSync(path, 'utf8'), key)] as const] : [];
      });
      return { code, stderr, streams: new Map(streams) };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  async close(): Promise<void> {
    for (const shop of this.#shops.values()) await (await shop).close();
  }

  #shopOf(tenant: TenantName): Promise<Sandbox> {
    const open = this.#shops.get(tenant) ?? openShop(tenant);
    this.#shops.set(tenant, open);
    return open;
  }
}

async function openShop(tenant: TenantName): Promise<Sandbox> {
  const shop = await startSandbox({
    tenant,
    orders: 60,
    seed: 11,
    plan: 'unlimited',
    clockStart: '2026-05-01T12:00:00Z',
    clockFrozen: true,
  });
  // The last changes are then a minute old, and are read.
  await control(shop, 'advance', { seconds: 60 });
  return shop;
}

async function control(shop: Sandbox, path: string, body: unknown): Promise<void> {
  const answer = await fetch(`${shop.controlEndpoint}/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`The sandbox refused ${path}: ${await answer.text()}`);
}

type Row = Readonly<Record<string, unknown>>;

function streamRows(text: string, key: readonly string[]): StreamRows {
  const keyOf = (row: Row) => JSON.stringify(key.map((name) => row[name]));
  const rows = text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Row)
    // When and in which order a line was written says nothing of the shop.
    .map(({ _synced_at: _, _sequence: __, ...row }) => row)
    .map((row) => ({ row, at: keyOf(row) }))
    .sort((a, b) => (a.at < b.at ? -1 : 1))
    .map(({ row }) => row);
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))].sort();
  const columns = names.map((name) => {
    const values = rows.map((row) => row[name] ?? null);
    return [name, { hash: hashOf(values), isEmpty: values.every(isEmpty) }] as const;
  });
  return { rows: rows.length, hash: hashOf(columns), columns: new Map(columns) };
}

function isEmpty(value: unknown): boolean {
  return value === null || (Array.isArray(value) && value.length === 0);
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
