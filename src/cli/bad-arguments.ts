import { didYouMean, inWords, nearMatches } from '../catalog/language/near-match.ts';
import { ConnectorError } from '../errors.ts';

/** What is wrong with the arguments of a command, such as `source-centra sandbox`. */
export function badArguments(command: string, message: string, hint?: string): ConnectorError {
  const help = `Run ${command} --help to see what it takes.`;
  return new ConnectorError({
    kind: 'config',
    code: 'cli/arguments',
    message: message.endsWith('.') ? message : `${message}.`,
    hint: hint === undefined ? help : `${hint} ${help}`,
  });
}

/** How far a command line was understood. */
export interface Understood {
  readonly args: readonly string[];
  /** The command, with the program's name. */
  readonly command: string;
  /** The options that it has, and the commands inside of it. */
  readonly options: readonly string[];
  readonly commands: readonly string[];
}

/** What yargs says of a command line, as an error of ours: in one line, and with what may have been meant. */
export function badCommandLine(message: string, understood: Understood): ConnectorError {
  const { command } = understood;
  const unknown = /^Unknown (?:argument|command)s?: (.*)$/.exec(message)?.[1];
  if (unknown !== undefined) return unknownArguments(unknown.split(', '), understood);
  const choice = /Argument: ([\w-]+), Given: (.*), Choices: (.*)/.exec(message);
  if (choice !== null) {
    const [, option = '', given = '', choices = ''] = choice;
    const known = choices.split(', ').map((one) => JSON.parse(one) as string);
    const words = given.replaceAll(/^"|"$/g, '');
    return badArguments(command, `--${option} cannot be ${words}.`, `Use ${inWords(known, 'or')}.`);
  }
  return badArguments(command, message);
}

/** yargs names an option with hyphens in two spellings. */
function unknownArguments(
  names: readonly string[],
  { args, command, options, commands }: Understood,
): ConnectorError {
  const written = [...new Set(names.map((name) => name.replaceAll(/[A-Z]/g, (A) => `-${A.toLowerCase()}`)))];
  const isOption = (name: string) => args.some((argument) => argument.split('=')[0] === `--${name}`);
  const word = names.find((name) => args.includes(name) && !isOption(name));
  // As long as the command is not known, nobody can say which options it has.
  if (word !== undefined && commands.length > 0) {
    return badArguments(command, `There is no command "${word}".`, didYouMean(word, commands));
  }
  const unknown = written.filter(isOption);
  if (unknown.length === 0) return badArguments(command, `Unknown argument: ${inWords(names, 'and')}.`);
  const near = unknown.flatMap((name) => nearMatches(name, options)).map((name) => `--${name}`);
  return badArguments(
    command,
    unknown.map((name) => `There is no option --${name}.`).join(' '),
    near.length === 0 ? undefined : `Did you mean ${inWords([...new Set(near)], 'or')}?`,
  );
}
