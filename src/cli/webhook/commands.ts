import { type CommandGroup, command } from '../command.ts';

/** The tools around a webhook. */
export const webhookCommands: CommandGroup = Object.freeze<CommandGroup>({
  name: 'webhook',
  summary: 'Set up webhooks, and try them',
  commands: [
    command({
      name: 'create',
      summary: 'Make a path and a secret for the Centra Webhook plugin, and note them in the configuration',
      options: {
        tenant: { type: 'string', demandOption: true, describe: 'What to call the shop: acme' },
        config: { type: 'string', describe: 'Its configuration; <tenant>.json, if left out' },
        url: {
          type: 'string',
          describe: 'Where Centra reaches the receiver: https://hooks.acme.com',
        },
        inbox: {
          type: 'string',
          describe:
            'Where events wait: postgresql://…, a variable as in the configuration or a folder; webhook-inbox, if left out',
        },
        'secret-env': {
          type: 'string',
          describe: 'Note this environment variable instead of a file; you set it to the secret',
        },
        rotate: {
          type: 'boolean',
          default: false,
          describe: 'Make a new secret; the old one stays good until you take it out',
        },
      },
      examples: [
        {
          line: 'webhook create --tenant acme --url https://hooks.acme.com',
          about: 'Prints what to paste into Centra',
        },
      ],
      load: async () => (await import('./create.ts')).webhookCreate,
    }),
    command({
      name: 'test',
      summary: 'Send a signed event to a running receiver and follow it to the record',
      options: {
        config: { type: 'string', demandOption: true, describe: 'The configuration' },
        url: {
          type: 'string',
          default: 'http://127.0.0.1:8080',
          describe: 'Where the receiver answers',
        },
        order: { type: 'number', describe: 'The order to tell of; the latest, if left out' },
        wait: {
          type: 'string',
          default: '30s',
          describe: 'How long to wait for a reader: serve --read, or a read',
        },
      },
      examples: [
        {
          line: 'webhook test --config acme.json --url https://hooks.acme.com',
          about: 'From outside, as Centra calls it',
        },
      ],
      load: async () => (await import('./test.ts')).webhookTest,
    }),
  ],
  examples: [{ line: 'webhook create --tenant acme', about: 'Begin here' }],
});
