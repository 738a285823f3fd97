import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ConnectorError } from '../errors.ts';

/**
 * Writes a file that nobody but its owner can read, unless `mode` says otherwise, whole or not at all. In one go, so that no
 * signal comes in between and leaves half of it.
 */
export function writePrivateFile(path: string, text: string, mode = 0o600): void {
  const draft = join(dirname(path), `.${basename(path)}.${process.pid}.part`);
  try {
    const file = openSync(draft, 'wx', mode);
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, path);
  } catch (cause) {
    rmSync(draft, { force: true });
    throw new ConnectorError({
      kind: 'config',
      code: 'cli/cannot_write',
      message: `The file ${path} cannot be written.`,
      hint: 'Name a path in a folder that exists and may be written to.',
      cause,
    });
  }
}
