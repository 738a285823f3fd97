import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type WebhookCreateArguments, webhookCreate } from '../../../../src/cli/webhook/create.ts';
import { loadConfiguration } from '../../../../src/config/load.ts';
import { createReceiver } from '../../../../src/webhook/receiver.ts';
import { callOf } from '../../webhook/sender.ts';
import { quietContext } from '../quiet-context.ts';

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

/** Runs the command, and returns what it printed. */
async function create(args: Partial<WebhookCreateArguments> = {}): Promise<string> {
  const { context, printed } = quietContext();
  expect(await webhookCreate({ tenant: `t${number}`, config, rotate: false, ...args }, context)).toBe(0);
  await context.output.flush();
  return printed();
}
const settings = async (): Promise<Record<string, string>> => JSON.parse(await readFile(config, 'utf8'));
const secretIn = (printed: string) => /Endpoint secret\s+(\S+)/.exec(printed)?.[1] ?? '';
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
      add: async (deliveries) => deliveries.map(() => 'stored'),
      waiting: async () => [],
    },
    now: Date.now,
  });
  const { body, headers } = callOf([{ id: 7 }], { secret, sentAt: Math.floor(Date.now() / 1000) });
  const url = `http://receiver.example/centra/${id}`;
  return (await receiver.fetch(new Request(url, { method: 'POST', body, headers }))).status;
}

describe('webhook create', () => {
  test('prints what to paste, notes where the secret is, and keeps the rest of the configuration', async () => {
    const printed = await create({ url: 'https://hooks.acme.com/' });
    const noted = await settings();
    expect(noted).toMatchObject({ ...plain, webhook_inbox: 'webhook-inbox' });
    expect(noted.webhook_id).toMatch(/^t\d+-[\w-]{24}$/);
    expect(printed).toContain(`  https://hooks.acme.com/centra/${noted.webhook_id}\n`);
    const secret = secretIn(printed);
    expect(secret).toMatch(/^[\w-]{43}$/);
    const [file = '', ...others] = await secretFiles();
    expect(others).toEqual([]);
    expect(await readFile(join(folder, file), 'utf8')).toBe(`${secret}\n`);
    expect(await modeOf(join(folder, file))).toBe(0o600);
    expect(await modeOf(config)).toBe(0o640);
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  test('no piece of the secret is in its file’s name or in the configuration', async () => {
    const secret = secretIn(await create());
    const [file = ''] = await secretFiles();
    expect(file).toMatch(/\.webhook-secret-[0-9a-f]{8}$/);
    const shown = `${file} ${JSON.stringify(await settings())}`;
    for (let at = 0; at + 6 <= secret.length; at += 1) expect(shown).not.toContain(secret.slice(at, at + 6));
  });

  test('with the secret in a variable, writes it nowhere', async () => {
    const printed = await create({ secretEnv: 'ENDPOINT_SECRET', inbox: 'somewhere' });
    expect(await settings()).toMatchObject({
      webhook_secret: expect.stringContaining('ENDPOINT_SECRET'),
      webhook_inbox: 'somewhere',
    });
    expect(await secretFiles()).toEqual([]);
    expect(printed).toContain('Set ENDPOINT_SECRET to the secret where the receiver runs');
  });

  test('leaves a webhook that is there alone', async () => {
    await create();
    const before = await readFile(config, 'utf8');
    await expect(create()).rejects.toMatchObject({
      message: expect.stringContaining('has a webhook already'),
      hint: expect.stringContaining('--rotate'),
    });
    expect(await readFile(config, 'utf8')).toBe(before);
    expect(await secretFiles()).toHaveLength(1);
  });

  test('--rotate makes a new secret for the same path, says in which order to go on, and never loses the one that Centra may use', async () => {
    const secrets = [secretIn(await create())];
    const { webhook_id: id } = await settings();
    const [oldFile = ''] = await secretFiles();
    const printed = await create({ rotate: true });
    secrets.push(secretIn(printed));
    expect((await settings()).webhook_id).toBe(id);
    expect(printed).toMatch(
      /Restart the receiver, .* Then paste the new one into Centra\.\nThen take "webhook_previous_secret" out of .*, and restart the receiver again\.\n$/,
    );
    expect(printed).toContain(`delete the file ${oldFile},`);
    expect(printed).not.toContain('https://');
    expect([await answerTo(secrets[0] ?? ''), await answerTo(secrets[1] ?? '')]).toEqual([200, 200]);
    const before = await readFile(config, 'utf8');
    await expect(create({ rotate: true })).rejects.toMatchObject({
      message: expect.stringContaining('still holds the secret before the last one, which Centra may use'),
      hint: expect.stringContaining('take "webhook_previous_secret" out first'),
    });
    expect(await readFile(config, 'utf8')).toBe(before);
    const { webhook_previous_secret: _, ...rest } = await settings();
    await writeFile(config, JSON.stringify(rest));
    secrets.push(secretIn(await create({ rotate: true, url: 'https://hooks.acme.com' })));
    const answers = [];
    for (const secret of secrets) answers.push(await answerTo(secret));
    expect(answers).toEqual([401, 200, 200]);
  });

  test('a variable that holds the old secret cannot hold the new one too', async () => {
    await create({ secretEnv: 'ENDPOINT_SECRET' });
    await expect(create({ rotate: true, secretEnv: 'ENDPOINT_SECRET' })).rejects.toMatchObject({
      hint: expect.stringContaining('Name another variable'),
    });
    const printed = await create({ rotate: true, secretEnv: 'ANOTHER_SECRET' });
    expect(printed).not.toContain('delete the file');
    expect(await settings()).toMatchObject({
      webhook_previous_secret: expect.stringContaining('ENDPOINT_SECRET'),
      webhook_secret: expect.stringContaining('ANOTHER_SECRET'),
    });
  });

  test('takes an address of this machine for a trial', async () => {
    expect(await create({ url: 'http://127.0.0.1:8080' })).toContain('  http://127.0.0.1:8080/centra/t');
  });

  test.each<[string, Partial<WebhookCreateArguments>, RegExp]>([
    ['nothing to rotate', { rotate: true }, /has no webhook yet/],
    ['no name of a variable', { secretEnv: '1 2' }, /not the name of a variable\.$/],
    ['no address', { url: 'hooks' }, /--url is not an address that begins with https:/],
    ['a host and a port alone', { url: 'hooks.acme.com:8080' }, /begins with https:/],
    ['a plain address elsewhere', { url: 'http://hooks.acme.com' }, /begins with https:/],
    ['no configuration', { config: 'nowhere.json' }, /nowhere\.json cannot be read/],
  ])('refuses: %s', async (_, args, message) => {
    await expect(create(args)).rejects.toThrow(message);
    expect(JSON.parse(await readFile(config, 'utf8'))).toEqual(plain);
  });
});
