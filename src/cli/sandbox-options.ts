import type { ArgumentsCamelCase, InferredOptionTypes } from 'yargs';

/** An option that is left out has the sandbox's own default. */
export const sandboxOptions = {
  port: { type: 'number', default: 4010, describe: 'Where to listen; 0 takes a free port' },
  host: {
    type: 'string',
    // The image sets it: a container's own loopback address is of no use to anybody.
    default: process.env.SOURCE_CENTRA_SANDBOX_HOST ?? '127.0.0.1',
    describe: 'The address to listen on',
  },
  seed: { type: 'number', describe: 'The same seed gives the same shop' },
  orders: { type: 'number', describe: 'How many orders the shop has' },
  tenant: {
    choices: ['acme', 'nord'] as const,
    describe: 'Whose custom attributes the shop has',
  },
  plan: {
    choices: ['growth', 'enhanced', 'high-volume', 'enterprise', 'unlimited'] as const,
    describe: "Whose limits the API has, of Centra's plans",
  },
  'latency-ms': { type: 'number', describe: 'How long each answer takes at least' },
  'clock-start': {
    type: 'string',
    describe: "Where the shop's clock starts (ISO 8601); now, if left out",
  },
  'clock-frozen': { type: 'boolean', describe: "Whether the shop's clock moves only when told" },
  token: { type: 'string', describe: 'The API token to accept' },
  events: { type: 'boolean', describe: 'Whether the events system is switched on' },
  'extra-warehouses': {
    type: 'number',
    describe: "How many warehouses there are beside the shop's own",
  },
  'hide-orders': {
    type: 'string',
    array: true,
    choices: ['archived', 'onHold', 'waitingForPayment'] as const,
    describe: 'Which orders lists leave out unless a filter names them',
  },
  'serve-schema': {
    type: 'string',
    describe: 'A file with the schema to serve; the bundled one, if left out',
  },
  without: {
    type: 'string',
    describe:
      'What the schema lacks: Type, Type.field, Type.field(argument), Input.field, Enum.VALUE, with commas',
  },
  'with-unknown': {
    type: 'string',
    describe: 'Unknown to every client: implementations, enum-values, or one of them with :Type, with commas',
  },
  'nullable-null': {
    type: 'string',
    describe: 'Relations that are null in every row: all that can be, or Type.field, with commas',
  },
  refuse: {
    type: 'string',
    describe: 'Fields that no token may see: non-null for such relations, or Type.field, with commas',
  },
  introspection: {
    choices: ['on', 'refused', 'cut', 'slow'] as const,
    describe: 'How queries for the schema are answered',
  },
  'slow-above-rows': {
    type: 'number',
    describe: 'Lists of more rows than this take too long (499)',
  },
  'webhook-url': { type: 'string', describe: 'Where to send signed webhooks about changes' },
  'webhook-secret-file': {
    type: 'string',
    conflicts: 'webhook-secret-env',
    describe: 'The file that holds the endpoint secret of the webhook',
  },
  'webhook-secret-env': {
    type: 'string',
    describe: 'The environment variable that holds it, instead of a file',
  },
  'webhook-types': {
    type: 'string',
    array: true,
    choices: ['order', 'return', 'shipment', 'customer', 'account'] as const,
    describe: 'The event triggers that are on; order, if left out',
  },
  'webhook-retries': {
    type: 'number',
    describe: 'How often a call that failed is made again, 0 to 3; 0, if left out',
  },
  'webhook-batch-ms': {
    type: 'number',
    describe: 'How long changes are gathered for one call; 100, if left out',
  },
} as const;

export type SandboxArguments = ArgumentsCamelCase<InferredOptionTypes<typeof sandboxOptions>>;
