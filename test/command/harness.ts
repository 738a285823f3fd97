import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type {
  AirbyteCatalog,
  AirbyteMessage,
  AirbyteRecordMessage,
  AirbyteStateMessage,
} from '../../src/protocol/airbyte/airbyte-protocol.generated.ts';

const bin = join(import.meta.dirname, '..', '..', 'bin', 'source-centra.js');

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly messages: readonly AirbyteMessage[];
}

export interface RunOptions {
  /** Kills the process, with this signal, once its output holds so many lines. */
  readonly killAfterLines?: number;
  readonly signal?: NodeJS.Signals;
  /** Stops to read the output, as a destination that died, once it holds so many lines. */
  readonly closeAfterLines?: number;
  readonly nodeArgs?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** The command writes for people: stdout holds no messages. */
  readonly isForPeople?: boolean;
}

/** Runs the real command in a process of its own. */
export async function sourceCentra(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const child = spawn(process.execPath, [...(options.nodeArgs ?? []), bin, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, NODE_EXTRA_CA_CERTS: undefined, ...options.environment },
  });
  let stdout = '';
  let stderr = '';
  let lines = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    lines += text.split('\n').length - 1;
    const isFarEnough = options.killAfterLines !== undefined && lines >= options.killAfterLines;
    if (options.closeAfterLines !== undefined && lines >= options.closeAfterLines) child.stdout.destroy();
    if (isFarEnough && !child.killed) child.kill(options.signal ?? 'SIGKILL');
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const isWhole = stdout === '' || stdout.endsWith('\n');
  const whole = stdout.split('\n').slice(0, -1);
  const isCut = options.killAfterLines !== undefined || options.closeAfterLines !== undefined;
  if (!isWhole && !isCut) throw new Error('The output ends in the middle of a line.');
  const messageLines = options.isForPeople ? [] : whole;
  return { code, stdout, stderr, messages: messageLines.map((line) => JSON.parse(line) as AirbyteMessage) };
}

const folder = mkdtempSync(join(tmpdir(), 'source-centra-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let written = 0;

/** Writes a file for a command to read and returns its path. A text is written as it is, anything else as JSON. */
export function fileWith(content: unknown, ending = 'json'): string {
  written += 1;
  const path = join(folder, `${written}.${ending}`);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

export function recordsOf({ messages }: Outcome, stream?: string): readonly AirbyteRecordMessage[] {
  return messages.flatMap(({ record }) =>
    record !== undefined && (stream === undefined || record.stream === stream) ? [record] : [],
  );
}

export function statesOf({ messages }: Outcome): readonly AirbyteStateMessage[] {
  return messages.flatMap(({ state }) => (state === undefined ? [] : [state]));
}

/** The last state of each stream, as a platform passes it back. */
export function lastStates(outcome: Outcome): readonly AirbyteStateMessage[] {
  const last = new Map<string | undefined, AirbyteStateMessage>();
  for (const state of statesOf(outcome)) last.set(state.stream?.stream_descriptor.name, state);
  return [...last.values()];
}

export function logsOf({ messages }: Outcome): readonly string[] {
  return messages.flatMap(({ log }) => (log === undefined ? [] : `${log.level} ${log.message}`));
}

export function catalogOf({ messages }: Outcome): AirbyteCatalog {
  const catalog = messages.flatMap((message) => message.catalog ?? [])[0];
  if (catalog === undefined) throw new Error('There is no CATALOG message.');
  return catalog;
}

/** A configured catalog of the named streams of a discovered one; all of them when none is named. */
export function configured(
  catalog: AirbyteCatalog,
  mode: 'full_refresh' | 'incremental',
  names?: readonly string[],
): unknown {
  return {
    streams: catalog.streams
      .filter(({ name }) => names === undefined || names.includes(name))
      .map((stream) => ({ stream, sync_mode: mode, destination_sync_mode: 'append' })),
  };
}
