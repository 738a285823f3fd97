import { expect, test } from 'vitest';
import { configurationSchema, parseConfiguration } from '../../../src/config/load.ts';
import { createOutput } from '../../../src/console/output.ts';
import { openConfiguration } from '../../../src/read/open-configuration.ts';

async function warnings(more: object): Promise<readonly string[]> {
  const said: string[] = [];
  const value = { endpoint: 'https://acme.centra.com/graphql', api_token: 'made-up', ...more };
  await openConfiguration(async () => parseConfiguration(value, await configurationSchema()), {
    output: createOutput(process.stdout, process.stderr),
    log: (_, message) => said.push(message),
  });
  return said;
}

test('a misspelt name gets the one that may have been meant', async () => {
  expect(await warnings({ start_dat: '2026-01-01', zzz: 1 })).toEqual([
    'The configuration\'s "start_dat" means nothing here and is passed over. Did you mean start_date?',
    'The configuration\'s "zzz" means nothing here and is passed over.',
  ]);
});

test("what the sandbox's first line says beside is no misspelt name", async () => {
  expect(await warnings({ control: 'http://127.0.0.1:4010/control' })).toEqual([]);
});

test.each([
  ['postgresql://someone:made-up-100%@db.internal/inbox', ['made-up-100%']],
  ['postgresql://someone:made%2Fup%40@db.internal/inbox', ['made%2Fup%40', 'made/up@']],
])('the password in %s is blotted out', async (inbox, passwords) => {
  const output = createOutput(process.stdout, process.stderr);
  const value = { endpoint: 'https://acme.centra.com/graphql', api_token: 'made-up', webhook_inbox: inbox };
  const load = async () => parseConfiguration(value, await configurationSchema());
  await openConfiguration(load, { output, log: () => undefined });
  for (const text of [inbox, ...passwords]) expect(output.redact(`no ${text}!`)).toBe('no [secret]!');
});
