import { type CommandGroup, command } from '../command.ts';

const config = { type: 'string', describe: 'The configuration, a JSON file: asks the live API' } as const;
const catalog = {
  type: 'string',
  describe: 'The catalog: a path, or the name of a bundled one; without it, the one that --config names',
} as const;
const json = { type: 'boolean', default: false, describe: 'Print JSON, for machines' } as const;
const stream = { type: 'string', describe: 'Only this stream' } as const;

/** The tools around a tenant catalog. */
export const catalogCommands: CommandGroup = Object.freeze<CommandGroup>({
  name: 'catalog',
  summary: 'Work on a tenant catalog',
  commands: [
    command({
      name: 'init',
      summary: "Write a starter catalog from the shop's own schema and attributes",
      options: {
        config: { ...config, demandOption: true },
        out: { type: 'string', describe: 'Where to write it; without it, to the terminal' },
        tenant: { type: 'string', describe: 'The name of the tenant, for the file' },
      },
      examples: [
        {
          line: 'catalog init --config acme.json --out acme.yaml',
          about: 'Every custom attribute becomes a column',
        },
      ],
      load: async () => (await import('./init.ts')).catalogInit,
    }),
    command({
      name: 'check',
      summary: 'Say everything that is wrong with a catalog; exit code 1 when there is an error',
      positionals: { catalog },
      options: { config, json },
      examples: [
        {
          line: 'catalog check acme.yaml',
          about: 'Offline, against the schema that comes with the connector',
        },
        {
          line: 'catalog check acme.yaml --config acme.json',
          about: 'Against the live schema and the token’s permissions',
        },
      ],
      load: async () => (await import('./check.ts')).catalogCheck,
    }),
    command({
      name: 'preview',
      summary: 'Show source and mapped rows side by side',
      positionals: { catalog },
      options: {
        config,
        from: { type: 'string', describe: 'A file of recorded answers instead of the live API' },
        stream: { ...stream, demandOption: true },
        limit: { type: 'number', default: 5, describe: 'How many rows' },
        json,
      },
      examples: [
        {
          line: 'catalog preview acme.yaml --stream orders --config acme.json',
          about: 'Five rows of the live shop',
        },
        {
          line: 'catalog preview default --stream orders --from test/fixtures/recorded/orders-dtc-by-number.json',
          about: 'From a file of answers, such as one of this repository',
        },
      ],
      load: async () => (await import('./preview.ts')).catalogPreview,
    }),
    command({
      name: 'coverage',
      summary: 'List the attributes and fields that the shop has and the catalog does not map',
      positionals: { catalog },
      options: {
        config: { ...config, demandOption: true },
        sample: {
          type: 'number',
          default: 200,
          describe: 'How many rows of each root are looked at',
        },
        json,
      },
      examples: [
        { line: 'catalog coverage acme.yaml --config acme.json', about: 'What to map next' },
        {
          line: 'catalog coverage acme.yaml --config acme.json --sample 2000',
          about: 'Looks further back, for what is rare',
        },
      ],
      load: async () => (await import('./coverage.ts')).catalogCoverage,
    }),
    command({
      name: 'diff',
      summary:
        'Say what differs between two catalogs, and what a destination will have to do; exit code 1 when it must act',
      positionals: {
        before: {
          type: 'string',
          demandOption: true,
          describe: 'A catalog, or what discover printed before',
        },
        after: {
          type: 'string',
          demandOption: true,
          describe: 'A catalog, or what discover prints now',
        },
      },
      options: { config, json },
      examples: [
        { line: 'catalog diff discovered.json acme.yaml', about: 'Exit code 1 when a destination must act' },
        { line: 'catalog diff default acme.yaml', about: 'What your catalog adds to the default one' },
      ],
      load: async () => (await import('./diff.ts')).catalogDiff,
    }),
    command({
      name: 'test',
      summary: "Run the catalog's own tests; exit code 1 when one fails",
      positionals: { catalog },
      options: { config, json },
      examples: [{ line: 'catalog test acme.yaml', about: 'Each `given` must give what its `expect` says' }],
      load: async () => (await import('./test.ts')).catalogTest,
    }),
    command({
      name: 'explain',
      summary: 'Show the queries that will be sent, and which column asks for what',
      positionals: { catalog },
      options: { config, stream, json },
      examples: [
        {
          line: 'catalog explain acme.yaml --stream orders',
          about: 'One query, and why each field is in it',
        },
      ],
      load: async () => (await import('./explain.ts')).catalogExplain,
    }),
    command({
      name: 'docs',
      summary: 'Write a page about the streams, and a dbt sources.yml',
      positionals: { catalog },
      options: {
        config,
        out: { type: 'string', describe: 'A folder; without it, the page goes to the terminal' },
      },
      examples: [
        {
          line: 'catalog docs acme.yaml --out acme-docs/',
          about: 'acme-docs/streams.md for people, acme-docs/sources.yml for dbt',
        },
      ],
      load: async () => (await import('./docs.ts')).catalogDocs,
    }),
  ],
  examples: [
    { line: 'catalog init --config acme.json --out acme.yaml', about: 'Begin here' },
    { line: 'catalog check acme.yaml', about: 'After each change' },
  ],
});
