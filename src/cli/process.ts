import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandContext } from '../console/command-context.ts';
import {
  BAD_INPUT,
  exitCodeOf,
  HUNG_UP,
  INTERRUPTED,
  OUTPUT_CLOSED,
  SUCCESS,
  TERMINATED,
} from '../console/exit-code.ts';
import { logOf } from '../console/log.ts';
import { createOutput, OutputClosed } from '../console/output.ts';
import { ConnectorError, sentence } from '../errors.ts';
import { packageRoot } from '../package-root.ts';
import { startTelemetry } from '../telemetry/start.ts';

/** Orchestrators kill after ten seconds. */
const GRACE_MS = 4_000;
/** A line that waits half written for its reader gets so long: half a line would crash a target. */
const LAST_MS = 9_000;

export interface ProcessOptions extends Pick<CommandContext, 'writer' | 'isDebug' | 'isQuiet' | 'program'> {
  /** For those who watch what runs: `source-centra read`. */
  readonly name: string;
}

/** Runs one command in this process and returns its exit code: signals, errors and a closed output are the same for all. */
export async function runProcess(
  { name, ...options }: ProcessOptions,
  command: (context: CommandContext) => Promise<number>,
): Promise<number> {
  const output = createOutput(process.stdout, process.stderr);
  const stop = new AbortController();
  let stoppedBy: NodeJS.Signals | undefined;
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    // Not once: packages that listen too end the process as soon as nobody else does.
    process.on(signal, () => {
      if (stoppedBy !== undefined) process.exit(codeOf(signal));
      stoppedBy = signal;
      stop.abort(new Error(`stopped by ${signal}`));
      const exit = () => process.exit(codeOf(signal));
      // Whatever hangs by then loses nothing: the last state that was printed stands.
      setTimeout(() => output.halt().then(exit), GRACE_MS).unref();
      setTimeout(exit, LAST_MS).unref();
    });
  }
  const version = packageVersion();
  const log = logOf(options.writer, output);
  const telemetry = await startTelemetry({
    environment: process.env,
    version,
    warn: (sentence) => log('warn', sentence),
    redact: output.redact,
  });
  const context: CommandContext = { ...options, output, log, signal: stop.signal, version, telemetry };
  const found = await telemetry.run(name, () =>
    command(context).catch((error: unknown) => report(error, context)),
  );
  const code = stoppedBy !== undefined && found !== SUCCESS ? codeOf(stoppedBy) : found;
  const isHandedOver = await telemetry.end();
  await output.flush();
  const lost = output.lost();
  if (lost !== undefined && code === SUCCESS) {
    process.stderr.write(`${options.writer.name}: ${sentence(lost)}\n`);
    return exitCodeOf(lost.kind);
  }
  if (!isHandedOver) process.exit(code);
  return code;
}

function codeOf(signal: NodeJS.Signals): number {
  if (signal === 'SIGHUP') return HUNG_UP;
  return signal === 'SIGTERM' ? TERMINATED : INTERRUPTED;
}

/** One sentence for what ended the command. */
async function report(
  error: unknown,
  { output, isDebug, writer, signal, telemetry }: CommandContext,
): Promise<number> {
  if (error instanceof OutputClosed) {
    if (error.reason !== undefined) process.stderr.write(`${writer.name}: ${sentence(error.reason)}\n`);
    return error.reason === undefined ? OUTPUT_CLOSED : exitCodeOf(error.reason.kind);
  }
  if (signal.aborted) {
    process.stderr.write(
      `${writer.name}: stopped. The next read goes on from the last state that was written.\n`,
    );
    return BAD_INPUT;
  }
  const failure = error instanceof ConnectorError ? error : unforeseen(error);
  telemetry.failed(failure);
  const written = writer.failure(failure, Date.now());
  const stack = isDebug && error instanceof Error ? `${error.stack ?? ''}\n` : '';
  await output.say({ ...written, err: written.err + stack }).catch(() => undefined);
  return exitCodeOf(failure.kind);
}

function unforeseen(error: unknown): ConnectorError {
  return new ConnectorError({
    kind: 'bug',
    code: 'bug/unexpected',
    message: `Something went wrong that was not foreseen (${error instanceof Error ? error.name : typeof error}).`,
    hint: 'Please report this; the same command with --debug shows where it happened.',
    cause: error,
  });
}

function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}
