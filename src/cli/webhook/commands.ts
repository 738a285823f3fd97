import type { Argv } from 'yargs';
import type { CommandContext } from '../../console/command-context.ts';

/** The tools around a webhook. */
export function webhookCommands(yargs: Argv, context: CommandContext, done: (code: number) => void) {
  return yargs
    .command(
      'create',
      'Make a path and a secret for the Centra Webhook plugin, and note them in the configuration',
      (y) =>
        y
          .option('tenant', { type: 'string', demandOption: true, describe: 'What to call the shop: acme' })
          .option('config', { type: 'string', describe: 'Its configuration; <tenant>.json, if left out' })
          .option('url', {
            type: 'string',
            describe: 'Where Centra reaches the receiver: https://hooks.acme.com',
          })
          .option('inbox', {
            type: 'string',
            describe:
              'Where events wait: postgresql://…, a variable as in the configuration or a folder; webhook-inbox, if left out',
          })
          .option('secret-env', {
            type: 'string',
            describe: 'Note this environment variable instead of a file; you set it to the secret',
          })
          .option('rotate', {
            type: 'boolean',
            default: false,
            describe: 'Make a new secret; the old one stays good until you take it out',
          })
          .example(
            '$0 webhook create --tenant acme --url https://hooks.acme.com',
            'Prints what to paste into Centra',
          ),
      async (argv) => done(await (await import('./create.ts')).webhookCreate(argv, context)),
    )
    .command(
      'test',
      'Send a signed event to a running receiver and follow it to the record',
      (y) =>
        y
          .option('config', { type: 'string', demandOption: true, describe: 'The configuration' })
          .option('url', {
            type: 'string',
            default: 'http://127.0.0.1:8080',
            describe: 'Where the receiver answers',
          })
          .option('order', { type: 'number', describe: 'The order to tell of; the latest, if left out' })
          .option('wait', {
            type: 'string',
            default: '30s',
            describe: 'How long to wait for a reader: serve --read, or a read',
          })
          .example(
            '$0 webhook test --config acme.json --url https://hooks.acme.com',
            'From outside, as Centra calls it',
          ),
      async (argv) => done(await (await import('./test.ts')).webhookTest(argv, context)),
    )
    .example('$0 webhook create --tenant acme', 'Begin here')
    .demandCommand(1, 'Say which webhook command to run.')
    .strict();
}
