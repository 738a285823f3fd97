import { rm } from 'node:fs/promises';
import { build } from 'esbuild';

/** Compiles src into dist, one chunk a command, so that `spec` does not load what only `read` needs. */
export async function buildDist() {
  await rm('dist', { recursive: true, force: true });
  await build({
    entryPoints: ['src/main.ts'],
    outdir: 'dist',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.18',
    packages: 'external',
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'warning',
  });
}

if (process.argv[1] === import.meta.filename) await buildDist();
