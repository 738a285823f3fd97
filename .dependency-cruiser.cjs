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

/** Files directly in src that every room may use. */
const ground = '^src/(errors|given-time|json|package-root|text-file|time|timestamp)\\.ts$';

const rooms = Object.entries(mayImport).map(([room, others]) => ({
  name: `${room}-imports-only-downwards`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: '^src/', pathNot: [ground, ...[room, ...others].map((allowed) => `^src/${allowed}/`)] },
}));

module.exports = {
  forbidden: [
    ...rooms,
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
