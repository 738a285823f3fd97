import type { Argv } from 'yargs';
import type { CommandContext } from '../console/command-context.ts';

/** The tools around a configuration. */
export function configCommands(yargs: Argv, context: CommandContext, done: (code: number) => void) {
  return yargs
    .command(
      'init',
      'Ask for the endpoint and the token, check them, and write a configuration that only you can read',
      (y) =>
        y
          .option('out', { type: 'string', default: 'config.json', describe: 'Where to write it' })
          .option('endpoint', {
            type: 'string',
            describe: 'The shop: acme, acme.centra.com or https://acme.centra.com/graphql',
          })
          .option('token-env', {
            type: 'string',
            describe: 'The environment variable that holds the token; the file names it',
          })
          .option('token-file', {
            type: 'string',
            describe: 'The file that holds the token, such as a mounted secret; the configuration names it',
          })
          .option('start-date', { type: 'string', describe: 'What a first sync begins with: YYYY-MM-DD' })
          .option('force', { type: 'boolean', default: false, describe: 'Replace the file if it is there' })
          .conflicts('token-env', 'token-file')
          .example('$0 config init', 'In a terminal: asks for what it needs')
          .example(
            '$0 config init --endpoint acme --token-env CENTRA_API_TOKEN',
            'Asks nothing; the token stays in the environment',
          )
          .example(
            '$0 config init --endpoint acme --token-file /run/secrets/api_token --out /config/acme.json',
            'The token stays in a mounted secret',
          ),
      async (argv) => done(await (await import('../setup/config-init.ts')).configInit(argv, context)),
    )
    .example('$0 config init', 'From nothing to a configuration that works')
    .demandCommand(1, 'Say which config command to run.')
    .strict();
}
