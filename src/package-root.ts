import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

function findPackageRoot(folder: string): string {
  if (existsSync(join(folder, 'schemas', 'centra.graphql'))) return folder;
  const parent = dirname(folder);
  if (parent === folder)
    throw new Error('The folder schemas is missing beside the program: install it again.');
  return findPackageRoot(parent);
}

/** The folder that holds `schemas` and `catalog`: the same whether src or dist runs. */
export const packageRoot: string = findPackageRoot(dirname(fileURLToPath(import.meta.url)));
