import type { Argv } from 'yargs';
import type { Surroundings } from '../console/command-context.ts';
import { airbyteFace } from '../protocol/face.ts';

const config = { type: 'string', demandOption: true, describe: 'The configuration, a JSON file' } as const;

/** The commands that read: once, every tenant, or on and on. */
export function readCommands<T>(yargs: Argv<T>, surroundings: Surroundings, done: (code: number) => void) {
  return yargs
    .command(
      'read',
      'Print the records and states of the configured streams',
      (y) =>
        y
          .option('config', config)
          .option('catalog', {
            type: 'string',
            describe: 'The configured catalog, a JSON file; needed unless --only names streams',
          })
          .option('state', {
            type: 'string',
            describe: 'The last state that an earlier read printed, a JSON file',
          })
          .option('only', { type: 'string', array: true, describe: 'Only these streams' })
          .option('from', {
            type: 'string',
            describe:
              'A slice: rows changed (or created) since then, a date (UTC) or a time with its zone; the state is left alone',
          })
          .option('to', { type: 'string', describe: 'The end of the slice; now, if left out' })
          .option('format', {
            choices: ['airbyte', 'jsonl'] as const,
            default: 'airbyte' as const,
            describe: 'Messages on stdout, or plain rows in files',
          })
          .option('out', {
            type: 'string',
            describe: 'With --format jsonl: the folder to write to, and to go on in',
          })
          .option('json', {
            type: 'boolean',
            default: false,
            describe: 'With --format jsonl: the result as JSON',
          })
          .example(
            '$0 read --config config.json --catalog catalog.json > first.jsonl',
            'A first read, as Airbyte messages',
          )
          .example(
            '$0 read --config config.json --catalog catalog.json --state state.jsonl',
            'What changed since a state',
          )
          .example(
            '$0 read --config config.json --format jsonl --out data/',
            'One file a stream; again: what changed since',
          )
          .example(
            '$0 read --config config.json --only orders --from 2026-01-01 --to 2026-02-01',
            'A slice of the past',
          ),
      async (argv) => {
        if (argv.format === 'jsonl') {
          const { readToFolder } = await import('../read/read-to-folder.ts');
          return done(await readToFolder(argv, surroundings));
        }
        const { read } = await import('./read.ts');
        done(await read(argv, { ...surroundings, face: airbyteFace }));
      },
    )
    .command(
      'read-all <tenants>',
      'Read every tenant of a folder of configurations, some side by side; exit code of the gravest failure',
      (y) =>
        y
          .positional('tenants', {
            type: 'string',
            demandOption: true,
            describe: 'The folder: acme.json, or acme/config.json, a tenant',
          })
          .option('out', {
            type: 'string',
            demandOption: true,
            describe: 'Where each tenant gets a folder, as read --format jsonl writes it',
          })
          .option('parallel', { type: 'number', default: 4, describe: 'How many tenants at once' })
          .option('only', { type: 'string', array: true, describe: 'Only these streams' })
          .option('json', { type: 'boolean', default: false, describe: 'The report as JSON' })
          .example('$0 read-all tenants/ --out data/', 'Into data/acme/orders.jsonl and so on'),
      async (argv) => {
        const { readAll } = await import('./read-all.ts');
        done(await readAll(argv, surroundings));
      },
    )
    .command(
      'serve',
      'Receive webhooks, and with --read bring at once what they tell of',
      (y) =>
        y
          .option('config', {
            type: 'string',
            array: true,
            describe: 'A configuration; may be given more than once',
          })
          .option('tenants', { type: 'string', describe: 'Instead: a folder of configurations' })
          .option('host', { type: 'string', default: '127.0.0.1', describe: 'The address to listen on' })
          .option('port', { type: 'number', default: 8080, describe: 'Where to listen; 0 takes a free port' })
          .option('read', {
            type: 'boolean',
            default: false,
            describe: 'Print records and states, on and on',
          })
          .option('format', {
            choices: ['airbyte', 'singer'] as const,
            default: 'airbyte' as const,
            describe: 'With --read: whose messages',
          })
          .option('catalog', {
            type: 'string',
            describe: 'With --read: the configured catalog, a JSON file; every stream, if left out',
          })
          .option('state', {
            type: 'string',
            describe: 'With --read: the state to go on from; of a target, the last line that it printed',
          })
          .option('only', { type: 'string', array: true, describe: 'With --read: only these streams' })
          .option('poll', {
            type: 'string',
            default: '5m',
            describe: 'With --read: how often to look for what no webhook told of',
          })
          .option('snapshots', {
            type: 'string',
            default: '1h',
            describe:
              'With --read: how often to read what can only be read as a whole, such as inventory; or never',
          })
          .conflicts('config', 'tenants')
          .example('$0 serve --config acme.json', 'Keep what comes for the next read')
          .example(
            '$0 serve --config acme.json --read --format singer --only orders order_lines --state state.json | target-postgres --config target.json >> states.jsonl',
            'Orders in PostgreSQL a second after they change; README says how the first state is made',
          )
          .example('$0 serve --config acme.json --read --poll 60s', 'Without a webhook: look every minute'),
      async (argv) => {
        const { serve } = await import('./serve.ts');
        done(await serve(argv, surroundings));
      },
    );
}
