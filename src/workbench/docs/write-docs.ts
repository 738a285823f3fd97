import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandContext } from '../../console/command-context.ts';
import { SUCCESS } from '../../console/exit-code.ts';
import { ConnectorError } from '../../errors.ts';
import { type CatalogArguments, openCatalog, refuseErrors } from '../open-catalog.ts';
import { type CatalogDocs, catalogDocs as docsOf } from './catalog-docs.ts';

/** Writes a page about the streams of a catalog, and the same for dbt. */
export async function catalogDocs(
  args: CatalogArguments & { readonly out?: string | undefined },
  context: CommandContext,
): Promise<number> {
  const { output } = context;
  const open = await openCatalog(args, context);
  try {
    refuseErrors(open);
    const { label, argument, loaded, compiled, schemas } = open;
    const command = ['source-centra catalog docs', argument].filter((part) => part !== '').join(' ');
    const docs = docsOf({ label, command, loaded, compiled, schema: schemas.schema });
    if (args.out === undefined) await output.writeText(docs.page);
    else await output.writeText(await written(docs, args.out));
    return SUCCESS;
  } finally {
    await open.close();
  }
}

async function written({ page, sources }: CatalogDocs, folder: string): Promise<string> {
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
