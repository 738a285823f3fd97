// README.md shows what the demo prints: this runs it and writes that; with --check it says whether it is still so.
import { spawnSync } from 'node:child_process';
import { differenceInReadme, showInReadme } from './readme-block.mjs';

const { status, stdout } = spawnSync(process.execPath, ['scripts/demo.mjs'], {
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
  env: { ...process.env, NO_COLOR: '1' },
});
if (status !== 0) process.exit(status ?? 1);

/** Ports and lengths of time differ from run to run. @param {string} text */
const steady = (text) =>
  text.replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1').replaceAll(/\d+(\.\d+)? s\b/g, 'some s');

if (process.argv.includes('--check')) {
  const difference = differenceInReadme('demo', stdout, steady);
  if (difference === undefined) {
    console.log('README.md shows what the demo prints.');
  } else {
    console.error(`README.md does not show what the demo prints. ${difference}\nRun npm run readme.`);
    process.exitCode = 1;
  }
} else {
  showInReadme('demo', stdout);
}
