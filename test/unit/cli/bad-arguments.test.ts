import { expect, test } from 'vitest';
import { type Command, command, type Program } from '../../../src/cli/command.ts';
import { type Asked, understand } from '../../../src/cli/command-line.ts';
import { sourceCentra } from '../../../src/cli/commands.ts';
import { sentence } from '../../../src/errors.ts';

const never = async (): Promise<never> => {
  throw new RangeError('No command runs here.');
};

/** A program with two commands and a group. */
const centra: Program = {
  name: 'centra',
  about: 'A program.',
  options: {
    quiet: { type: 'boolean' },
    'log-format': { choices: ['text', 'json'] },
    help: { type: 'boolean' },
    version: { type: 'boolean' },
  },
  examples: [],
  commands: [
    command({
      name: 'read',
      summary: 'Read',
      options: {
        config: { type: 'string', demandOption: true },
        only: { type: 'string', array: true },
        limit: { type: 'number' },
        from: { type: 'string', conflicts: 'only' },
        'start-date': { type: 'string' },
        format: { choices: ['airbyte', 'jsonl'] },
      },
      examples: [],
      speech: ({ format }) => (format === 'jsonl' ? 'people' : 'airbyte'),
      load: never,
    }),
    {
      name: 'catalog',
      summary: 'Catalogs',
      examples: [],
      commands: [
        command({
          name: 'check',
          summary: 'Check',
          positionals: { catalog: { type: 'string' } },
          examples: [],
          load: never,
        }),
      ],
    },
    command({
      name: 'help',
      summary: 'Help',
      positionals: { command: { type: 'string', array: true } },
      examples: [],
      load: never,
    }),
  ],
};

function refusalOf({ wish }: Asked): string {
  return wish.kind === 'refused' ? sentence(wish.error) : '';
}

test.each<[readonly string[], string]>([
  [
    ['read', '--config', 'c', '--frmat', 'jsonl'],
    'There is no option --frmat. Did you mean --format? Run centra read --help to see what it takes.',
  ],
  [
    ['read', '--config', 'c', '--start-dat', 'x', '--onyl', 'y'],
    'There is no option --start-dat. There is no option --onyl. Did you mean --start-date or --only? Run centra read --help to see what it takes.',
  ],
  [
    ['read', '--frmat=jsonl'],
    'There is no option --frmat. Did you mean --format? Run centra read --help to see what it takes.',
  ],
  [
    ['raed', '--config', 'c'],
    'There is no command "raed". Did you mean read? Run centra --help to see what it takes.',
  ],
  [
    ['catalog', 'chekc'],
    'There is no command "chekc". Did you mean check? Run centra catalog --help to see what it takes.',
  ],
  [
    ['help', 'catalog', 'chekc'],
    'There is no command "chekc". Did you mean check? Run centra catalog --help to see what it takes.',
  ],
  [['read', '--config', 'c', 'more'], 'Unknown argument: more. Run centra read --help to see what it takes.'],
  [
    ['catalog', 'check', 'a', 'b'],
    'Unknown argument: b. Run centra catalog check --help to see what it takes.',
  ],
  [
    ['read', '--config', 'c', '-x'],
    'There is no option -x. Options begin with two hyphens. Run centra read --help to see what it takes.',
  ],
  [
    ['read', '--config.x', 'c'],
    'There is no option --config.x. Did you mean --config? Run centra read --help to see what it takes.',
  ],
  [
    ['read', '--config', 'c', '--limit', 'few'],
    '--limit takes a number. Run centra read --help to see what it takes.',
  ],
  [
    ['read', '--config', 'c', '--format', 'json'],
    '--format cannot be json. Use airbyte or jsonl. Run centra read --help to see what it takes.',
  ],
  [
    ['read', '--config', 'a', '--config', 'b'],
    '--config is given more than once. Run centra read --help to see what it takes.',
  ],
  [
    ['read', '--config', 'a', '--only', 'orders', '--from', 'x'],
    'Arguments from and only are mutually exclusive. Run centra read --help to see what it takes.',
  ],
  [['read'], 'Missing required argument: config. Run centra read --help to see what it takes.'],
  [['catalog'], 'Say which catalog command to run. Run centra catalog --help to see what it takes.'],
  [['--config', 'c'], 'Say which command to run. Run centra --help to see what it takes.'],
  [['read', '--config', 'a', '--only', 'orders', '--only', 'returns'], ''],
])('%j', (args, expected) => {
  expect(refusalOf(understand(centra, args))).toBe(expected);
});

