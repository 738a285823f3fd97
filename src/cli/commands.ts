import { catalogCommands } from './catalog/commands.ts';
import { command, type Program } from './command.ts';
import { configCommands } from './config-commands.ts';
import { readCommands } from './read-commands.ts';
import { sandboxCommand } from './sandbox-command.ts';
import { shopCommands } from './shop-commands.ts';
import { webhookCommands } from './webhook/commands.ts';

/** All that `source-centra` can do. */
export const sourceCentra: Program = Object.freeze<Program>({
  name: 'source-centra',
  about: 'Reads a Centra shop into any warehouse: as an Airbyte source, a Singer tap, or plain files.',
  options: {
    debug: { type: 'boolean', describe: 'Say more' },
    quiet: {
      type: 'boolean',
      describe: 'Say less: no progress, and on stderr only what is wrong; messages of a protocol stay',
    },
    'log-format': {
      choices: ['text', 'json'],
      describe: 'How the log on stderr is written, where stdout is for people',
    },
    help: { type: 'boolean', describe: 'Show help' },
    version: { type: 'boolean', describe: 'Show version number' },
  },
  commands: [
    ...readCommands,
    ...shopCommands,
    sandboxCommand,
    configCommands,
    webhookCommands,
    catalogCommands,
    command({
      name: 'completion',
      summary: 'Print what makes your shell complete commands: source <(source-centra completion)',
      examples: [
        { line: 'source <($0 completion)', about: 'In this shell' },
        { line: 'completion >> ~/.bashrc', about: 'In each new one' },
      ],
      load: builtIn,
    }),
    command({
      name: 'help',
      summary: 'Show the help of a command',
      positionals: {
        command: { type: 'string', array: true, describe: 'Its words; all commands, if left out' },
      },
      examples: [
        { line: 'help read', about: 'What a read takes' },
        { line: 'help catalog preview', about: 'The same as source-centra catalog preview --help' },
      ],
      load: builtIn,
    }),
  ],
  examples: [
    { line: 'config init', about: 'Begin here: asks for the shop and the token' },
    { line: 'sandbox > sandbox.json &', about: 'Or with a made-up shop' },
    { line: 'read --config config.json --format jsonl --out data/', about: 'Then read it' },
  ],
});

/** These two are answered from the table itself. */
async function builtIn(): Promise<never> {
  throw new RangeError('It is answered where arguments are understood.');
}
