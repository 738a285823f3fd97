import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';

const bin = join(import.meta.dirname, '..', '..', 'bin', 'source-centra.js');

export interface TextOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The folder in which the commands of a test file run, so that paths in their output are the same everywhere. */
export const workFolder = mkdtempSync(join(tmpdir(), 'source-centra-catalog-'));
afterAll(() => rmSync(workFolder, { recursive: true, force: true }));

export function writeCatalog(name: string, text: string): string {
  writeFileSync(join(workFolder, name), text);
  return name;
}

/** Runs `source-centra catalog …` in a process of its own; its output is for people. */
export function catalogCommand(...args: readonly string[]): Promise<TextOutcome> {
  const options = { cwd: workFolder, env: { PATH: process.env.PATH }, maxBuffer: 64_000_000 };
  return new Promise((resolve) => {
    execFile(process.execPath, [bin, 'catalog', ...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
  });
}

/** But for the port of the sandbox. */
export async function expectCatalogGolden(name: string, text: string): Promise<void> {
  await expect(text.replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')).toMatchFileSnapshot(
    join(import.meta.dirname, '..', 'golden', 'catalog', name),
  );
}
