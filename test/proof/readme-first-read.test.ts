// The blocks of README.md, as they are printed, one after the other in a folder that was empty, and then once more.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

/** A clone whose set-up is done: what a user has there, and nothing that a user makes. */
async function clone(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'source-centra-readme-'));
  for (const name of ['bin', 'dist', 'catalog', 'schemas', 'package.json', 'node_modules'])
    await symlink(join(root, name), join(folder, name));
  await mkdir(join(folder, 'scripts'));
  await writeFile(join(folder, 'scripts', 'setup.mjs'), '');
  // What `npm link` does.
  await mkdir(join(folder, '.path'));
  for (const name of ['source-centra', 'tap-centra']) {
    const path = join(folder, '.path', name);
    await writeFile(path, `#!/bin/sh\nexec "${process.execPath}" "${folder}/bin/${name}.js" "$@"\n`);
    await chmod(path, 0o755);
  }
  return folder;
}

function blocksUnder(readme: string, heading: string): readonly string[] {
  const [, section = ''] = readme.split(`\n## ${heading}\n`);
  const [own = ''] = section.split('\n## ');
  return [...own.matchAll(/^( *)```sh\n([\s\S]*?)^ *```/gm)].map(([, , text = '']) => text);
}

/**
 * What samples the whole shop spends its limits for an hour, and is left to the tests of its own: one after the other without
 * a pause, a made-up shop refuses the last of them.
 */
function withinLimits(block: string): string {
  return block.replaceAll(/^source-centra catalog (init|preview|coverage) .*$/gm, (line) =>
    line.includes(' init ') ? 'printf "version: 1\\nextends: default\\n" > acme.yaml' : '',
  );
}

async function run(folder: string, script: string): Promise<{ code: unknown; said: string }> {
  const shell = spawn('bash', ['-ec', `trap 'kill $(jobs -p) 2>/dev/null; wait' EXIT\n${script}`], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: `${join(folder, '.path')}:${process.env.PATH}`, HOME: folder },
  });
  let said = '';
  for (const stream of [shell.stdout, shell.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  const [code] = await once(shell, 'close');
  return { code, said };
}

test('README.md runs as it is printed, twice in a row', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const port = await freePort();
  const [sandbox = '', ...reads] = blocksUnder(readme, 'A first real read').filter(
    (text) => !text.includes('config init'),
  );
  expect(sandbox).toContain('sandbox --port');
  expect(reads.length).toBeGreaterThanOrEqual(2);
  // Each with a shop of its own, whose limits are as fresh as those of a reader who takes his time.
  const scripts = [
    [sandbox, ...reads, ...blocksUnder(readme, 'Before a sync, and after it')],
    [sandbox, ...blocksUnder(readme, 'Tenant catalogs').map(withinLimits)],
  ].map((blocks) =>
    blocks
      .map((text) => text.replaceAll(/^ {3}/gm, ''))
      .join('\n')
      .replaceAll('4010', port),
  );
  const folder = await clone();
  try {
    for (let time = 1; time <= 2; time += 1) {
      for (const script of scripts) {
        const { code, said } = await run(folder, script);
        expect(code, `Time ${time}:\n${script}\n${said.slice(-3_000)}`).toBe(0);
      }
      const rows = (await readFile(join(folder, 'data', 'orders.jsonl'), 'utf8')).trim().split('\n');
      expect(rows.length).toBeGreaterThanOrEqual(100);
      expect(await readFile(join(folder, 'state.jsonl'), 'utf8')).toContain('"inventory"');
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 600_000);
