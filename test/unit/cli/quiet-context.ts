import { PassThrough } from 'node:stream';
import type { CommandContext } from '../../../src/console/command-context.ts';
import { createOutput } from '../../../src/console/output.ts';
import { airbyteWriter } from '../../../src/protocol/airbyte/writer.ts';
import type { ProtocolWriter } from '../../../src/protocol/writer.ts';
import { noTelemetry } from '../../../src/telemetry/telemetry.ts';

/** What a command gets that runs in the test's own process, and what it says there. */
export function quietContext(): {
  readonly context: CommandContext<ProtocolWriter>;
  readonly printed: () => string;
} {
  const out = new PassThrough();
  let text = '';
  out.setEncoding('utf8').on('data', (more: string) => {
    text += more;
  });
  return {
    context: {
      output: createOutput(out, new PassThrough().resume()),
      log: () => undefined,
      signal: new AbortController().signal,
      version: '0',
      program: [],
      isDebug: false,
      isQuiet: false,
      telemetry: noTelemetry,
      writer: airbyteWriter,
    },
    printed: () => text,
  };
}
