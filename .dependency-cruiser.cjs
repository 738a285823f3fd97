/**
 * Which room may import which. The way goes one way: what stands lower in this list never imports what stands higher.
 *   main → cli → (workbench, setup) → read → (verify, forecast) → (console, sync) → shop → catalog → roots → centra → (config, protocol)
 * Beside it stand inbox (webhook over it), telemetry, and the sandbox, which imports nothing of the connector.
 */
const shop = ['shop', 'catalog', 'roots', 'centra'];
const sync = ['sync', 'protocol', ...shop];
const read = ['config', 'console', 'forecast', 'inbox', 'telemetry', 'verify', 'webhook', ...sync];
const mayImport = {
  protocol: [],
  config: [],
  centra: [],
  roots: [],
  catalog: ['roots', 'centra'],
  shop,
  sync,
  forecast: ['console', ...sync],
  verify: ['console', ...sync],
  sandbox: [],
  telemetry: [],
  inbox: [],
  webhook: ['inbox'],
  console: ['centra', 'config', 'protocol', 'telemetry'],
  read,
  workbench: ['read', ...read],
  setup: ['read', ...read],
};

/**
 * Within the sandbox: the shop's data knows nothing of GraphQL or of limits, and limits nothing of the shop. Webhooks
 * tell of data; GraphQL stands on data and limits; control commands all of them.
 */
const sandboxMayImport = {
  data: [],
  limits: [],
  webhooks: ['data'],
  graphql: ['data', 'limits'],
  control: ['data', 'limits', 'webhooks', 'graphql'],
};
const sandboxGround = {
  data: '(date-time|dice)',
  limits: '(clock|date-time|dice)',
  webhooks: '(control-error|date-time|dice|faults)',
  graphql: '(clock|date-time|dice|environment|faults)',
  control: '(clock|control-error|date-time|dice|environment|faults)',
};
const sandboxRooms = Object.entries(sandboxMayImport).map(([room, others]) => ({
  name: `sandbox-${room}-imports-only-downwards`,
  severity: 'error',
  from: { path: `^src/sandbox/${room}/` },
  to: {
    path: '^src/sandbox/',
    pathNot: [
      `^src/sandbox/${sandboxGround[room]}\\.ts$`,
      ...[room, ...others].map((allowed) => `^src/sandbox/${allowed}/`),
    ],
  },
}));

/** Files directly in src that every room may use. */
const ground = '^src/(errors|exact-json|given-time|json|package-root|repeats|text-file|time|timestamp)\\.ts$';

/** The files of cli that hold the table of commands. */
const table = '(commands|[a-z]+-commands?|sandbox-options|(catalog|webhook)/commands)\\.ts$';

const rooms = Object.entries(mayImport).map(([room, others]) => ({
  name: `${room}-imports-only-downwards`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: '^src/', pathNot: [ground, ...[room, ...others].map((allowed) => `^src/${allowed}/`)] },
}));

/**
 * Inside a room: its floors, the lowest first. A floor imports from itself and from those below it; what is on none of them is
 * the room's top.
 */
const floors = {
  catalog: ['language/', 'query/', 'path/', 'privacy/', 'column/', 'operators/', 'compile/'],
  shop: [
    '(objects|filter)\\.ts$',
    '(live-root|asked-root)\\.ts$',
    'documents\\.ts$',
    'nested/',
    '(pages/|(counts|sample|hidden-rows)\\.ts$)',
    'rows\\.ts$',
    'open-root\\.ts$',
  ],
  sync: [
    '((set-aside|state\\.generated|state-check|tally|stream-writer|channel|pool|progress|outlet|window-bounds)\\.ts$|hints/hint-ids\\.ts$)',
    'origin/',
    'state\\.ts$',
    'memory/',
    '(plan|stream-errors)\\.ts$',
    '(sync-input|one-run|plan-all)\\.ts$',
    'windows/',
    '(hints/|read-snapshot\\.ts$)',
  ],
};

const insideRooms = Object.entries(floors).flatMap(([room, names]) =>
  names.map((name, at) => ({
    name: `${room}-floor-${at + 1}-imports-only-downwards`,
    severity: 'error',
    from: {
      path: `^src/${room}/${name}`,
      pathNot: names.slice(0, at).map((lower) => `^src/${room}/${lower}`),
    },
    to: {
      path: `^src/${room}/`,
      pathNot: names.slice(0, at + 1).map((allowed) => `^src/${room}/${allowed}`),
    },
  })),
);

module.exports = {
  forbidden: [
    ...rooms,
    ...sandboxRooms,
    ...insideRooms,
    {
      name: 'a-shop-is-asked-through-an-open-root',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/shop/' },
      to: {
        path: '^src/shop/((documents|live-root|asked-root|counts)\\.ts$|nested/|pages/[a-z]+-pager\\.ts$)',
      },
    },
    {
      name: 'ground-imports-nothing',
      severity: 'error',
      from: { path: ground },
      to: { path: '^src/', pathNot: ground },
    },
    {
      name: 'only-main-imports-cli',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(main\\.ts$|cli/)' },
      to: { path: '^src/(cli/|main\\.ts$)' },
    },
    {
      name: 'only-cli-understands-arguments',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/' },
      to: { path: 'node_modules/(@types/)?yargs' },
    },
    {
      // Else each command would wait for what all the others need.
      name: 'the-table-loads-commands-when-they-run',
      severity: 'error',
      from: { path: `^src/cli/${table}` },
      to: { path: '^src/', pathNot: `^src/cli/(command\\.ts|${table})`, dynamic: false },
    },
    {
      name: 'only-the-application-imports-telemetry',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(cli|console|read|telemetry)/' },
      to: { path: '^src/telemetry/' },
    },
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-unlisted-packages-in-src',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    { name: 'not-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.json'],
    },
  },
};
