import { type CommandGroup, command } from './command.ts';

/** The tools around a configuration. */
export const configCommands: CommandGroup = Object.freeze<CommandGroup>({
  name: 'config',
  summary: 'Make a configuration',
  commands: [
    command({
      name: 'init',
      summary:
        'Ask for the endpoint and the token, check them, and write a configuration that only you can read',
      options: {
        out: { type: 'string', default: 'config.json', describe: 'Where to write it' },
        endpoint: {
          type: 'string',
          describe: 'The shop: acme, acme.centra.com or https://acme.centra.com/graphql',
        },
        'token-env': {
          type: 'string',
          describe: 'The environment variable that holds the token; the file names it',
        },
        'token-file': {
          type: 'string',
          conflicts: 'token-env',
          describe: 'The file that holds the token, such as a mounted secret; the configuration names it',
        },
        'start-date': { type: 'string', describe: 'What a first sync begins with: YYYY-MM-DD' },
        force: { type: 'boolean', default: false, describe: 'Replace the file if it is there' },
      },
      examples: [
        { line: 'config init', about: 'In a terminal: asks for what it needs' },
        {
          line: 'config init --endpoint acme --token-env CENTRA_API_TOKEN',
          about: 'Asks nothing; the token stays in the environment',
        },
        {
          line: 'config init --endpoint acme --token-file /run/secrets/api_token --out /config/acme.json',
          about: 'The token stays in a mounted secret',
        },
      ],
      load: async () => (await import('./config-init.ts')).configInit,
    }),
  ],
  examples: [{ line: 'config init', about: 'From nothing to a configuration that works' }],
});
