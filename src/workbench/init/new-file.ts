import { stat, writeFile } from 'node:fs/promises';
import { ConnectorError } from '../../errors.ts';

/** Throws where something is at the path already. */
export async function refuseExisting(path: string): Promise<void> {
  if ((await stat(path).catch(() => undefined)) !== undefined) throw alreadyThere(path);
}

/** Writes a file that must not be there yet. */
export async function writeNew(path: string, text: string): Promise<void> {
  await writeFile(path, text, { flag: 'wx' }).catch((cause: unknown) => {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') throw alreadyThere(path);
    throw new ConnectorError({
      kind: 'config',
      code: 'init/cannot_write',
      message: `The file ${path} cannot be written.`,
      hint: 'Give --out a path in a folder that exists and may be written to.',
      cause,
    });
  });
}

function alreadyThere(path: string): ConnectorError {
  return new ConnectorError({
    kind: 'config',
    code: 'init/exists',
    message: `The file ${path} is there already, and is not overwritten.`,
    hint: 'Give --out another name; what the shop has and this catalog lacks, `catalog coverage` tells.',
  });
}
