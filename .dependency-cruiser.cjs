/**
 * Which room may import which. The way goes one way: what stands lower in this list never imports what stands higher.
 *   main → cli → (verify, sandbox, telemetry, webhook) → sync → catalog → streams → centra → (config, protocol) → errors
 */
const mayImport = {
  protocol: [],
  config: [],
  centra: [],
  streams: [],
  catalog: ['streams', 'centra'],
  sync: ['catalog', 'streams', 'centra', 'protocol'],
  verify: ['sync', 'catalog', 'streams', 'centra', 'protocol'],
  sandbox: [],
  telemetry: [],
  webhook: [],
};

/** Files directly in src that every room may use. */
const ground = '^src/(errors|json|package-root)\\.ts$';

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
      name: 'only-cli-imports-telemetry',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(cli|telemetry)/' },
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
