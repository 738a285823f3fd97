// README.md shows what commands print: this writes it, or with --check says whether it is still so.
//   node scripts/readme.mjs demo [--check]            runs the demo
//   node scripts/readme.mjs conformance FILE [--check] takes what a conformance run has printed
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  options: { check: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const [block, file] = positionals;

/** What differs from run to run: ports, lengths of time, versions of other people's packages. @param {string} text */
function steady(text) {
  return text
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:4010')
    .replaceAll(/\d+(\.\d+)? s\b/g, '1.0 s')
    .replaceAll(/\b\d+\.\d+(\.\d+)+\b/g, '1.0.0');
}

function printed() {
  if (file !== undefined) return readFileSync(file, 'utf8');
  const { status, stdout } = spawnSync(process.execPath, ['scripts/demo.mjs'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NO_COLOR: '1' },
  });
  if (status !== 0) process.exit(status ?? 1);
  return stdout;
}

const readme = readFileSync('README.md', 'utf8');
const [, head = '', present = '', tail = ''] =
  new RegExp(`^(.*<!-- ${block}:[^\n]*-->\n\`\`\`text\n)(.*?)(\`\`\`\n<!-- /${block} -->.*)$`, 's').exec(
    readme,
  ) ?? [];
if (head === '') throw new Error(`README.md has no block "${block}".`);
const now = `${printed().trim()}\n`;
if (!values.check) {
  writeFileSync('README.md', head + now.replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:4010') + tail);
} else if (steady(now) === steady(present)) {
  console.log(`README.md shows what the ${block} prints.`);
} else {
  const [before, after] = [present, now].map((text) => steady(text).split('\n'));
  const at = after?.findIndex((line, index) => line !== before?.[index]) ?? 0;
  console.error(
    `README.md does not show what the ${block} prints, from its line ${at + 1} on:\n- ${before?.[at]}\n+ ${after?.[at]}\nRun npm run readme.`,
  );
  process.exitCode = 1;
}
