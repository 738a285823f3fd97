import { hasErrors } from '../../catalog/language/problem.ts';
import type { CommandContext } from '../../console/command-context.ts';
import { FINDINGS, SUCCESS } from '../../console/exit-code.ts';
import { checkCatalog } from '../../workbench/check/check-catalog.ts';
import { checkJson, checkText } from '../../workbench/check/check-text.ts';
import { type CatalogArguments, withCatalog } from '../../workbench/open-catalog.ts';

interface Arguments extends CatalogArguments {
  readonly json: boolean;
}

/** Says everything that is wrong with a catalog. The exit code is 1 when there is an error; a warning is none. */
export async function catalogCheck(args: Arguments, context: CommandContext): Promise<number> {
  const options = { observer: { refused: () => undefined }, mayHaveErrors: true };
  const check = async (open: Parameters<typeof checkCatalog>[0]) => {
    const findings = await checkCatalog(open, context.signal);
    return { text: args.json ? checkJson(open, findings) : checkText(open, findings), findings };
  };
  const { text, findings } = await withCatalog(args, context, check, options);
  await context.output.writeText(text);
  return hasErrors(findings.problems) ? FINDINGS : SUCCESS;
}
