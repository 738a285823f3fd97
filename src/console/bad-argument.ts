import { ConnectorError } from '../errors.ts';

/** What is wrong with an argument of a command, and what to write instead. */
export function badArgument(message: string, hint: string): ConnectorError {
  return new ConnectorError({ kind: 'config', code: 'cli/arguments', message, hint });
}
