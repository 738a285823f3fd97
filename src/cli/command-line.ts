import yargs, { type Argv } from 'yargs';
import type { ConnectorError } from '../errors.ts';
import { badArguments, refusalOf } from './bad-arguments.ts';
import type { Command, CommandGroup, Program, Speech } from './command.ts';
import { isGroup, type Place, placeOf, type Understood } from './place.ts';

/** What a command line asks for. */
export interface Asked {
  /** The words of the command, with the program's name: `source-centra catalog check`. */
  readonly name: string;
  readonly speech: Speech;
  /** What was understood, by the camel-case names of options and positionals. */
  readonly args: Readonly<Record<string, unknown>>;
  readonly wish:
    | { readonly kind: 'run'; readonly command: Command }
    | { readonly kind: 'help'; readonly words: readonly string[] }
    | { readonly kind: 'version' }
    /** A text that is ready, such as what a shell needs to complete commands. */
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'refused'; readonly error: ConnectorError };
}

/** The one way in which arguments are understood. Nothing is thrown for what is wrong with them. */
export function understand(program: Program, args: readonly string[]): Asked {
  let place: Place = placeOf(program, []);
  let refusal: string | undefined;
  let text: string | undefined;
  const line = openLine(program, args, {
    entered: (words) => {
      place = placeOf(program, words);
    },
    // A shell may be told that nothing fits.
    completing: () => {
      text = '';
    },
  });
  line.fail((message, error) => {
    // What is not about the arguments is a fault of this program.
    if (error !== undefined && error !== null && error.name !== 'YError') throw error;
    refusal = message ?? error?.message;
    throw new Refused();
  });
  let parsed: Understood = { _: [] };
  try {
    line.parse([...args], {}, (_error: unknown, _argv: unknown, output: string) => {
      if (output !== '') text = output;
    });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
  // Also of what was refused in the end.
  if (line.parsed !== false) parsed = line.parsed.argv as Understood;
  const name = [program.name, ...place.words].join(' ');
  const speech = place.command?.speech(parsed) ?? 'people';
  return { name, speech, args: parsed, wish: wishOf(program, place, parsed, { refusal, text }) };
}

/** Ends yargs where it would go on after a refusal. */
class Refused extends Error {}

function wishOf(
  program: Program,
  place: Place,
  parsed: Understood,
  { refusal, text }: { readonly refusal: string | undefined; readonly text: string | undefined },
): Asked['wish'] {
  const { command, words } = place;
  const first = String(parsed._[0] ?? '');
  if (parsed.help === true)
    return { kind: 'help', words: words.length === 0 && first === COMPLETION ? [first] : words };
  if (parsed.version === true) return { kind: 'version' };
  if (text !== undefined) return { kind: 'text', text };
  const error = refusalOf(program, place, parsed, refusal);
  if (error !== undefined) return { kind: 'refused', error };
  if (command === undefined && words.length === 0) return { kind: 'help', words: [] };
  if (command === undefined)
    return {
      kind: 'refused',
      error: badArguments([program.name, ...words].join(' '), `Say which ${words.join(' ')} command to run.`),
    };
  if (command.name !== HELP) return { kind: 'run', command };
  return helpWish(program, Array.isArray(parsed.command) ? parsed.command.map(String) : []);
}

/** `help catalog check`. */
function helpWish(program: Program, words: readonly string[]): Asked['wish'] {
  const place = placeOf(program, words);
  if (place.rest.length === 0) return { kind: 'help', words };
  const error = refusalOf(program, place, { _: words }, undefined);
  return error === undefined ? { kind: 'help', words: place.words } : { kind: 'refused', error };
}

/** The word that prints what a shell needs; yargs knows how. */
export const COMPLETION = 'completion';
const HELP = 'help';
/** With it, a shell asks what may come next. */
const COMPLETIONS_FLAG = '--get-yargs-completions';

/** The group of the options that each command has: less worth knowing than its own, so they come after those. */
export const COMMON_OPTIONS = 'General options:';

export interface LineEvents {
  /** With the words of each command that is met. */
  readonly entered?: (words: readonly string[]) => void;
  /** When a shell asks what may come next. */
  readonly completing?: () => void;
}

/** yargs, told what the table says. */
export function openLine(program: Program, args: readonly string[], events: LineEvents = {}): Argv {
  const line: Argv = yargs([...args]).scriptName(program.name);
  const usage = `$0 ${program.command === undefined ? '<command>' : '[options]'}\n\n${program.about}`;
  line
    .usage(usage)
    // Both are options of the table, so that they are understood like all others; and messages are known in English.
    .help(false)
    .version(false)
    .locale('en')
    .exitProcess(false)
    .wrap(Math.min(130, process.stdout.columns ?? 80))
    .parserConfiguration({ 'dot-notation': false, 'parse-positional-numbers': false })
    .options(program.options)
    .group(Object.keys(program.options), COMMON_OPTIONS);
  if (program.command !== undefined) line.options(program.command.options);
  for (const entry of program.commands) {
    if (entry.name === COMPLETION)
      line.completion(COMPLETION, entry.summary, completionOf(program, args, events));
    else addEntry(line, entry, [], events);
  }
  return line;
}

function addEntry(
  line: Argv,
  entry: Command | CommandGroup,
  above: readonly string[],
  events: LineEvents,
): void {
  const words = [...above, entry.name];
  const positionals = isGroup(entry) ? {} : entry.positionals;
  const places = Object.entries(positionals).map(([name, { demandOption, array }]) => {
    const place = array === true ? `${name}..` : name;
    return demandOption === true ? `<${place}>` : `[${place}]`;
  });
  const builder = (inner: Argv): Argv => {
    events.entered?.(words);
    if (isGroup(entry)) for (const one of entry.commands) addEntry(inner, one, words, events);
    else inner.options(entry.options);
    for (const [name, option] of Object.entries(positionals)) inner.positional(name, option);
    return inner;
  };
  line.command([entry.name, ...places].join(' '), entry.summary, builder, () => undefined);
}

/** A file in its place is completed by the shell itself. */
type Completion = (
  current: string,
  argv: unknown,
  filter: (then: (error: Error | null, found: string[] | undefined) => void) => void,
  done: (found: string[]) => void,
) => void;

/** Leaves a path to the shell, which knows the files: nothing is offered after an option that takes a free value. */
function completionOf(program: Program, args: readonly string[], { completing }: LineEvents): Completion {
  return (current, _, filter, done) => {
    completing?.();
    const [before = ''] = args.slice(-2);
    filter((_error, found = []) => {
      // After the flag comes the name by which the program was called.
      const { options } = placeOf(program, args.slice(args.indexOf(COMPLETIONS_FLAG) + 2));
      const option = options[/^--(.+)$/.exec(before)?.[1] ?? ''];
      const wantsValue = option !== undefined && option.type !== 'boolean' && option.choices === undefined;
      done(wantsValue && !current.startsWith('-') ? [] : found);
    });
  };
}
