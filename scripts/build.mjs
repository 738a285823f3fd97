import { readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

/**
 * Compiles src and the packages that it uses into dist: one chunk a command, so that `spec` does not load what only `read`
 * needs, and so few files that a command starts in a fraction of a second.
 */
export async function buildDist() {
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
    legalComments: 'linked',
    sourcemap: 'linked',
    sourcesContent: false,
    metafile: true,
    logLevel: 'warning',
  });
  // What an earlier build left goes afterwards: a command that is running may still load a chunk.
  const built = new Set(Object.keys(metafile.outputs).map((path) => basename(path)));
  for (const file of await readdir('dist')) if (!built.has(file)) await rm(join('dist', file));
}

if (process.argv[1] === import.meta.filename) await buildDist();
