import type { ArgumentsCamelCase, InferredOptionTypes, Options, PositionalOptions } from 'yargs';
import type { CommandContext } from '../console/command-context.ts';

/** What a command says, and in whose form its errors come: for people, or as the messages of a protocol. */
export type Speech = 'people' | 'airbyte' | 'singer';

/** A command line as a user would type it, and what it is good for. */
export interface Example {
  /** The words after the name of the program, unless it has `$0` for that name. */
  readonly line: string;
  readonly about: string;
}

type OptionTable = Readonly<Record<string, Options>>;
type PositionalTable = Readonly<Record<string, PositionalOptions>>;

/** One command: what it takes, and how it is loaded and run. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly positionals: PositionalTable;
  readonly options: OptionTable;
  readonly examples: readonly Example[];
  /** Known from whatever was understood of the arguments, since what is wrong with the others is said in this form too. */
  readonly speech: (args: Readonly<Record<string, unknown>>) => Speech;
  /** Returns the exit code. */
  readonly run: (args: Readonly<Record<string, unknown>>, context: CommandContext) => Promise<number>;
}

/** Commands under one word. */
export interface CommandGroup {
  readonly name: string;
  readonly summary: string;
  readonly commands: readonly Command[];
  readonly examples: readonly Example[];
}

/** What can be called by one name. */
export interface Program {
  readonly name: string;
  /** What it is for, in a sentence or two. */
  readonly about: string;
  /** The options that each of its commands has. */
  readonly options: OptionTable;
  /** Of a program without commands: all that it does. */
  readonly command?: Command;
  readonly commands: readonly (Command | CommandGroup)[];
  readonly examples: readonly Example[];
}

type Arguments<P extends PositionalTable, O extends OptionTable> = ArgumentsCamelCase<
  InferredOptionTypes<P & O>
>;

/** Describes a command. `load` imports it only when it is run, so that no command waits for what another one needs. */
export function command<const P extends PositionalTable, const O extends OptionTable>(described: {
  readonly name: string;
  readonly summary: string;
  readonly positionals?: P;
  readonly options?: O;
  readonly examples: readonly Example[];
  readonly speech?: Speech | Command['speech'];
  readonly load: () => Promise<(args: Arguments<P, O>, context: CommandContext) => Promise<number>>;
}): Command {
  const { speech = 'people', load } = described;
  return Object.freeze<Command>({
    ...described,
    positionals: described.positionals ?? {},
    options: described.options ?? {},
    speech: typeof speech === 'function' ? speech : () => speech,
    // The parser has made them what the tables say.
    run: async (args, context) => (await load())(args as Arguments<P, O>, context),
  });
}
