import { command } from './command.ts';

const config = { type: 'string', demandOption: true, describe: 'The configuration, a JSON file' } as const;

/** The commands that read: once, every tenant, or on and on. */
export const readCommands = Object.freeze([
  command({
    name: 'read',
    summary: 'Print the records and states of the configured streams',
    options: {
      config,
      catalog: {
        type: 'string',
        describe: 'The configured catalog, a JSON file; every stream, incrementally, if left out',
      },
      state: {
        type: 'string',
        describe: 'The last state that an earlier read printed, a JSON file',
      },
      only: { type: 'string', array: true, describe: 'Only these streams' },
      'full-refresh': {
        type: 'string',
        array: true,
        describe:
          'Read these streams from the beginning, to take the place of what was written; all, if none is named',
      },
      from: {
        type: 'string',
        describe:
          'A slice: rows changed (or created) since then, a date (UTC) or a time with its zone; the state is left alone',
      },
      to: { type: 'string', describe: 'The end of the slice; now, if left out' },
      format: {
        choices: ['airbyte', 'jsonl'] as const,
        default: 'airbyte' as const,
        describe: 'Messages on stdout, or plain rows in files',
      },
      out: {
        type: 'string',
        describe: 'With --format jsonl: the folder to write to, and to go on in',
      },
      json: {
        type: 'boolean',
        default: false,
        describe: 'With --format jsonl: the result as JSON',
      },
    },
    examples: [
      { line: 'read --config config.json > first.jsonl', about: 'Every stream, as Airbyte messages' },
      {
        line: 'read --config config.json --catalog catalog.json > first.jsonl',
        about: 'A first read, as Airbyte messages',
      },
      {
        line: 'read --config config.json --catalog catalog.json --state state.jsonl',
        about: 'What changed since a state',
      },
      {
        line: 'read --config config.json --format jsonl --out data/',
        about: 'One file per stream; again: what changed since',
      },
      {
        line: 'read --config config.json --only orders --from 2026-01-01 --to 2026-02-01',
        about: 'A slice of the past',
      },
    ],
    speech: ({ format }) => (format === 'jsonl' ? 'people' : 'airbyte'),
    load: async () => (await import('./read.ts')).read,
  }),
  command({
    name: 'read-all',
    summary:
      'Read every tenant of a folder of configurations, some side by side; exit code of the most severe failure',
    positionals: {
      tenants: {
        type: 'string',
        demandOption: true,
        describe: 'The folder: acme.json, or acme/config.json, a tenant',
      },
    },
    options: {
      out: {
        type: 'string',
        demandOption: true,
        describe: 'Where each tenant gets a folder, as read --format jsonl writes it',
      },
      parallel: { type: 'number', default: 4, describe: 'How many tenants at once' },
      only: { type: 'string', array: true, describe: 'Only these streams' },
      json: { type: 'boolean', default: false, describe: 'The report as JSON' },
    },
    examples: [{ line: 'read-all tenants/ --out data/', about: 'Into data/acme/orders.jsonl and so on' }],
    load: async () => (await import('./read-all.ts')).readAll,
  }),
  command({
    name: 'serve',
    summary: 'Receive webhooks, and with --read bring at once what they tell of',
    options: {
      config: {
        type: 'string',
        array: true,
        describe: 'A configuration; may be given more than once',
      },
      tenants: { type: 'string', conflicts: 'config', describe: 'Instead: a folder of configurations' },
      host: { type: 'string', default: '127.0.0.1', describe: 'The address to listen on' },
      port: { type: 'number', default: 8080, describe: 'Where Centra calls; 0 takes a free port' },
      'metrics-port': {
        type: 'number',
        describe:
          'Where /metrics, /healthz and /readyz answer, for you alone; 0 takes a free port. Nowhere, if left out',
      },
      read: {
        type: 'boolean',
        default: false,
        describe: 'Print records and states, on and on',
      },
      format: {
        choices: ['airbyte', 'singer'] as const,
        default: 'airbyte' as const,
        describe: 'With --read: whose messages',
      },
      catalog: {
        type: 'string',
        describe: 'With --read: the configured catalog, a JSON file; every stream, if left out',
      },
      state: {
        type: 'string',
        describe: 'With --read: the state to go on from; of a target, the last line that it printed',
      },
      only: { type: 'string', array: true, describe: 'With --read: only these streams' },
      poll: {
        type: 'string',
        default: '5m',
        describe: 'With --read: how often to look for what no webhook told of',
      },
      snapshots: {
        type: 'string',
        default: '1h',
        describe: 'With --read: how often to read what can only be read in full, such as inventory; or never',
      },
    },
    examples: [
      { line: 'serve --config acme.json', about: 'Keep what comes for the next read' },
      {
        line: 'serve --config acme.json --read --format singer --only orders order_lines --state state.json | target-postgres --config target.json >> states.jsonl',
        about: 'Orders in PostgreSQL a second after they change; README says how the first state is made',
      },
      { line: 'serve --config acme.json --read --poll 60s', about: 'Without a webhook: look every minute' },
    ],
    speech: ({ read, format }) => (read !== true ? 'people' : format === 'singer' ? 'singer' : 'airbyte'),
    load: async () => (await import('./serve.ts')).serve,
  }),
]);
