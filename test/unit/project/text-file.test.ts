import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { decodeText, readRegularFile, readTextFile, textParts } from '../../../src/text-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'source-centra-text-'));
afterAll(() => rmSync(folder, { recursive: true }));

let written = 0;
function file(content: string | Uint8Array): string {
  written += 1;
  const path = join(folder, `${written}.txt`);
  writeFileSync(path, content);
  return path;
}

const bigEndian = Buffer.from('\ufeff{"a":1}', 'utf16le').swap16();

const texts: readonly [string, string | Uint8Array, string][] = [
  ['plain', '{"a":"å"}\n', '{"a":"å"}\n'],
  ['with a byte order mark', '\ufeff{"a":1}', '{"a":1}'],
  ['empty', '', ''],
  ['one character', 'x', 'x'],
  ['longer than one part', `\ufeff${'å'.repeat(100_000)}`, 'å'.repeat(100_000)],
];

const others: readonly [string, Uint8Array, string][] = [
  ['UTF-16 of Windows', Buffer.from('\ufeff{"a":1}', 'utf16le'), 'is UTF-16; save it as UTF-8'],
  ['UTF-16, the other way round', bigEndian, 'is UTF-16; save it as UTF-8'],
  ['UTF-16 without its mark', Buffer.from('{"a":1}', 'utf16le'), 'is UTF-16; save it as UTF-8'],
  ['UTF-16, the other way round, without its mark', bigEndian.subarray(2), 'is UTF-16; save it as UTF-8'],
  ['Latin-1', Buffer.from('{"a":"å"}', 'latin1'), 'is not UTF-8 text; save it as UTF-8'],
  ['cut in a character', Buffer.from('å').subarray(0, 1), 'is not UTF-8 text; save it as UTF-8'],
];

async function inParts(path: string): Promise<string> {
  let text = '';
  for await (const part of textParts(path)) text += part;
  return text;
}

test.each(texts)('a text, %s', async (_, content, text) => {
  const path = file(content);
  expect(await readTextFile(path)).toBe(text);
  expect(await inParts(path)).toBe(text);
  expect(decodeText(readRegularFile(path, 1_000_000))).toBe(text);
});

test.each(others)('%s is named', async (_, content, fault) => {
  const path = file(content);
  await expect(readTextFile(path)).rejects.toMatchObject({ fault });
  await expect(inParts(path)).rejects.toMatchObject({ fault });
});

test('what is too large is refused, by its size alone', async () => {
  const path = file('');
  truncateSync(path, 1_000_000_000_000);
  await expect(readTextFile(path)).rejects.toMatchObject({ fault: 'is larger than 64 MB' });
  expect(() => readRegularFile(path, 1_000_000)).toThrow('is larger than 1 MB');
});

test('what has no size is refused by what comes of it', async () => {
  await expect(readTextFile('/dev/zero', 100_000)).rejects.toMatchObject({ fault: 'is larger than 100 kB' });
});

test('a folder, a device and a pipe are no regular files, and nobody waits for them', async () => {
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  await expect(readTextFile(folder)).rejects.toMatchObject({ fault: 'is a folder' });
  expect(() => readRegularFile(folder, 10)).toThrow('is a folder');
  expect(() => readRegularFile('/dev/zero', 10)).toThrow('is not a regular file');
  expect(() => readRegularFile(pipe, 10)).toThrow('is not a regular file');
});

test('a file that cannot be opened has the error of the system', async () => {
  await expect(readTextFile(join(folder, 'nothing'))).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(inParts(join(folder, 'nothing'))).rejects.toMatchObject({ code: 'ENOENT' });
  expect(() => readRegularFile(join(folder, 'nothing'), 10)).toThrow('ENOENT');
});
