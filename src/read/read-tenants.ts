import { join } from 'node:path';
import type { CommandContext } from '../console/command-context.ts';
import { SUCCESS } from '../console/exit-code.ts';
import { textTable } from '../console/text-table.ts';
import { ConnectorError } from '../errors.ts';
import { runPool } from '../sync/pool.ts';
import { readTenant, type TenantOutcome } from './tenant-process.ts';
import { byShop, type Tenant, tenantsIn } from './tenants.ts';

export interface ReadAllArguments {
  readonly tenants: string;
  readonly out: string;
  readonly parallel: number;
  readonly only?: readonly string[] | undefined;
  readonly json: boolean;
}

/**
 * Reads every tenant of a folder into a folder of its own, some side by side, each in a process of its own, so that
 * nothing that befalls one touches another. The exit code is that of the gravest failure.
 */
export async function readAll(args: ReadAllArguments, context: CommandContext): Promise<number> {
  const { parallel } = args;
  if (!Number.isSafeInteger(parallel) || parallel < 1)
    throw badArgument('--parallel is not a whole number from 1 on.', 'Say how many tenants to read at once.');
  if (args.out === '') throw badArgument('--out names no folder.', 'Name one, such as --out data/.');
  const tenants = await tenantsIn(args.tenants);
  const outcomes = new Map<Tenant, TenantOutcome>();
  const jobs = (await byShop(tenants)).map((shop) => async () => {
    for (const tenant of shop) {
      if (context.signal.aborted) return;
      outcomes.set(tenant, await readTenant(tenant, readArguments(tenant, args, context), context));
    }
  });
  await runPool(jobs, parallel);
  const told = tenants.flatMap((tenant) => outcomes.get(tenant) ?? []);
  const notBegun = tenants.filter((tenant) => !outcomes.has(tenant)).map(({ name }) => name);
  await context.output.writeText(args.json ? asJson(told, notBegun) : asText(told, notBegun));
  if (context.signal.aborted) throw context.signal.reason;
  const failed = told.map(({ exitCode }) => exitCode).filter((code) => code !== SUCCESS);
  return failed.length === 0 ? SUCCESS : Math.min(...failed);
}

function readArguments(
  { name, config, catalog }: Tenant,
  { out, only }: ReadAllArguments,
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

function asJson(outcomes: readonly TenantOutcome[], notBegun: readonly string[]): string {
  return `${JSON.stringify({ tenants: outcomes, notBegun })}\n`;
}

function asText(outcomes: readonly TenantOutcome[], notBegun: readonly string[]): string {
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

function badArgument(message: string, hint: string): ConnectorError {
  return new ConnectorError({ kind: 'config', code: 'cli/arguments', message, hint });
}
