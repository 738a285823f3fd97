import { command } from './command.ts';

const config = { type: 'string', demandOption: true, describe: 'The configuration, a JSON file' } as const;

/** A person at a terminal gets an answer to read, a platform at the other end of a pipe gets messages. */
const as = {
  choices: ['people', 'messages'] as const,
  describe: 'Who reads the answer; people, if left out, where it goes to a terminal',
} as const;

function speechAs({ as: given }: Readonly<Record<string, unknown>>): 'people' | 'airbyte' {
  const isForPeople = given === undefined ? process.stdout.isTTY === true : given === 'people';
  return isForPeople ? 'people' : 'airbyte';
}

/** The commands that a platform asks first, and those that say what a shop is like, what a sync will cost and whether it was right. */
export const shopCommands = Object.freeze([
  command({
    name: 'spec',
    summary: 'Print what the configuration may hold',
    examples: [{ line: 'spec', about: 'As a platform asks for it' }],
    speech: 'airbyte',
    load: async () => (await import('./spec.ts')).spec,
  }),
  command({
    name: 'check',
    summary: 'Prove the endpoint, the token and its permissions',
    options: {
      config,
      strict: {
        type: 'boolean',
        default: false,
        describe:
          'Exit with 1 when a stream cannot be read, and with 2, 3 or 4 when nothing can; else with 0',
      },
      as,
    },
    examples: [
      {
        line: 'check --config config.json',
        about: 'Names each stream that can be read, and what is missing',
      },
      { line: 'check --config config.json --strict > /dev/null', about: 'In a pipeline that must not go on' },
    ],
    speech: speechAs,
    load: async () => (await import('./check.ts')).check,
  }),
  command({
    name: 'doctor',
    summary: "Say how this shop's API differs from what we know, and what is missing; changes nothing",
    options: {
      config,
      json: { type: 'boolean', default: false, describe: 'Print JSON, to attach to a report' },
    },
    examples: [
      { line: 'doctor --config config.json', about: 'When numbers look odd, and with each new shop' },
      { line: 'doctor --config config.json --json > doctor.json', about: 'To attach to a report' },
    ],
    load: async () => (await import('./doctor.ts')).doctor,
  }),
  command({
    name: 'discover',
    summary: 'Print the streams, with their schemas',
    options: { config, as },
    examples: [
      { line: 'discover --config config.json > discovered.json', about: 'What a platform chooses from' },
    ],
    speech: speechAs,
    load: async () => (await import('./discover.ts')).discover,
  }),
  command({
    name: 'explain',
    summary: 'Say what a sync will ask for, and how long that takes under the limits of the API',
    options: {
      config,
      catalog: { type: 'string', describe: 'The configured catalog, a JSON file; all streams, if left out' },
      state: { type: 'string', describe: 'The last state that an earlier read printed, a JSON file' },
      json: { type: 'boolean', default: false, describe: 'Print JSON, for machines' },
    },
    examples: [
      { line: 'explain --config config.json', about: 'A first sync of everything' },
      {
        line: 'explain --config config.json --catalog catalog.json --state state.jsonl',
        about: 'The next sync',
      },
    ],
    load: async () => (await import('./explain.ts')).explain,
  }),
  command({
    name: 'verify',
    summary: 'Compare the shop with what reads have written; exit code 1 when they differ',
    options: {
      config,
      catalog: { type: 'string', demandOption: true, describe: 'The configured catalog, a JSON file' },
      output: {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'What a read printed on stdout; several in the order of the reads',
      },
      state: {
        type: 'string',
        describe: 'The state up to which to compare; the last of the output, if left out',
      },
      sample: { type: 'number', default: 200, describe: 'How many rows of each kind are read again' },
      ids: { type: 'number', default: 20, describe: 'How many rows of each kind are named' },
      all: { type: 'boolean', default: false, describe: 'Print the days that are equal too' },
      json: { type: 'boolean', default: false, describe: 'Print JSON, for machines' },
    },
    examples: [
      {
        line: 'verify --config config.json --catalog catalog.json --output first.jsonl --output second.jsonl',
        about: 'A first read and the one after it, together',
      },
      {
        line: 'verify --config config.json --catalog catalog.json --output first.jsonl --sample 1000',
        about: 'Reads more rows again',
      },
    ],
    load: async () => (await import('./verify.ts')).verify,
  }),
]);
