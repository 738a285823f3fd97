import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type ServeArguments, serve } from '../../../src/cli/serve.ts';
import { quietContext } from './quiet-context.ts';

const folder = mkdtempSync(join(tmpdir(), 'source-centra-serve-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const webhook = { webhook_id: `acme-${'x'.repeat(24)}`, webhook_secret: 'made-up-secret' };

function configWith(settings: object = {}): string {
  const path = join(folder, `${JSON.stringify(settings).length}.json`);
  const plain = { endpoint: 'http://127.0.0.1:9/graphql', api_token: 'made-up-token' };
  writeFileSync(path, JSON.stringify({ ...plain, ...settings }));
  return path;
}

test.each<[string, Partial<ServeArguments>, RegExp]>([
  ['neither a configuration nor a folder of them', {}, /serve needs --config, or --tenants/],
  ['a configuration without a webhook', { config: [configWith()] }, /No configuration has a webhook/],
  ['a webhook without an inbox', { config: [configWith(webhook)] }, /no "webhook_inbox"/],
  ['two shops to read at once', { read: true, config: [configWith(), configWith()] }, /one --config/],
  [
    'a state that is not there',
    { read: true, config: [configWith()], state: 'nowhere.json' },
    /nowhere\.json/,
  ],
  [
    'a time that is none',
    { read: true, config: [configWith()], poll: '5' },
    /--poll is not a length of time/,
  ],
])('serve refuses %s', async (_, given, message) => {
  const args = {
    host: '127.0.0.1',
    port: 0,
    read: false,
    format: 'airbyte',
    poll: '5m',
    snapshots: '1h',
  } as const;
  const serving = serve({ ...args, ...given }, quietContext().context);
  await expect(serving).rejects.toMatchObject({ kind: 'config', message: expect.stringMatching(message) });
});
