import type { Example, Program } from './command.ts';
import { COMMON_OPTIONS, COMPLETION, openLine } from './command-line.ts';
import { examplesAt } from './place.ts';

/** What `--help` says after these words. */
export async function helpOf(program: Program, words: readonly string[]): Promise<string> {
  const examples = examplesText(program, examplesAt(program, words));
  // Of this one, yargs would print the script itself.
  const [word] = words;
  const completion = program.commands.find(({ name }) => name === COMPLETION && word === COMPLETION);
  if (completion !== undefined)
    return `${program.name} ${COMPLETION}\n\n${completion.summary}\n\n${examples}`;
  const help = await openLine(program, words).getHelp();
  return `${commonOptionsLast(help)}\n\n${examples}`;
}

function commonOptionsLast(help: string): string {
  const sections = help.trimEnd().split('\n\n');
  const isCommon = (section: string) => section.startsWith(COMMON_OPTIONS);
  return [...sections.filter((section) => !isCommon(section)), ...sections.filter(isCommon)].join('\n\n');
}

/** Each on a line of its own, however long, so that it can be copied: yargs would break it. */
function examplesText({ name }: Program, examples: readonly Example[]): string {
  const lines = examples.map(({ line, about }) => {
    const command = line.includes('$0') ? line.replaceAll('$0', name) : `${name} ${line}`;
    return `  ${about}\n    $ ${command}\n`;
  });
  return `Examples:\n${lines.join('\n')}`;
}
