import { expect, test } from 'vitest';
import { badCommandLine } from '../../../src/cli/bad-arguments.ts';
import { openCommandLine } from '../../../src/cli/command-line.ts';
import { ConnectorError, sentence } from '../../../src/errors.ts';

/** What is said of a command line of a program with two commands. */
async function said(...args: readonly string[]): Promise<string> {
  const { yargs } = openCommandLine('centra', args);
  const line = yargs
    .command('read', 'Read', (y) =>
      y
        .option('config', { type: 'string', demandOption: true })
        .option('only', { type: 'string', array: true })
        .option('start-date', { type: 'string' })
        .option('format', { choices: ['airbyte', 'jsonl'] }),
    )
    .command('catalog', 'Catalogs', (y) =>
      y
        .command('check [catalog]', 'Check', (z) => z.positional('catalog', { type: 'string' }))
        .demandCommand(1, 'Say which catalog command to run.'),
    )
    .demandCommand(1, 'Say which command to run.');
  try {
    await line.parseAsync();
    return '';
  } catch (error) {
    return error instanceof ConnectorError ? sentence(error) : String(error);
  }
}

test.each([
  [
    ['read', '--config', 'c', '--frmat', 'jsonl'],
    'There is no option --frmat. Did you mean --format? Run centra read --help to see what it takes.',
  ],
  [
    ['read', '--config', 'c', '--start-dat', 'x', '--onyl', 'y'],
    'There is no option --start-dat. There is no option --onyl. Did you mean --start-date or --only? Run centra read --help to see what it takes.',
  ],
  [
    ['raed', '--config', 'c'],
    'There is no command "raed". Did you mean read? Run centra --help to see what it takes.',
  ],
  [
    ['catalog', 'chekc'],
    'There is no command "chekc". Did you mean check? Run centra catalog --help to see what it takes.',
  ],
  [['read', '--config', 'c', 'more'], 'Unknown argument: more. Run centra read --help to see what it takes.'],
  [
    ['read', '--config', 'c', '--format', 'json'],
    '--format cannot be json. Use airbyte or jsonl. Run centra read --help to see what it takes.',
  ],
  [
    ['read', '--config', 'a', '--config', 'b'],
    '--config is given more than once. Run centra read --help to see what it takes.',
  ],
  [['read'], 'Missing required argument: config. Run centra read --help to see what it takes.'],
  [[], 'Say which command to run. Run centra --help to see what it takes.'],
  [['read', '--config', 'a', '--only', 'orders', '--only', 'returns'], ''],
])('%j', async (args, expected) => {
  expect(await said(...args)).toBe(expected);
});

test('what yargs says otherwise is passed on', () => {
  const error = badCommandLine('Arguments a and b are mutually exclusive', {
    args: [],
    command: 'centra',
    options: [],
    commands: [],
  });
  expect(error.message).toBe('Arguments a and b are mutually exclusive.');
});
