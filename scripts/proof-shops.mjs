// That shops which are not as the bundled schema says are read as far as they can be: `node scripts/proof-shops.mjs` reads each with
// the default and the example catalogs and prints the table. `--combined` reads those that differ in many ways, and what the
// default catalog touches. `--only TEXT` reads those whose name, with that of the catalog, holds the text.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { combined: { type: 'boolean' }, only: { type: 'string' } } });
const args = ['node_modules/vitest/vitest.mjs', 'run', 'test/proof/other-shops.test.ts'];
const { status } = spawnSync(process.execPath, args, {
  stdio: 'inherit',
  env: {
    ...process.env,
    SLOW: '1',
    OTHER_SHOPS: values.combined ? 'combined' : 'all',
    ...(values.only !== undefined && { OTHER_SHOPS_ONLY: values.only }),
  },
});
process.exitCode = status ?? 1;
