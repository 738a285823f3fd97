import type { CommandContext } from '../../console/command-context.ts';
import { SUCCESS } from '../../console/exit-code.ts';
import { refuseExisting, writeNew } from '../../workbench/init/new-file.ts';
import { starterCatalog } from '../../workbench/init/starter-catalog.ts';
import { withCatalog } from '../../workbench/open-catalog.ts';

interface Arguments {
  readonly config: string;
  readonly out?: string | undefined;
  readonly tenant?: string | undefined;
}

/** Writes a catalog that extends the default one with a column for every custom attribute of the shop. */
export async function catalogInit(args: Arguments, context: CommandContext): Promise<number> {
  const { config, out, tenant } = args;
  const { output, log } = context;
  // Said before the API is asked for anything.
  if (out !== undefined) await refuseExisting(out);
  const { yaml, summary } = await withCatalog(
    { catalog: 'default', config },
    context,
    (open) => starterCatalog(open, { out, tenant }, context),
    { observer: { refused: () => undefined }, isPaced: true },
  );
  if (out === undefined) {
    await output.writeText(yaml);
    log('info', summary);
  } else {
    await writeNew(out, yaml);
    const next = `source-centra catalog check ${out} --config ${config}`;
    await output.writeText(`Wrote ${out}: ${summary}\nNext: ${next}\n`);
  }
  return SUCCESS;
}
