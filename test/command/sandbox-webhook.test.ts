import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, test } from 'vitest';
import { isSigned, openReceiver } from '../unit/sandbox/webhook-receiver.ts';
import { fileWith, sourceCentra } from './harness.ts';

const bin = join(import.meta.dirname, '..', '..', 'bin', 'source-centra.js');
const secret = 'endpoint-secret-of-a-test';

/** Runs the sandbox, changes two orders, and stops it. */
async function toldBySandbox(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const shop = spawn(process.execPath, [bin, 'sandbox', '--port', '0', '--orders', '40', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, ...environment },
  });
  let stderr = '';
  shop.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  try {
    const [line] = (await once(createInterface({ input: shop.stdout }), 'line')) as [string];
    const { control } = JSON.parse(line) as { readonly control: string };
    const changes = [{ kind: 'orders.update', count: 2 }];
    await fetch(`${control}/change`, { method: 'POST', body: JSON.stringify({ changes }) });
    await expect
      .poll(async () => (await fetch(`${control}/webhooks`)).json(), { timeout: 10_000 })
      .toMatchObject({ counts: { events: 2, delivered: 1 } });
    return { stderr, stdout: line };
  } finally {
    const gone = once(shop, 'close');
    shop.kill('SIGTERM');
    await gone;
  }
}

describe('sandbox --webhook-url', () => {
  test.each([
    ['a file', ['--webhook-secret-file', fileWith(`${secret}\n`, 'txt')], {}],
    ['a variable', ['--webhook-secret-env', 'ENDPOINT_SECRET'], { ENDPOINT_SECRET: secret }],
  ] as const)('signs with the secret of %s, and does not show it', async (_, args, environment) => {
    await using receiver = await openReceiver();
    const { stderr, stdout } = await toldBySandbox(
      [
        '--webhook-url',
        receiver.url,
        '--webhook-types',
        'order',
        'return',
        '--webhook-batch-ms',
        '20',
        ...args,
      ],
      environment,
    );
    expect(receiver.calls.map((call) => isSigned(call, secret))).toEqual([true]);
    expect(receiver.calls[0]?.events).toHaveLength(2);
    expect(stderr).toContain(`Webhooks:  to ${new URL(receiver.url).origin}`);
    expect(stderr + stdout).not.toContain(secret);
  });

  test.each([
    [['--webhook-url', 'http://127.0.0.1:1'], 'needs its endpoint secret'],
    [['--webhook-url', 'nowhere', '--webhook-secret-env', 'ENDPOINT_SECRET'], '"url" must be an address'],
    [['--webhook-url', 'http://127.0.0.1:1', '--webhook-secret-env', 'UNSET'], 'UNSET, which is not set'],
    [['--webhook-url', 'http://127.0.0.1:1', '--webhook-secret-file', '/no/file'], 'which is not there'],
    [['--webhook-secret-env', 'ENDPOINT_SECRET'], '--webhook-secret-env is of no use'],
    [['--webhook-retries', '2'], '--webhook-retries is of no use'],
  ])('refuses %j', async (args, what) => {
    const options = { environment: { ENDPOINT_SECRET: secret }, isForPeople: true };
    const { code, stderr, stdout } = await sourceCentra(['sandbox', '--port', '0', ...args], options);
    expect(code).toBe(2);
    expect(stderr + stdout).toContain(what);
    expect(stderr + stdout).not.toContain(secret);
  });
});
