import type { CommandContext } from '../../console/command-context.ts';
import { SUCCESS } from '../../console/exit-code.ts';
import { explainCatalog } from '../../workbench/explain/explain-catalog.ts';
import { explainJson, explainText } from '../../workbench/explain/explain-text.ts';
import { type CatalogArguments, withCatalog } from '../../workbench/open-catalog.ts';

interface Arguments extends CatalogArguments {
  readonly stream?: string | undefined;
  readonly json: boolean;
}

/** Shows the queries that a read will send, what they need and cost, and which column asks for what. */
export async function catalogExplain(args: Arguments, context: CommandContext): Promise<number> {
  const explained = await withCatalog(args, context, (open) =>
    explainCatalog(open, args.stream, context.signal),
  );
  await context.output.writeText(args.json ? explainJson(explained) : explainText(explained));
  return SUCCESS;
}
