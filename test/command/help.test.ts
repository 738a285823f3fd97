import { expect, test } from 'vitest';
import { sourceCentra } from './harness.ts';

interface Help {
  readonly command: readonly string[];
  readonly text: string;
}

/** The help of a command and of all commands inside of it. */
async function helpOf(command: readonly string[] = []): Promise<readonly Help[]> {
  const { code, stdout: text } = await sourceCentra([...command, '--help'], { isForPeople: true });
  expect(code, command.join(' ')).toBe(0);
  const inner = await Promise.all(commandsIn(text).map((words) => helpOf(words)));
  return [{ command, text }, ...inner.flat()];
}

/** The commands that a help text lists, as words after the name of the program. */
function commandsIn(help: string): readonly (readonly string[])[] {
  const list = /^Commands:\n((?: .*\n)+)/m.exec(help)?.[1] ?? '';
  return [...list.matchAll(/^ {2}source-centra ((?:[a-z-]+ ?)+)/gm)].map(([, words = '']) =>
    words.trim().split(' '),
  );
}

test('the help of each command teaches by example', async () => {
  const all = await helpOf();
  const names = all.map(({ command }) => command.join(' '));
  expect(names).toEqual(expect.arrayContaining(['check', 'config init', 'catalog preview', 'sandbox']));
  for (const { command, text } of all) {
    if (command[0] === 'completion') continue;
    const name = ['source-centra', ...command].join(' ');
    const [, examples = ''] = text.split('\nExamples:\n');
    expect(examples.replaceAll(/\s+/g, ' '), name).toContain(name);
  }
});
