// Node.js does not run TypeScript by itself: what runs in processes of its own is compiled first.
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..', '..', '..');

/**
 * Compiles programs and modules of the tests, with the sources that they use, into `.cache/webhook/<part>`.
 * @param {string} part A folder of its own for each caller, for several may run at the same time.
 * @param {readonly string[]} sources Paths from the root.
 * @returns {Promise<(source: string) => string>} Where each has gone.
 */
export async function buildPrograms(part, sources) {
  const outdir = join(root, '.cache', 'webhook', part);
  await build({
    absWorkingDir: root,
    entryPoints: [...sources],
    outbase: root,
    outdir,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20.18',
    outExtension: { '.js': '.mjs' },
    logLevel: 'warning',
  });
  return (source) => join(outdir, source.replace(/\.ts$/, '.mjs'));
}
