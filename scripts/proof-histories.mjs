// Ten times as many random histories as the tests play.
import { spawnSync } from 'node:child_process';

const vitest = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', 'test/sync/histories.test.ts'], {
  stdio: 'inherit',
  env: { ...process.env, HISTORIES: process.env.HISTORIES ?? '500' },
});
process.exit(vitest.status ?? 1);
