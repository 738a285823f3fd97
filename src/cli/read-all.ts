import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { isObject } from '../json.ts';
import { runPool } from '../sync/pool.ts';
import { OUTPUT_CLOSED, SUCCESS } from './exit-code.ts';
import type { Log } from './log.ts';
import type { Surroundings } from './surroundings.ts';
import { type Tenant, tenantsIn } from './tenants.ts';
import { textTable } from './text-table.ts';

export interface ReadAllArguments {
  readonly tenants: string;
  readonly out: string;
  readonly parallel: number;
  readonly only?: readonly string[] | undefined;
  readonly json: boolean;
}

interface TenantOutcome {
  readonly tenant: string;
  readonly exitCode: number;
  readonly records: number;
  readonly seconds: number;
  /** What it failed of, as it said it last. */
  readonly problem: string | undefined;
}

/**
 * Reads every tenant of a folder into a folder of its own, some side by side, each in a process of its own, so that
 * nothing that befalls one touches another. The exit code is that of the gravest failure.
 */
export async function readAll(args: ReadAllArguments, surroundings: Surroundings): Promise<number> {
  const tenants = await tenantsIn(args.tenants);
  const outcomes: TenantOutcome[] = [];
  const jobs = tenants.map((tenant) => async () => {
    if (surroundings.signal.aborted) return;
    outcomes.push(await readTenant(tenant, args, surroundings));
  });
  await runPool(jobs, args.parallel);
  await surroundings.output.writeText(args.json ? asJson(outcomes) : asText(outcomes, tenants.length));
  if (surroundings.signal.aborted) throw surroundings.signal.reason;
  const failed = outcomes.map(({ exitCode }) => exitCode).filter((code) => code !== SUCCESS);
  return failed.length === 0 ? SUCCESS : Math.min(...failed);
}

async function readTenant(
  tenant: Tenant,
  { out, only }: ReadAllArguments,
  { log, signal }: Surroundings,
): Promise<TenantOutcome> {
  const startedMs = Date.now();
  const child = spawn(
    process.execPath,
    [
      process.argv[1] ?? '',
      'read',
      ...['--config', tenant.config, '--format', 'jsonl', '--out', join(out, tenant.name)],
      ...['--json', '--log-format', 'json'],
      ...(tenant.catalog === undefined ? [] : ['--catalog', tenant.catalog]),
      ...(only === undefined ? [] : ['--only', ...only]),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const stop = () => child.kill('SIGTERM');
  signal.addEventListener('abort', stop, { once: true });
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    // Killed from outside: try again later.
    child.once('close', (code) => resolve(code ?? OUTPUT_CLOSED));
  });
  const [exitCode, result, problem] = await Promise.all([
    ended,
    textOf(child.stdout),
    relay(tenant.name, child.stderr, log),
  ]);
  signal.removeEventListener('abort', stop);
  return {
    tenant: tenant.name,
    exitCode,
    records: recordsIn(result),
    seconds: (Date.now() - startedMs) / 1000,
    problem: exitCode === SUCCESS ? undefined : problem,
  };
}

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** Says what a tenant says, with its name before it, and returns its last error. */
async function relay(tenant: string, stream: NodeJS.ReadableStream, log: Log): Promise<string | undefined> {
  let problem: string | undefined;
  for await (const line of createInterface({ input: stream })) {
    const { level, message } = parseLogLine(line);
    log(level, `${tenant}: ${message}`);
    if (level === 'error') problem = message;
  }
  return problem;
}

function parseLogLine(line: string): { level: Parameters<Log>[0]; message: string } {
  const entry = parsed(line);
  const levels = ['debug', 'info', 'warn', 'error'] as const;
  const level = levels.find((name) => name === entry?.level);
  return level !== undefined && typeof entry?.message === 'string'
    ? { level, message: entry.message }
    : { level: 'warn', message: line };
}

function recordsIn(result: string): number {
  const streams = parsed(result)?.streams;
  if (!Array.isArray(streams)) return 0;
  return streams.reduce(
    (sum: number, stream: unknown) =>
      sum + (isObject(stream) && typeof stream.records === 'number' ? stream.records : 0),
    0,
  );
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function asJson(outcomes: readonly TenantOutcome[]): string {
  return `${JSON.stringify({ tenants: outcomes })}\n`;
}

function asText(outcomes: readonly TenantOutcome[], expected: number): string {
  const rows = outcomes.map(({ tenant, exitCode, records, seconds, problem }) => [
    tenant,
    exitCode === SUCCESS ? 'read' : `failed (${exitCode})`,
    records,
    Math.round(seconds * 10) / 10,
    problem ?? '',
  ]);
  const good = outcomes.filter(({ exitCode }) => exitCode === SUCCESS).length;
  const left = expected === outcomes.length ? '' : `, ${expected - outcomes.length} not begun`;
  const table = textTable(['tenant', 'outcome', 'records', 'seconds', 'problem'], rows);
  return `${table.join('\n')}\n${good} of ${expected} tenants read${left}.\n`;
}
