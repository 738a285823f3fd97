import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

test('the try-out under "Orders in real time" runs as it stands', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const [, section = ''] = readme.split('## Orders in real time\n');
  const [, lines = ''] = /```sh\n([\s\S]*?)```/.exec(section) ?? [];
  expect(lines).toContain('webhook create');
  await mkdir(join(root, 'tmp'), { recursive: true });
  const folder = await mkdtemp(join(root, 'tmp', 'try-'));
  const [shopPort, receiverPort] = [await freePort(), await freePort()];
  // Elsewhere, so that it meets nothing that is there.
  const script = lines
    .replaceAll('tmp/try', relative(root, folder))
    .replaceAll('4010', shopPort)
    .replaceAll('8080', receiverPort);
  const shell = spawn('bash', ['-c', `trap 'kill $(jobs -p); wait' EXIT\n${script}`], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH },
  });
  let said = '';
  for (const stream of [shell.stdout, shell.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  const [code] = await once(shell, 'close');
  await rm(folder, { recursive: true, force: true });
  expect(code, said).toBe(0);
  const changed = Number(/"orders":\[(\d+)\]/.exec(said)?.[1]);
  const record = said.split('\n').findLast((line) => line.includes('"RECORD"')) ?? '{}';
  expect(JSON.parse(record), said).toMatchObject({ record: { stream: 'orders', data: { number: changed } } });
});
