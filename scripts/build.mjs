import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

/**
 * Of OpenTelemetry's packages their ES modules are taken, which they do not offer to Node by themselves: then what is not
 * used of them is left out, which is more than half.
 *
 * @type {import('esbuild').Plugin}
 */
const openTelemetryAsModules = {
  name: 'opentelemetry-as-modules',
  setup({ onResolve }) {
    onResolve({ filter: /^@opentelemetry\/[^/]+$/ }, ({ path, resolveDir }) => {
      const main = createRequire(join(resolveDir, 'any.js')).resolve(path);
      const asModule = main.replace('/build/src/', '/build/esm/');
      return existsSync(asModule) ? { path: asModule, sideEffects: false } : undefined;
    });
  },
};

/**
 * Compiles src and the packages that it uses into dist: one chunk a command, so that `spec` does not load what only `read`
 * needs, and so few files that a command starts in a fraction of a second. Names are kept as they are: a stack that a user
 * reports can be read, and mapping a row costs no more.
 *
 * @param {{ hasSourceMaps?: boolean }} [options]
 */
export async function buildDist({ hasSourceMaps = true } = {}) {
  const { metafile } = await build({
    entryPoints: ['src/main.ts'],
    outdir: 'dist',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.18',
    // Some packages are CommonJS and ask for Node's own modules with require.
    banner: {
      js: "import { createRequire as createRequireForBundle } from 'node:module'; const require = createRequireForBundle(import.meta.url);",
    },
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'linked',
    sourcemap: hasSourceMaps ? 'linked' : false,
    sourcesContent: false,
    metafile: true,
    logLevel: 'warning',
    // Native, and needed where Node.js has no SQLite of its own.
    external: ['libsql'],
    plugins: [openTelemetryAsModules],
  });
  const built = new Set(Object.keys(metafile.outputs).map((path) => basename(path)));
  // What an earlier build left goes afterwards: a command that is running may still load a chunk.
  for (const file of await readdir('dist')) if (!built.has(file)) await rm(join('dist', file));
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({ options: { 'without-source-maps': { type: 'boolean', default: false } } });
  await buildDist({ hasSourceMaps: !values['without-source-maps'] });
}
