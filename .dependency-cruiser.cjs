/**
 * Which room may import which. The way goes one way: what stands lower in this list never imports what stands higher.
 *   main → cli → (read, workbench) → (console, verify, forecast) → sync → shop → catalog → roots → centra → (config, protocol)
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
  forecast: sync,
  verify: sync,
  sandbox: [],
  telemetry: [],
  inbox: [],
  webhook: ['inbox'],
  console: ['centra', 'config', 'protocol', 'telemetry'],
  read,
  workbench: ['read', ...read],
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
const ground = '^src/(errors|json|package-root|time)\\.ts$';

const rooms = Object.entries(mayImport).map(([room, others]) => ({
  name: `${room}-imports-only-downwards`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: '^src/', pathNot: [ground, ...[room, ...others].map((allowed) => `^src/${allowed}/`)] },
}));

module.exports = {
  forbidden: [
    ...rooms,
    ...sandboxRooms,
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
