import type { Argv } from 'yargs';
import type { CommandContext } from '../../console/command-context.ts';

/** The tools around a tenant catalog. Each command is one file beside this one, loaded when it is called. */
export function catalogCommands(yargs: Argv, context: CommandContext, done: (code: number) => void) {
  const config = { type: 'string', describe: 'The configuration, a JSON file: asks the live API' } as const;
  const catalog = {
    type: 'string',
    describe: 'The catalog: a path, or the name of a bundled one; without it, the one that --config names',
  } as const;
  const json = { type: 'boolean', default: false, describe: 'Print JSON, for machines' } as const;
  const stream = { type: 'string', describe: 'Only this stream' } as const;
  return yargs
    .command(
      'init',
      "Write a starter catalog from the shop's own schema and attributes",
      (y) =>
        y
          .option('config', { ...config, demandOption: true })
          .option('out', { type: 'string', describe: 'Where to write it; without it, to the terminal' })
          .option('tenant', { type: 'string', describe: 'The name of the tenant, for the file' })
          .example(
            '$0 catalog init --config acme.json --out acme.yaml',
            'Every custom attribute becomes a column',
          ),
      async (argv) =>
        done(await (await import('../../workbench/init/starter-catalog.ts')).catalogInit(argv, context)),
    )
    .command(
      'check [catalog]',
      'Say everything that is wrong with a catalog; exit code 1 when there is an error',
      (y) =>
        y
          .positional('catalog', catalog)
          .option('config', config)
          .option('json', json)
          .example('$0 catalog check acme.yaml', 'Offline, against the schema that comes with the connector')
          .example(
            '$0 catalog check acme.yaml --config acme.json',
            'Against the live schema and the token’s permissions',
          ),
      async (argv) =>
        done(await (await import('../../workbench/check/check-catalog.ts')).catalogCheck(argv, context)),
    )
    .command(
      'preview [catalog]',
      'Show source and mapped rows side by side',
      (y) =>
        y
          .positional('catalog', catalog)
          .option('config', config)
          .option('from', { type: 'string', describe: 'A file of recorded answers instead of the live API' })
          .option('stream', { ...stream, demandOption: true })
          .option('limit', { type: 'number', default: 5, describe: 'How many rows' })
          .option('json', json)
          .example(
            '$0 catalog preview acme.yaml --stream orders --config acme.json',
            'Five rows of the live shop',
          )
          .example(
            '$0 catalog preview default --stream orders --from test/fixtures/recorded/orders-dtc-by-number.json',
            'From a file of answers, such as one of this repository',
          ),
      async (argv) =>
        done(
          await (await import('../../workbench/preview/preview-catalog.ts')).catalogPreview(argv, context),
        ),
    )
    .command(
      'coverage [catalog]',
      'List the attributes and fields that the shop has and the catalog does not map',
      (y) =>
        y
          .positional('catalog', catalog)
          .option('config', { ...config, demandOption: true })
          .option('sample', {
            type: 'number',
            default: 200,
            describe: 'How many rows of each root are looked at',
          })
          .option('json', json)
          .example('$0 catalog coverage acme.yaml --config acme.json', 'What to map next')
          .example(
            '$0 catalog coverage acme.yaml --config acme.json --sample 2000',
            'Looks further back, for what is rare',
          ),
      async (argv) =>
        done(
          await (await import('../../workbench/coverage/sample-coverage.ts')).catalogCoverage(argv, context),
        ),
    )
    .command(
      'diff <before> <after>',
      'Say what differs between two catalogs, and what a destination will have to do; exit code 1 when it must act',
      (y) =>
        y
          .positional('before', {
            type: 'string',
            demandOption: true,
            describe: 'A catalog, or what discover printed before',
          })
          .positional('after', {
            type: 'string',
            demandOption: true,
            describe: 'A catalog, or what discover prints now',
          })
          .option('config', config)
          .option('json', json)
          .example('$0 catalog diff discovered.json acme.yaml', 'Exit code 1 when a destination must act')
          .example('$0 catalog diff default acme.yaml', 'What your catalog adds to the default one'),
      async (argv) =>
        done(await (await import('../../workbench/diff/diff-text.ts')).catalogDiff(argv, context)),
    )
    .command(
      'test [catalog]',
      "Run the catalog's own tests; exit code 1 when one fails",
      (y) =>
        y
          .positional('catalog', catalog)
          .option('config', config)
          .option('json', json)
          .example('$0 catalog test acme.yaml', 'Each `given` must give what its `expect` says'),
      async (argv) =>
        done(await (await import('../../workbench/test/test-catalog.ts')).catalogTest(argv, context)),
    )
    .command(
      'explain [catalog]',
      'Show the queries that will be sent, and which column asks for what',
      (y) =>
        y
          .positional('catalog', catalog)
          .option('config', config)
          .option('stream', stream)
          .option('json', json)
          .example('$0 catalog explain acme.yaml --stream orders', 'One query, and why each field is in it'),
      async (argv) =>
        done(
          await (await import('../../workbench/explain/explain-catalog.ts')).catalogExplain(argv, context),
        ),
    )
    .command(
      'docs [catalog]',
      'Write a page about the streams, and a dbt sources.yml',
      (y) =>
        y
          .positional('catalog', catalog)
          .option('config', config)
          .option('out', { type: 'string', describe: 'A folder; without it, the page goes to the terminal' })
          .example(
            '$0 catalog docs acme.yaml --out acme-docs/',
            'acme-docs/streams.md for people, acme-docs/sources.yml for dbt',
          ),
      async (argv) =>
        done(await (await import('../../workbench/docs/write-docs.ts')).catalogDocs(argv, context)),
    )
    .example('$0 catalog init --config acme.json --out acme.yaml', 'Begin here')
    .example('$0 catalog check acme.yaml', 'After each change')
    .demandCommand(1, 'Say which catalog command to run.')
    .strict();
}
