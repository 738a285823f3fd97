import type { CommandContext } from '../../console/command-context.ts';
import { FINDINGS, SUCCESS } from '../../console/exit-code.ts';
import { diffCatalogs } from '../../workbench/diff/catalog-diff.ts';
import { needsAction } from '../../workbench/diff/change.ts';
import { diffJson, diffText } from '../../workbench/diff/diff-text.ts';
import { openSide } from '../../workbench/diff/open-side.ts';

interface Arguments {
  readonly before: string;
  readonly after: string;
  readonly config?: string | undefined;
  readonly json: boolean;
}

/** Compares two catalogs. The exit code is 1 when a destination, or whoever looks after it, must act. */
export async function catalogDiff(args: Arguments, context: CommandContext): Promise<number> {
  const before = await openSide(args.before, args.config, context);
  const after = await openSide(args.after, args.config, context);
  const diff = diffCatalogs(before, after);
  const text = args.json ? diffJson(diff, before, after) : diffText(diff, before, after);
  await context.output.writeText(text);
  return diff.changes.some(needsAction) ? FINDINGS : SUCCESS;
}
