import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';

const bin = join(import.meta.dirname, '..', '..', 'bin', 'source-centra.js');
const folder = mkdtempSync(join(tmpdir(), 'source-centra-completion-'));
symlinkSync(bin, join(folder, 'source-centra'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What bash offers after these words, with what `source-centra completion` printed sourced as its users do. */
async function completed(...words: readonly string[]): Promise<readonly string[]> {
  const script = `
    source <(source-centra completion)
    COMP_WORDS=(source-centra "$@") COMP_CWORD=$#
    $(complete -p source-centra | sed 's/.*-F \\([^ ]*\\).*/\\1/')
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const path = [folder, join(process.execPath, '..'), process.env.PATH].join(delimiter);
  const { stdout } = await promisify(execFile)('bash', ['-c', script, 'bash', ...words], {
    env: { PATH: path, SHELL: '/bin/bash' },
  });
  return stdout.split('\n').filter((line) => line !== '');
}

test('bash completes commands, those inside of commands, options and their choices', async () => {
  expect(await completed('cat')).toEqual(['catalog']);
  expect(await completed('catalog', 'c')).toEqual(['check', 'coverage']);
  expect(await completed('config', 'init', '--tok')).toEqual(['--token-env', '--token-file']);
  // Files, by the shell itself.
  expect(await completed('read', '--config', '')).toEqual([]);
  expect(await completed('sandbox', '--plan', 'en')).toEqual(['enhanced', 'enterprise']);
});
