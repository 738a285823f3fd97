import yargs, { type Argv } from 'yargs';
import { badCommandLine } from './bad-arguments.ts';

/** yargs, with what all our commands have in common. */
export interface CommandLine {
  readonly yargs: Argv;
  /** The help of the command that the arguments name. */
  readonly help: () => Promise<string>;
}

/** A file in its place is completed by the shell itself. */
type Completion = (
  current: string,
  argv: unknown,
  filter: (then: (error: Error | null, found: string[] | undefined) => void) => void,
  done: (found: string[]) => void,
) => void;

/** What yargs knows of the command that it is at, which its types do not tell. */
interface Inside {
  readonly getOptions: () => {
    readonly key: object;
    readonly array: readonly string[];
    readonly boolean: readonly string[];
    readonly choices: object;
  };
  readonly getInternalMethods: () => { readonly getContext: () => { readonly commands: readonly string[] } };
}

/** What a `fail` handler is given, which is not what the types say. */
interface Usage {
  readonly getCommands: () => readonly (readonly [string, ...unknown[]])[];
}

/** `program` is the name by which it is called. */
export function openCommandLine(program: string, args: readonly string[]): CommandLine {
  const line: Argv = yargs([...args]).scriptName(program);
  const inside = line as Argv & Inside;
  const examples = keepExamples(line, program);
  line
    .wrap(Math.min(130, process.stdout.columns ?? 80))
    .strict()
    .help()
    .exitProcess(false)
    .check((argv) => refuseRepeated(program, argv, inside), true)
    .fail((message, error, usage) => {
      if (error !== undefined && error !== null) throw error;
      const { commands } = inside.getInternalMethods().getContext();
      throw badCommandLine(message, {
        args,
        command: [program, ...commands].join(' '),
        options: Object.keys(inside.getOptions().key),
        commands: (usage as unknown as Usage).getCommands().map(([usageText]) => lastWord(usageText)),
      });
    });
  return { yargs: line, help: async () => withExamples(await line.getHelp(), examples) };
}

/** The group of the options that each command has: less worth knowing than its own, so they come after those. */
export const COMMON_OPTIONS = 'General options:';

export function asksForHelp(args: readonly string[]): boolean {
  return args.includes('--help');
}

/** What `--help` is about. */
export function withoutHelp(args: readonly string[]): readonly string[] {
  return args.filter((argument) => argument !== '--help');
}

/** Leaves a path to the shell, which knows the files: nothing is offered after an option that takes a free value. */
export function completionOf(line: Argv, args: readonly string[]): Completion {
  const { getOptions } = line as Argv & Inside;
  return (current, _, filter, done) => {
    const [before = ''] = args.slice(-2);
    filter((_error, found = []) => {
      const { boolean, key, choices } = getOptions.call(line);
      const option = /^--(.+)$/.exec(before)?.[1];
      const wantsValue =
        option !== undefined && option in key && !boolean.includes(option) && !(option in choices);
      done(wantsValue && !current.startsWith('-') ? [] : found);
    });
  };
}

/** Of a list yargs makes a list, also where one is wanted. */
function refuseRepeated(program: string, argv: Readonly<Record<string, unknown>>, inside: Inside): true {
  const { array, key } = inside.getOptions();
  const repeated = Object.keys(key).find((name) => Array.isArray(argv[name]) && !array.includes(name));
  if (repeated === undefined) return true;
  const { commands } = inside.getInternalMethods().getContext();
  throw badCommandLine(`--${repeated} is given more than once.`, {
    args: [],
    command: [program, ...commands].join(' '),
    options: [],
    commands: [],
  });
}

/** `source-centra catalog check [catalog]` is the command `check`. */
function lastWord(usage: string): string {
  return (
    usage
      .split(' ')
      .filter((word) => /^[a-z]/.test(word))
      .at(-1) ?? usage
  );
}

interface Example {
  readonly command: string;
  readonly words: string;
}

/** yargs breaks examples over lines, and what is broken cannot be copied: it gets a mark in the place of each. */
function keepExamples(line: Argv, program: string): readonly Example[] {
  const examples: Example[] = [];
  const add = line.example.bind(line);
  const keep = (command: string, words: string) => {
    examples.push({ command: command.replaceAll('$0', program), words });
    return add(`example-${examples.length - 1}`, '');
  };
  line.example = keep as typeof line.example;
  return examples;
}

function withExamples(help: string, examples: readonly Example[]): string {
  const sections = help.trimEnd().split('\n\n');
  const common = sections.filter((section) => section.startsWith(COMMON_OPTIONS));
  const own = sections.filter((section) => !common.includes(section));
  const at = own.findIndex((section) => section.startsWith('Examples:'));
  const ordered = at < 0 ? [...own, ...common] : [...own.slice(0, at), ...common, ...own.slice(at)];
  const text = ordered.join('\n\n').replaceAll(/^ +example-(\d+) *$/gm, (_, index: string) => {
    const { command = '', words = '' } = examples[Number(index)] ?? {};
    return `  ${words}\n    $ ${command}\n`;
  });
  return `${text.trimEnd()}\n`;
}
