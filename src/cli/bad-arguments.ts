import { ConnectorError } from '../errors.ts';

/** What yargs says of a command line, as an error of ours. */
export function badArguments(command: string, message: string): ConnectorError {
  return new ConnectorError({
    kind: 'config',
    code: 'cli/arguments',
    message: message.endsWith('.') ? message : `${message}.`,
    hint: `Run ${command} --help to see the commands and their arguments.`,
  });
}
