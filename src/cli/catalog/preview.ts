import { badArgument } from '../../console/bad-argument.ts';
import type { CommandContext } from '../../console/command-context.ts';
import { SUCCESS } from '../../console/exit-code.ts';
import { type CatalogArguments, withCatalog } from '../../workbench/open-catalog.ts';
import { previewCatalog } from '../../workbench/preview/preview-catalog.ts';
import { jsonText, rowText } from '../../workbench/preview/preview-text.ts';

interface Arguments extends CatalogArguments {
  readonly stream: string;
  readonly limit: number;
  readonly json: boolean;
  readonly from?: string | undefined;
}

/** Shows source and mapped row side by side: of the live shop, or of recorded answers. */
export async function catalogPreview(args: Arguments, context: CommandContext): Promise<number> {
  const { output, log, signal } = context;
  const { stream, limit, from, config, json } = args;
  if (!Number.isInteger(limit) || limit < 1)
    throw badArgument('--limit takes a whole number from 1 on.', 'Write --limit 5 for five rows.');
  if (from === undefined && config === undefined)
    throw badArgument(
      'There is nothing to preview from.',
      'Add --config with a configuration for rows of the live shop, or --from with a file of recorded answers.',
    );
  const summary = await withCatalog(args, context, (open) =>
    previewCatalog(open, { stream, limit, from }, signal, (row, compiled, number) =>
      output.writeText(json ? jsonText(row) : rowText(row, compiled, number)),
    ),
  );
  if (json) log('info', summary);
  else await output.writeText(`${summary}\n`);
  return SUCCESS;
}
