// The tests that are too slow for `npm test`: ten times as many random histories, and the search for personal data in all that is printed.
import { spawnSync } from 'node:child_process';

/** @param {string} path @param {Record<string, string>} environment */
function vitest(path, environment) {
  const { status } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', path], {
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  });
  if (status !== 0) process.exit(status ?? 1);
}

const asked = process.argv[2];
if (asked !== 'privacy') vitest('test/sync/histories.test.ts', { HISTORIES: process.env.HISTORIES ?? '500' });
if (asked !== 'histories') vitest('test/slow', { SLOW: '1' });
