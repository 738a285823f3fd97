import { isPiiHashed } from '../../catalog/privacy/pii-columns.ts';
import type { CommandContext } from '../../console/command-context.ts';
import { FINDINGS, SUCCESS } from '../../console/exit-code.ts';
import { type CatalogArguments, withCatalog } from '../../workbench/open-catalog.ts';
import { runTests } from '../../workbench/test/catalog-test.ts';
import { givenFiles } from '../../workbench/test/given-files.ts';
import { testJson, testText } from '../../workbench/test/test-text.ts';

interface Arguments extends CatalogArguments {
  readonly json: boolean;
}

/** Runs the tests that stand in a catalog. The exit code is 1 when one fails. */
export async function catalogTest(args: Arguments, context: CommandContext): Promise<number> {
  const { label, outcomes, isTestKey } = await withCatalog(args, context, async (open) => {
    const { loaded, compiled, schemas, folder, configuration } = open;
    const outcomes = await runTests({ loaded, compiled, schema: schemas.schema, files: givenFiles(folder) });
    return { label: open.label, outcomes, isTestKey: configuration === undefined && isPiiHashed(loaded) };
  });
  await context.output.writeText(
    args.json ? testJson(label, outcomes) : testText(label, outcomes, isTestKey),
  );
  return outcomes.every(({ isPassed }) => isPassed) ? SUCCESS : FINDINGS;
}
