import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sourceCentra } from './harness.ts';

test('webhook create prints what to paste into Centra, and notes it in the configuration', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'source-centra-create-'));
  const config = join(folder, 'shop.json');
  await writeFile(config, JSON.stringify({ endpoint: 'http://127.0.0.1:9/graphql', api_token: 'made-up' }));
  const create = (...args: readonly string[]) =>
    sourceCentra(['webhook', 'create', '--tenant', 'acme', '--config', config, ...args], {
      isForPeople: true,
    });
  try {
    const { code, stdout } = await create('--url', 'https://hooks.acme.com');
    expect(code).toBe(0);
    const { webhook_id } = JSON.parse(await readFile(config, 'utf8'));
    expect(stdout).toContain(`https://hooks.acme.com/centra/${webhook_id}\n`);
    expect((await create('--rotate', '--secret-env', 'ENDPOINT_SECRET')).code).toBe(0);
    const again = await create('--rotate');
    expect([again.code, again.stderr]).toEqual([2, expect.stringMatching(/which Centra may use/)]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