/** What is understood of a command line, in short. */
function shortly(args: readonly string[]): object {
  const { name, speech, args: understood, wish } = understand(centra, args);
  const { quiet, logFormat } = understood;
  const words = wish.kind === 'help' ? { words: wish.words } : {};
  return { name, speech, kind: wish.kind, quiet, logFormat, ...words };
}

const read = { name: 'centra read', speech: 'airbyte', kind: 'run', quiet: undefined, logFormat: undefined };

test.each<[readonly string[], object]>([
  [['read', '--config', 'c'], read],
  [['--quiet', 'read', '--config', 'c'], { ...read, quiet: true }],
  [['read', '--config', 'c', '--quiet=true'], { ...read, quiet: true }],
  [['read', '--config', 'c', '--no-quiet'], { ...read, quiet: false }],
  [['--log-format', 'json', 'read', '--config', 'c'], { ...read, logFormat: 'json' }],
  [
    ['--log-format=json', 'read', '--format=jsonl', '--config', 'c'],
    { ...read, speech: 'people', logFormat: 'json' },
  ],
  // What an option is given is not taken for an option or a command.
  [['read', '--config=--quiet'], read],
  [['read', '--config', 'read', '--only', 'catalog'], read],
  // What is wrong is said in the form that was asked for, also where the rest is not understood.
  [['read', '--format', 'jsonl', '--colour'], { ...read, speech: 'people', kind: 'refused' }],
  [['--quiet', 'read', '--colour'], { ...read, quiet: true, kind: 'refused' }],
  [['catalog', 'check', 'read'], { ...read, name: 'centra catalog check', speech: 'people' }],
  [[], { ...read, name: 'centra', speech: 'people', kind: 'help', words: [] }],
  [['--quiet'], { ...read, name: 'centra', speech: 'people', kind: 'help', words: [], quiet: true }],
  [['read', '--help', '--colour'], { ...read, kind: 'help', words: ['read'] }],
  [
    ['--help', 'catalog', 'check'],
    { ...read, name: 'centra catalog check', speech: 'people', kind: 'help', words: ['catalog', 'check'] },
  ],
  [
    ['help', 'catalog', 'check'],
    { ...read, name: 'centra help', speech: 'people', kind: 'help', words: ['catalog', 'check'] },
  ],
  [['help'], { ...read, name: 'centra help', speech: 'people', kind: 'help', words: [] }],
  [['read', '--version'], { ...read, kind: 'version' }],
])('%j is understood once', (args, expected) => {
  expect(shortly(args)).toEqual(expected);
});

test('messages are the same whatever the language of the machine', () => {
  const { LC_ALL } = process.env;
  process.env.LC_ALL = 'de_DE.UTF-8';
  const said = refusalOf(understand(centra, ['read']));
  if (LC_ALL === undefined) delete process.env.LC_ALL;
  else process.env.LC_ALL = LC_ALL;
  expect(said).toMatch(/^Missing required argument: config\./);
});

test('every command of the program can be loaded, and is one that the table describes once', async () => {
  const commands = sourceCentra.commands.flatMap((entry): readonly Command[] =>
    'commands' in entry ? entry.commands : [entry],
  );
  for (const { name, summary, examples } of commands) {
    expect(summary, name).toMatch(/^[A-Z]/);
    expect(examples.length, name).toBeGreaterThan(0);
  }
  const groups = sourceCentra.commands.map(({ name }) => name);
  expect(new Set(groups).size).toBe(groups.length);
});
