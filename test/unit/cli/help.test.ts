import { expect, test } from 'vitest';
import { sourceCentra } from '../../../src/cli/commands.ts';
import { helpOf } from '../../../src/cli/help.ts';

interface Help {
  readonly command: readonly string[];
  readonly text: string;
}

/** The help of a command and of all commands inside of it. */
async function allHelp(command: readonly string[] = []): Promise<readonly Help[]> {
  const text = await helpOf(sourceCentra, command);
  const inner = await Promise.all(commandsIn(text).map((words) => allHelp(words)));
  return [{ command, text }, ...inner.flat()];
}

/** The commands that a help text lists, as words after the name of the program. */
function commandsIn(help: string): readonly (readonly string[])[] {
  const list = /^Commands:\n((?: .*\n)+)/m.exec(help)?.[1] ?? '';
  return [...list.matchAll(/^ {2}source-centra ((?:[a-z-]+ ?)+)/gm)].map(([, words = '']) =>
    words.trim().split(' '),
  );
}

test('the help of each command teaches by examples that can be copied', async () => {
  const all = await allHelp();
  const names = all.map(({ command }) => command.join(' '));
  expect(names).toEqual(expect.arrayContaining(['check', 'config init', 'catalog preview', 'sandbox']));
  for (const { command, text } of all) {
    const name = ['source-centra', ...command].join(' ');
    const [, examples = ''] = text.split('\nExamples:\n');
    const lines = examples.split('\n').filter((line) => line !== '');
    expect(lines.length, name).toBeGreaterThan(0);
    // Words on one line, and the whole command on the next.
    for (const [index, line] of lines.entries())
      expect(line).toMatch(index % 2 === 0 ? /^ {2}\S/ : /^ {4}\$ .*source-centra/);
    expect(examples, name).toContain(name);
  }
});

test('the options that every command has come after its own', async () => {
  const help = await helpOf(sourceCentra, ['read']);
  const places = ['Options:', '--config', 'General options:', '--quiet', '--help', 'Examples:'].map((text) =>
    help.indexOf(`${text.startsWith('-') ? '  ' : '\n\n'}${text}`),
  );
  expect(places).toEqual([...places].sort((a, b) => a - b));
  expect(places.every((place) => place > 0)).toBe(true);
});
