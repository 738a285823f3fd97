import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sandboxCommand } from '../../../src/cli/sandbox-command.ts';
import { faultKinds } from '../../../src/sandbox/faults.ts';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.ts';

const page = readFileSync('docs/sandbox.md', 'utf8');

let shop: Sandbox;
beforeAll(async () => {
  shop = await startSandbox({ orders: 50 });
});
afterAll(() => shop.close());

async function call(method: string, command: string, body?: string) {
  const answer = await fetch(`${shop.controlEndpoint}/${command}`, { method, ...(body && { body }) });
  return { status: answer.status, text: await answer.text() };
}

/** What there is, as the sandbox says it to whoever asks for what there is not. */
async function known(command: string, body: object): Promise<readonly string[]> {
  const { text } = await call('POST', command, JSON.stringify(body));
  const list = /there are (.*)\."/.exec(text)?.[1] ?? '';
  return list.split(', ');
}

test('explains every option of the command', () => {
  const options = Object.keys(sandboxCommand.options).map((option) => `--${option}`);
  expect(options.length).toBeGreaterThan(10);
  const explained = page.split('\n').filter((line) => line.startsWith('| `--'));
  for (const option of options) expect(explained.join('\n')).toContain(`\`${option}\``);
});

test('names every control call', async () => {
  const commands = await known('nothing', {});
  expect(commands.length).toBeGreaterThan(15);
  for (const command of commands) expect(page).toMatch(`\`${command.replace(' ', ' /control/')}`);
});

test('names every kind of change, fault and webhook fault', async () => {
  const wrong = [{ kind: 'nothing' }];
  const kinds = [
    ...(await known('change', { changes: wrong })),
    ...(await known('webhooks/faults', { faults: wrong })),
    ...faultKinds,
  ];
  expect(kinds.length).toBeGreaterThan(30);
  for (const kind of kinds) expect(page).toContain(`\`${kind}\``);
});

test('its examples work', async () => {
  const examples = [...page.matchAll(/^curl (.*)$/gm)].map(([, words = '']) => words);
  expect(examples.length).toBeGreaterThan(20);
  for (const words of examples) {
    const body = /--data '([^']*)'/.exec(words)?.[1];
    const method = /--request (\w+)/.exec(words)?.[1] ?? (body === undefined ? 'GET' : 'POST');
    const command = /4010\/control\/([^\s']*)/.exec(words)?.[1] ?? '';
    expect(await call(method, command, body), words).toMatchObject({ status: 200 });
  }
});
