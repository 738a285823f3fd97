import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type WebhookTestArguments, webhookTest } from '../../../../src/cli/webhook/test.ts';
import type { HintState } from '../../../../src/inbox/hint-lookup.ts';
import type { Delivery } from '../../../../src/inbox/inbox.ts';
import { createReceiver } from '../../../../src/webhook/receiver.ts';
import { serveReceiver, type WebhookServer } from '../../../../src/webhook/server.ts';
import { acme } from '../../webhook/tenant.ts';
import { quietContext } from '../quiet-context.ts';

const [secret = ''] = acme.secrets;
const good = {
  endpoint: 'http://127.0.0.1:9/graphql',
  api_token: 'made-up-token',
  webhook_inbox: 'an-inbox',
  webhook_id: acme.id,
  webhook_secret: secret,
};

const folder = mkdtempSync(join(tmpdir(), 'source-centra-test-'));
const stored: Delivery[] = [];
let isFull = false;
let server: WebhookServer;

beforeAll(async () => {
  const receiver = createReceiver({
    tenants: [acme],
    inbox: {
      add: async (deliveries) => {
        if (isFull) throw new Error('The disk is full.');
        stored.push(...deliveries);
        return deliveries.map(() => 'stored');
      },
      waiting: async () => [],
    },
    now: Date.now,
  });
  server = await serveReceiver({ receiver, host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the command against a receiver; the inbox says of the order one thing after the other, and the last on and on. */
async function run(
  states: readonly HintState[],
  { settings = {}, ...args }: Partial<WebhookTestArguments> & { readonly settings?: object } = {},
) {
  const { context, printed } = quietContext();
  const config = join(folder, 'acme.json');
  writeFileSync(config, JSON.stringify({ ...good, ...settings }));
  const left = [...states];
  const asked: string[] = [];
  const lookup = {
    state: async (tenant: string, type: string, id: string) => {
      asked.push(`${tenant} ${type} ${id}`);
      return (left.length > 1 ? left.shift() : left[0]) ?? 'unknown';
    },
    close: async () => undefined,
  };
  const code = await webhookTest(
    { config, url: server.url, order: 1001, wait: '1s', ...args },
    context,
    async () => lookup,
  );
  await context.output.flush();
  // The times differ.
  return { code, said: printed().replaceAll(/^ *\d+\.\d s {2}/gm, ''), asked };
}

describe('webhook test', () => {
  test('sends what Centra would, and follows it to its record', async () => {
    const { code, said, asked } = await run(['waiting', 'claimed', 'done']);
    expect(said.split('\n')).toEqual([
      'The receiver is told that the order 1001 has changed.',
      'It answers 200: the event is stored.',
      'A reader has taken it.',
      'Its records and a state have been written.',
      '',
    ]);
    expect(code).toBe(0);
    expect(stored.at(-1)?.hints).toMatchObject([{ type: 'order', id: '1001' }]);
    expect(new Set(asked)).toEqual(new Set(['127.0.0.1:9 order 1001']));
  });

  test.each<[string, readonly HintState[], RegExp]>([
    ['nobody reads', ['waiting'], /stored\.\nNo reader has written it yet\. Run source-centra serve --read/],
    ['it cannot be read', ['claimed', 'dead'], /put aside: the log of the reader says why/],
    ['the inbox is another one', ['unknown'], /does the receiver use the same "webhook_inbox"\?/],
  ])('says that %s', async (_, states, message) => {
    const { code, said } = await run(states);
    expect(said).toMatch(message);
    expect(code).toBe(1);
  });

  test.each<[string, object, RegExp]>([
    [
      'another secret',
      { webhook_secret: 'another-secret-altogether' },
      /answers 401: the signature is not right/,
    ],
    ['another path', { webhook_id: `acme-${'y'.repeat(24)}` }, /answers 404: nothing is at this path/],
  ])('says what is wrong with %s', async (_, settings, message) => {
    const { code, said } = await run(['waiting'], { settings });
    expect(said).toMatch(message);
    expect(said).not.toContain('another-secret-altogether');
    expect(code).toBe(1);
  });

  test('says that the receiver cannot store', async () => {
    isFull = true;
    const { code, said } = await run(['waiting']);
    isFull = false;
    expect(said).toContain('It answers 503: it cannot store the event; its log says why.');
    expect(code).toBe(1);
  });

  test.each<[string, Parameters<typeof run>[1], RegExp]>([
    ['nobody listens', { url: 'http://127.0.0.1:9' }, /No receiver answers at/],
    ['there is no webhook yet', { settings: { webhook_id: undefined } }, /has no webhook yet/],
    ['the address is none', { url: '127.0.0.1:8080' }, /--url is not an address/],
    ['the time to wait is none', { wait: 'long' }, /--wait is not a length of time/],
  ])('ends with an error when %s', async (_, given, message) => {
    await expect(run(['waiting'], given)).rejects.toThrow(message);
  });
});
