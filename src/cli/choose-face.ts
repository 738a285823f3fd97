import { wantsColour } from '../console/capabilities.ts';
import { type LogFormat, logLineOf } from '../console/log-lines.ts';
import { sentence } from '../errors.ts';
import { airbyteWriter } from '../protocol/airbyte/writer.ts';
import { singerWriter } from '../protocol/singer/writer.ts';
import type { Writer } from '../protocol/writer.ts';

const protocolCommands: ReadonlySet<string> = new Set(['spec', 'check', 'discover', 'read']);

export interface FaceChoice {
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** Whether stderr is a terminal. */
  readonly isTty: boolean;
}

/**
 * How a command line wants to be written to. It is known before the arguments are understood, since what is wrong with them
 * must be said in the right form, too.
 */
export function chooseFace({ args, environment, isTty }: FaceChoice): Writer {
  const command = args.find((argument) => !argument.startsWith('-')) ?? '';
  const format = optionIn(args, 'format');
  if (protocolCommands.has(command) && format !== 'jsonl') return airbyteWriter;
  if (command === 'serve' && args.includes('--read'))
    return format === 'singer' ? singerWriter : airbyteWriter;
  return peopleWriter({
    format: optionIn(args, 'log-format') === 'json' ? 'json' : 'text',
    isColoured: wantsColour({ isTty, environment }),
    isQuiet: args.includes('--quiet'),
  });
}

function optionIn(args: readonly string[], option: string): string | undefined {
  const at = args.findIndex((argument) => argument === `--${option}` || argument.startsWith(`--${option}=`));
  const found = args[at];
  return found?.includes('=') === true
    ? found.slice(found.indexOf('=') + 1)
    : at < 0
      ? undefined
      : args[at + 1];
}

/** For commands that write for people: stdout holds their result, stderr what happens on the way. */
function peopleWriter(options: {
  readonly format: LogFormat;
  readonly isColoured: boolean;
  readonly isQuiet: boolean;
}): Writer {
  const { format, isColoured, isQuiet } = options;
  return Object.freeze<Writer>({
    name: 'source-centra',
    isProtocol: false,
    log: ({ level, message }) => {
      const isTold = !isQuiet || level === 'warn' || level === 'error';
      return {
        out: '',
        err: isTold ? logLineOf(format, { timeMs: Date.now(), level, message }, isColoured) : '',
      };
    },
    failure: (error) => ({
      out: '',
      err:
        format === 'json'
          ? logLineOf(format, { timeMs: Date.now(), level: 'error', message: sentence(error) }, isColoured)
          : `source-centra: ${sentence(error)}\n`,
    }),
  });
}
