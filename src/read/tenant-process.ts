import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { CommandContext } from '../console/command-context.ts';
import { exitCodeOf, SUCCESS } from '../console/exit-code.ts';
import type { Log } from '../console/log.ts';
import { isObject } from '../json.ts';
import type { Tenant } from './tenants.ts';

export interface TenantOutcome {
  readonly tenant: string;
  readonly exitCode: number;
  readonly records: number;
  readonly seconds: number;
  /** What it failed of, as it said it last. */
  readonly problem: string | undefined;
}

/** A read that was told to stop has written its last state by then; less than the time that this process itself is given. */
const STOP_MS = 3_000;

/** Try again later. */
const KILLED = exitCodeOf('transient');

/** Reads one tenant in a process of its own. Whatever befalls that one is an outcome. */
export async function readTenant(
  tenant: Tenant,
  args: readonly string[],
  context: CommandContext,
): Promise<TenantOutcome> {
  const startedMs = performance.now();
  const ended = await runTenant(tenant, args, context).catch((error: unknown) => ({
    exitCode: KILLED,
    records: 0,
    problem: `Its process could not be run (${codeOf(error)}).`,
  }));
  return { tenant: tenant.name, ...ended, seconds: (performance.now() - startedMs) / 1000 };
}

type Ended = Pick<TenantOutcome, 'exitCode' | 'records' | 'problem'>;

async function runTenant(
  tenant: Tenant,
  args: readonly string[],
  { log, signal, telemetry, program: [node = '', ...words] }: CommandContext,
): Promise<Ended> {
  const child = spawn(node, [...words, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...telemetry.variables() },
  });
  let last: NodeJS.Timeout | undefined;
  const stop = () => {
    child.kill('SIGTERM');
    last = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  };
  signal.addEventListener('abort', stop, { once: true });
  const closed = new Promise<{ code: number | null; by: NodeJS.Signals | null }>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, by) => resolve({ code, by }));
  });
  try {
    const [{ code, by }, result, said] = await Promise.all([
      closed,
      textOf(child.stdout),
      relay(tenant.name, child.stderr, log),
    ]);
    const problem = by === null ? (said.error ?? said.last) : `Its process was ended by ${by}.`;
    return {
      exitCode: code ?? KILLED,
      records: recordsIn(result),
      problem: code === SUCCESS ? undefined : problem,
    };
  } finally {
    signal.removeEventListener('abort', stop);
    clearTimeout(last);
  }
}

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

interface Said {
  readonly error: string | undefined;
  readonly last: string | undefined;
}

/** Says what a tenant says, with its name before it, and returns its last error and its last words. */
async function relay(tenant: string, stream: NodeJS.ReadableStream, log: Log): Promise<Said> {
  let error: string | undefined;
  let last: string | undefined;
  for await (const line of createInterface({ input: stream })) {
    if (line.trim() === '') continue;
    const { level, message } = parseLogLine(line);
    log(level, `${tenant}: ${message}`);
    last = message;
    if (level === 'error') error = message;
  }
  return { error, last };
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

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
}
