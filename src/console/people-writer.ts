import { sentence } from '../errors.ts';
import type { Writer } from '../protocol/writer.ts';
import { type LogFormat, logLineOf } from './log-lines.ts';

/** For commands that write for people: stdout holds their result, stderr what happens on the way. */
export function peopleWriter(options: {
  readonly format: LogFormat;
  readonly isColoured: boolean;
  readonly isQuiet: boolean;
}): Writer {
  const { format, isColoured, isQuiet } = options;
  return Object.freeze<Writer>({
    name: 'source-centra',
    isProtocol: false,
    log: ({ level, message }) => {
      const isShown = !isQuiet || level === 'warn' || level === 'error';
      return {
        out: '',
        err: isShown ? logLineOf(format, { timeMs: Date.now(), level, message }, isColoured) : '',
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
