import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConnectorError } from '../../errors.ts';
import type { CatalogDocs } from './catalog-docs.ts';

/** Writes the documentation into a folder, and returns what it wrote, in words. */
export async function writeDocs({ page, sources }: CatalogDocs, folder: string): Promise<string> {
  const paths = [join(folder, 'streams.md'), join(folder, 'sources.yml')] as const;
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(paths[0], page);
    await writeFile(paths[1], sources);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new ConnectorError({
      kind: 'config',
      code: 'cli/unwritable_folder',
      message: `The folder ${folder} cannot be written (${code}).`,
      hint: 'Give a folder with --out that this user may write.',
    });
  }
  return `${paths[0]}  for people\n${paths[1]}  for dbt: put it into a folder of your project's models\n`;
}
