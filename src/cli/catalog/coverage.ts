import { badArgument } from '../../console/bad-argument.ts';
import type { CommandContext } from '../../console/command-context.ts';
import { SUCCESS } from '../../console/exit-code.ts';
import { coverageJson, coverageText } from '../../workbench/coverage/coverage-text.ts';
import { sampleCoverage } from '../../workbench/coverage/sample-coverage.ts';
import { type CatalogArguments, withCatalog } from '../../workbench/open-catalog.ts';

interface Arguments extends CatalogArguments {
  readonly config: string;
  readonly sample: number;
  readonly json: boolean;
}

/** Says what the shop has and the catalog does not map, and how often it is filled. */
export async function catalogCoverage(args: Arguments, context: CommandContext): Promise<number> {
  const { sample, json } = args;
  if (!Number.isInteger(sample) || sample < 1)
    throw badArgument(
      '--sample takes a whole number from 1 on.',
      'Write --sample 200 for the newest 200 rows of each list.',
    );
  const cover = (open: Parameters<typeof sampleCoverage>[0]) => sampleCoverage(open, sample, context.signal);
  const report = await withCatalog(args, context, cover, {
    observer: { refused: () => undefined },
    isPaced: true,
  });
  await context.output.writeText(json ? coverageJson(report) : coverageText(report));
  return SUCCESS;
}
