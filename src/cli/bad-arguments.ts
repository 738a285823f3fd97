import type { Options } from 'yargs';
import { didYouMean, inWords, nearMatches } from '../catalog/language/near-match.ts';
import { ConnectorError } from '../errors.ts';
import type { Program } from './command.ts';
import type { Place, Understood } from './place.ts';

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

/** What is wrong with a command line, if anything is. `refusal` is what yargs says of it. */
export function refusalOf(
  program: Program,
  place: Place,
  parsed: Understood,
  refusal: string | undefined,
): ConnectorError | undefined {
  const name = [program.name, ...place.words].join(' ');
  const bad = (message: string, hint?: string) => badArguments(name, message, hint);
  const strange = strangeWords(place, parsed);
  // As long as the command is not known, nobody can say which options it has.
  if (strange[0] !== undefined && place.next.length > 0)
    return bad(`There is no command "${strange[0]}".`, didYouMean(strange[0], place.next));
  const unknown = unknownOptions(place, parsed);
  if (unknown.length > 0 && place.command === undefined && place.next.length > 0) {
    const what = place.words.length === 0 ? '' : `${place.words.join(' ')} `;
    return bad(`Say which ${what}command to run.`);
  }
  if (unknown.length > 0) return bad(...aboutOptions(unknown, place));
  if (strange.length > 0) return bad(`Unknown argument: ${inWords(strange, 'and')}.`);
  const { options } = place;
  const repeated = Object.keys(options).find(
    (option) => Array.isArray(parsed[option]) && options[option]?.array !== true,
  );
  if (repeated !== undefined) return bad(`--${repeated} is given more than once.`);
  const noNumber = Object.keys(options).find((option) => Number.isNaN(parsed[option]));
  if (noNumber !== undefined) return bad(`--${noNumber} takes a number.`);
  if (refusal === undefined) return undefined;
  const choice = /Argument: ([\w-]+), Given: (.*), Choices: (.*)/.exec(refusal);
  if (choice === null) return bad(refusal);
  const [, option = '', given = '', choices = ''] = choice;
  const known = choices.split(', ').map((one) => JSON.parse(one) as string);
  return bad(`--${option} cannot be ${given.replaceAll(/^"|"$/g, '')}.`, `Use ${inWords(known, 'or')}.`);
}

/** Words that are neither a command nor one of its positionals. */
function strangeWords({ words, command }: Place, parsed: Understood): readonly string[] {
  const positionals = Object.keys(command?.positionals ?? {});
  const rest = parsed._.slice(words.length).map(String);
  // yargs takes away what it has understood as a positional.
  const isTaken = positionals.some((name) => parsed[name] !== undefined);
  return isTaken ? rest : rest.slice(positionals.length);
}

/** As they were written: yargs names an option with hyphens in two spellings. */
function unknownOptions({ options, command }: Place, parsed: Understood): readonly string[] {
  const known = new Set(
    [...Object.entries(options), ...Object.entries(command?.positionals ?? {})].flatMap(([name, option]) => [
      name,
      ...aliasesOf(option),
    ]),
  );
  const written = Object.keys(parsed)
    .filter((key) => key !== '_' && key !== '$0')
    .map((key) => key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));
  return [...new Set(written)].filter((name) => !known.has(name));
}

function aliasesOf({ alias }: Pick<Options, 'alias'>): readonly string[] {
  return typeof alias === 'string' ? [alias] : (alias ?? []);
}

function aboutOptions(
  unknown: readonly string[],
  { options }: Place,
): readonly [message: string, hint: string | undefined] {
  const long = unknown.filter((name) => name.length > 1);
  // One hyphen means as many options as letters follow.
  if (long.length === 0) return [`There is no option -${unknown[0]}.`, 'Options begin with two hyphens.'];
  const near = long.flatMap((name) => nearMatches(name, Object.keys(options))).map((name) => `--${name}`);
  return [
    long.map((name) => `There is no option --${name}.`).join(' '),
    near.length === 0 ? undefined : `Did you mean ${inWords([...new Set(near)], 'or')}?`,
  ];
}
