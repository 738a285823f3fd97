import { join } from 'node:path';
import type { CommandContext } from '../console/command-context.ts';
import { SUCCESS } from '../console/exit-code.ts';
import { textTable } from '../console/text-table.ts';
import { runPool } from '../sync/pool.ts';
import { readTenant, type TenantOutcome } from './tenant-process.ts';
import { byShop, type Tenant, tenantsIn } from './tenants.ts';

export interface ReadTenantsInput {
  /** The folder of configurations. */
  readonly tenants: string;
  /** In it each tenant gets a folder of its own. */
  readonly out: string;
  /** How many at once. */
  readonly parallel: number;
  /** Only these streams; undefined: all. */
  readonly only: readonly string[] | undefined;
}

export interface TenantsRead {
  readonly outcomes: readonly TenantOutcome[];
  /** The tenants that were left when the command was stopped. */
  readonly notBegun: readonly string[];
}

/**
 * Reads every tenant of a folder into a folder of its own, some side by side, each in a process of its own, so that
 * nothing that befalls one touches another.
 */
export async function readTenants(input: ReadTenantsInput, context: CommandContext): Promise<TenantsRead> {
  const tenants = await tenantsIn(input.tenants);
  const outcomes = new Map<Tenant, TenantOutcome>();
  const jobs = (await byShop(tenants)).map((shop) => async () => {
    for (const tenant of shop) {
      if (context.signal.aborted) return;
      outcomes.set(tenant, await readTenant(tenant, readArguments(tenant, input, context), context));
    }
  });
  await runPool(jobs, input.parallel);
  return {
    outcomes: tenants.flatMap((tenant) => outcomes.get(tenant) ?? []),
    notBegun: tenants.filter((tenant) => !outcomes.has(tenant)).map(({ name }) => name),
  };
}

/** For machines. */
export function tenantsJson({ outcomes, notBegun }: TenantsRead): string {
  return `${JSON.stringify({ tenants: outcomes, notBegun })}\n`;
}

/** For people. */
export function tenantsText({ outcomes, notBegun }: TenantsRead): string {
  const rows = outcomes.map(({ tenant, exitCode, records, seconds, problem }) => [
    tenant,
    exitCode === SUCCESS ? 'read' : `failed (${exitCode})`,
    records,
    Math.round(seconds * 10) / 10,
    // It may quote the API: one line, and nothing that moves the cursor.
    (problem ?? '').replaceAll(/\p{Cc}+/gu, ' '),
  ]);
  const good = outcomes.filter(({ exitCode }) => exitCode === SUCCESS).length;
  const rest = notBegun.length === 0 ? '' : `, not begun: ${notBegun.join(', ')}`;
  const table = textTable(['tenant', 'outcome', 'records', 'seconds', 'problem'], rows);
  return `${table.join('\n')}\n${good} of ${outcomes.length + notBegun.length} tenants read${rest}.\n`;
}

function readArguments(
  { name, config, catalog }: Tenant,
  { out, only }: ReadTenantsInput,
  { isDebug, isQuiet }: CommandContext,
): readonly string[] {
  return [
    'read',
    ...[`--config=${config}`, '--format=jsonl', `--out=${join(out, name)}`, '--json', '--log-format=json'],
    ...(catalog === undefined ? [] : [`--catalog=${catalog}`]),
    ...(only ?? []).map((stream) => `--only=${stream}`),
    ...(isDebug ? ['--debug'] : []),
    ...(isQuiet ? ['--quiet'] : []),
  ];
}
