import type { CommandContext } from '../../console/command-context.ts';
import { SUCCESS } from '../../console/exit-code.ts';
import { catalogDocs as docsOf } from '../../workbench/docs/catalog-docs.ts';
import { writeDocs } from '../../workbench/docs/write-docs.ts';
import { type CatalogArguments, withCatalog } from '../../workbench/open-catalog.ts';

interface Arguments extends CatalogArguments {
  readonly out?: string | undefined;
}

/** Writes a page about the streams of a catalog, and the same for dbt. */
export async function catalogDocs(args: Arguments, context: CommandContext): Promise<number> {
  const docs = await withCatalog(args, context, ({ label, argument, loaded, compiled, schemas }) => {
    const command = ['source-centra catalog docs', argument].filter((part) => part !== '').join(' ');
    return docsOf({ label, command, loaded, compiled, schema: schemas.schema });
  });
  await context.output.writeText(args.out === undefined ? docs.page : await writeDocs(docs, args.out));
  return SUCCESS;
}
