import { command, type Program } from './command.ts';

/** All that `tap-centra` can do. Singer has options where others have commands. */
export const tapCentra: Program = Object.freeze<Program>({
  name: 'tap-centra',
  about: 'Reads a Centra shop as a Singer tap.',
  options: {
    debug: { type: 'boolean', describe: 'Say more' },
    help: { type: 'boolean', describe: 'Show help' },
    version: { type: 'boolean', describe: 'Show version number' },
  },
  commands: [],
  command: command({
    name: 'tap-centra',
    summary: 'Reads a Centra shop as a Singer tap',
    options: {
      config: {
        type: 'string',
        array: true,
        nargs: 1,
        default: [],
        describe: 'The settings, a JSON file; may be given more than once. ENV: the variables TAP_CENTRA_…',
      },
      discover: { type: 'boolean', default: false, describe: 'Print the catalog of streams' },
      catalog: {
        alias: 'properties',
        type: 'string',
        describe: 'The catalog with what is selected, a JSON file; every stream, if left out',
      },
      state: { type: 'string', describe: 'The last state that the target confirmed, a JSON file' },
      'full-refresh': {
        type: 'string',
        array: true,
        describe:
          'Read these streams from the beginning, to take the place of what was written; all, if none is named',
      },
      test: { type: 'boolean', default: false, describe: 'Check the connection, and read nothing' },
      about: { type: 'boolean', default: false, describe: 'Describe settings, streams and capabilities' },
      format: {
        choices: ['text', 'json', 'markdown'],
        default: 'text' as const,
        describe: 'How --about is written',
      },
    },
    examples: [
      { line: '--config config.json --discover > catalog.json', about: 'What can be read' },
      { line: '--config config.json --catalog catalog.json | target-jsonl', about: 'Load it' },
      {
        line: '--config config.json --catalog catalog.json --state state.json | target-jsonl > next.json',
        about: 'Load what changed since',
      },
      {
        line: 'TAP_CENTRA_API_TOKEN=… $0 --config config.json --config ENV --test',
        about: 'The token from outside',
      },
    ],
    speech: 'singer',
    load: async () => (await import('./tap.ts')).tap,
  }),
  examples: [],
});
