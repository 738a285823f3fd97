import { PassThrough } from 'node:stream';
import type { Surroundings } from '../../../src/console/command-context.ts';
import { createOutput } from '../../../src/console/output.ts';
import { airbyteFace, type ReadingFace } from '../../../src/protocol/face.ts';
import { noTelemetry } from '../../../src/telemetry/telemetry.ts';

/** What a command gets that runs in the test's own process, and what it says there. */
export function quietSurroundings(): {
  readonly surroundings: Surroundings<ReadingFace>;
  readonly printed: () => string;
} {
  const out = new PassThrough();
  let text = '';
  out.setEncoding('utf8').on('data', (more: string) => {
    text += more;
  });
  return {
    surroundings: {
      output: createOutput(out, new PassThrough().resume()),
      log: () => undefined,
      signal: new AbortController().signal,
      version: '0',
      isDebug: false,
      isQuiet: false,
      telemetry: noTelemetry,
      face: airbyteFace,
    },
    printed: () => text,
  };
}
