import type { ClientObserver } from '../centra/client.ts';
import type { LogMessage } from '../protocol/message.ts';
import type { Writer } from '../protocol/writer.ts';
import { Repeats } from '../repeats.ts';
import type { Output } from './output.ts';

export type Log = (level: LogMessage['level'], message: string) => void;

/** Says things as the writer wants them. When nobody reads them any more, the next record or state finds out. */
export function logOf(writer: Writer, output: Output): Log {
  return (level, message) => {
    output.say(writer.log({ level, message })).catch(() => undefined);
  };
}

/** Tells people what the client goes through. */
export function loggingObserver(log: Log): ClientObserver {
  const repeats = new Repeats();
  return {
    throttled: (untilMs, what) => {
      log('info', `Centra's limits are used up; ${what} goes on at ${new Date(untilMs).toISOString()}.`);
    },
    retrying: (error, attempt, delayMs) => {
      const text = `${error.message} Attempt ${attempt + 1} follows in ${Math.ceil(delayMs / 1000)} s.`;
      const told = repeats.note(text);
      if (told !== undefined) log('warn', told);
    },
    deprecated: (text) => log('warn', `Centra says of a field or permission that is used here: ${text}`),
    refused: ({ permission, path }, what) => {
      log(
        'warn',
        `The API token lacks ${permission ?? 'a permission'}: ${path.at(-1) ?? 'a part'} of ${what} stays empty.`,
      );
    },
    repeated: ({ text, count }) => log('info', `Centra said this with ${count} answers: ${text}`),
  };
}
