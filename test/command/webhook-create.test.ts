import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { loadConfiguration } from '../../src/config/load.ts';
import { createReceiver } from '../../src/webhook/receiver.ts';
import { callOf } from '../webhook/sender.ts';
import { type Outcome, sourceCentra } from './harness.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'source-centra-create-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const plain = {
  endpoint: 'http://127.0.0.1:9/graphql',
  api_token: 'made-up-token',
  start_date: '2026-01-01',
};
let number = 0;
let config = '';

beforeEach(async () => {
  number += 1;
  config = join(folder, `${number}.json`);
  await writeFile(config, JSON.stringify(plain), { mode: 0o640 });
});

const create = (...args: readonly string[]): Promise<Outcome> =>
  sourceCentra(['webhook', 'create', '--tenant', `t${number}`, '--config', config, ...args], {
    isForPeople: true,
  });
const settings = async (): Promise<Record<string, string>> => JSON.parse(await readFile(config, 'utf8'));
const secretIn = ({ stdout }: Outcome) => /Endpoint secret\s+(\S+)/.exec(stdout)?.[1] ?? '';
const modeOf = async (path: string) => (await stat(path)).mode & 0o777;
const secretFiles = async () =>
  (await readdir(folder)).filter((name) => name.startsWith(`t${number}.webhook-secret`));

/** What a receiver with this configuration answers to a call that is signed with a secret. */
async function answerTo(secret: string): Promise<number> {
  const { webhook } = await loadConfiguration(config);
  const id = webhook.id?.reveal() ?? '';
  const receiver = createReceiver({
    tenants: [{ name: 'acme', id, secrets: webhook.secrets.map((one) => one.reveal()) }],
    inbox: {
      store: async (deliveries) => deliveries.map(() => 'stored'),
      waiting: async () => [],
      check: async () => undefined,
    },
    now: Date.now,
  });
  const { body, headers } = callOf([{ id: 7 }], { secret, sentAt: Math.floor(Date.now() / 1000) });
  const url = `http://receiver.example/centra/${id}`;
  return (await receiver.fetch(new Request(url, { method: 'POST', body, headers }))).status;
}

describe('webhook create', () => {
  test('prints what to paste, notes where the secret is, and keeps the rest of the configuration', async () => {
    const outcome = await create('--url', 'https://hooks.acme.com/');
    expect(outcome.code).toBe(0);
    const noted = await settings();
    expect(noted).toMatchObject({ ...plain, webhook_inbox: 'webhook-inbox' });
    expect(noted.webhook_id).toMatch(/^t\d+-[\w-]{24}$/);
    expect(outcome.stdout).toContain(`https://hooks.acme.com/centra/${noted.webhook_id}\n`);
    const secret = secretIn(outcome);
    expect(secret).toMatch(/^[\w-]{43}$/);
    expect(JSON.stringify(noted)).not.toContain(secret);
    const [file = '', ...others] = await secretFiles();
    expect(others).toEqual([]);
    expect(await readFile(join(folder, file), 'utf8')).toBe(`${secret}\n`);
    expect(await modeOf(join(folder, file))).toBe(0o600);
    expect(await modeOf(config)).toBe(0o640);
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  test('with the secret in a variable, writes it nowhere', async () => {
    const outcome = await create('--secret-env', 'ENDPOINT_SECRET', '--inbox', 'somewhere');
    expect(outcome.code).toBe(0);
    expect(await settings()).toMatchObject({
      webhook_secret: expect.stringContaining('ENDPOINT_SECRET'),
      webhook_inbox: 'somewhere',
    });
    expect(await secretFiles()).toEqual([]);
    expect(outcome.stdout).toContain('Set ENDPOINT_SECRET to the secret where the receiver runs');
  });

  test('leaves a webhook that is there alone', async () => {
    await create();
    const before = await readFile(config, 'utf8');
    const again = await create();
    expect([again.code, again.stderr]).toEqual([
      2,
      expect.stringMatching(/has a webhook already\..*--rotate/),
    ]);
    expect(await readFile(config, 'utf8')).toBe(before);
    expect(await secretFiles()).toHaveLength(1);
  });

  test('--rotate makes a new secret for the same path; the one before stays good, and no other', async () => {
    const secrets = [secretIn(await create())];
    const { webhook_id: id } = await settings();
    for (let round = 0; round < 2; round += 1) secrets.push(secretIn(await create('--rotate')));
    expect((await settings()).webhook_id).toBe(id);
    expect(new Set(secrets).size).toBe(3);
    const answers = [];
    for (const secret of secrets) answers.push(await answerTo(secret));
    expect(answers).toEqual([401, 200, 200]);
  });

  test('a variable that holds the old secret cannot hold the new one too', async () => {
    await create('--secret-env', 'ENDPOINT_SECRET');
    const again = await create('--rotate', '--secret-env', 'ENDPOINT_SECRET');
    expect([again.code, again.stderr]).toEqual([2, expect.stringMatching(/Name another variable/)]);
    expect((await create('--rotate', '--secret-env', 'ANOTHER_SECRET')).code).toBe(0);
    expect(await settings()).toMatchObject({
      webhook_previous_secret: expect.stringContaining('ENDPOINT_SECRET'),
      webhook_secret: expect.stringContaining('ANOTHER_SECRET'),
    });
  });

  test.each([
    ['nothing to rotate', ['--rotate'], /has no webhook yet/],
    ['no name of a variable', ['--secret-env', '1 2'], /not the name of a variable/],
    ['no address', ['--url', 'hooks'], /--url is not an address/],
    ['no configuration', ['--config', 'nowhere.json'], /nowhere\.json cannot be read/],
  ])('refuses: %s', async (_, args, message) => {
    const path = args[0] === '--config' ? [] : ['--config', config];
    const outcome = await sourceCentra(['webhook', 'create', '--tenant', 'acme', ...path, ...args], {
      isForPeople: true,
    });
    expect([outcome.code, outcome.stderr]).toEqual([2, expect.stringMatching(message)]);
    expect(JSON.parse(await readFile(config, 'utf8'))).toEqual(plain);
  });
});
