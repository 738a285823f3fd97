import { badArgument } from '../console/bad-argument.ts';
import type { CommandContext } from '../console/command-context.ts';
import { SUCCESS } from '../console/exit-code.ts';
import { readTenants, tenantsJson, tenantsText } from '../read/read-tenants.ts';

export interface ReadAllArguments {
  readonly tenants: string;
  readonly out: string;
  readonly parallel: number;
  readonly only?: readonly string[] | undefined;
  readonly json: boolean;
}

/** Reads every tenant of a folder. The exit code is that of the most severe failure. */
export async function readAll(args: ReadAllArguments, context: CommandContext): Promise<number> {
  const { tenants, out, parallel, only, json } = args;
  if (!Number.isSafeInteger(parallel) || parallel < 1)
    throw badArgument('--parallel is not a whole number from 1 on.', 'Say how many tenants to read at once.');
  if (out === '') throw badArgument('--out names no folder.', 'Name one, such as --out data/.');
  const read = await readTenants({ tenants, out, parallel, only }, context);
  await context.output.writeText(json ? tenantsJson(read) : tenantsText(read));
  if (context.signal.aborted) throw context.signal.reason;
  const failed = read.outcomes.map(({ exitCode }) => exitCode).filter((code) => code !== SUCCESS);
  return failed.length === 0 ? SUCCESS : Math.min(...failed);
}
