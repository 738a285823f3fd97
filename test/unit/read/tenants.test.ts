import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tenantsIn } from '../../../src/read/tenants.ts';

test('tenants come in the order of their names, not of their files', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'source-centra-tenants-'));
  for (const name of ['acme-b.json', 'acme.json', 'Nord.json']) writeFileSync(join(folder, name), '{}');
  const names = (await tenantsIn(folder)).map(({ name }) => name);
  rmSync(folder, { recursive: true });
  expect(names).toEqual(['Nord', 'acme', 'acme-b']);
});
