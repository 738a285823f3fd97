import type { Command, CommandGroup, Program } from './command.ts';

/** Arguments as they were parsed: options and positionals by their names, and the words that are neither in `_`. */
export type Understood = Readonly<Record<string, unknown>> & { readonly _: readonly (string | number)[] };

/** Where in the table of a program some words lead. */
export interface Place {
  /** The words that name a command or a group. */
  readonly words: readonly string[];
  /** The words after them. */
  readonly rest: readonly string[];
  /** Undefined at the program itself, and at a group. */
  readonly command: Command | undefined;
  /** The options that may stand here. */
  readonly options: Command['options'];
  /** The words that may come next. */
  readonly next: readonly string[];
}

export function isGroup(entry: Command | CommandGroup): entry is CommandGroup {
  return 'commands' in entry;
}

/** Follows words through the table as far as it knows them. */
export function placeOf(program: Program, words: readonly string[]): Place {
  let entries: readonly (Command | CommandGroup)[] = program.commands;
  let command = program.command;
  let depth = 0;
  for (const word of words) {
    const entry = entries.find(({ name }) => name === word);
    if (entry === undefined) break;
    depth += 1;
    if (isGroup(entry)) entries = entry.commands;
    else {
      command = entry;
      entries = [];
    }
  }
  return {
    words: words.slice(0, depth),
    rest: words.slice(depth),
    command,
    options: { ...program.options, ...command?.options },
    next: entries.map(({ name }) => name),
  };
}

/** The commands that a group or a program offers, with their words. */
export function examplesAt(program: Program, words: readonly string[]): Program['examples'] {
  const { command } = placeOf(program, words);
  if (command !== undefined) return command.examples;
  const group = program.commands.find(({ name }) => name === words[0]);
  return group?.examples ?? program.examples;
}
