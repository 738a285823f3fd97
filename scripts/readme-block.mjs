// README.md shows what commands print, each between two marks.
import { readFileSync, writeFileSync } from 'node:fs';

/** @param {string} name */
function blockOf(name) {
  const readme = readFileSync('README.md', 'utf8');
  const pattern = new RegExp(
    `^(.*<!-- ${name}:[^\n]*-->\n(?:<[^\n]*\n|\n)*\`\`\`text\n)(.*?)(\`\`\`\n.*)$`,
    's',
  );
  const [, head, shown, tail] = pattern.exec(readme) ?? [];
  if (head === undefined || shown === undefined || tail === undefined)
    throw new Error(`README.md has no block "${name}".`);
  return { head, shown, tail };
}

/**
 * Puts what a command has printed into README.md.
 * @param {string} name
 * @param {string} printed
 */
export function showInReadme(name, printed) {
  const { head, tail } = blockOf(name);
  writeFileSync(
    'README.md',
    `${head}${printed.trim().replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:4010')}\n${tail}`,
  );
}

/**
 * Where README.md does not show any more what a command prints; undefined when it does.
 * @param {string} name
 * @param {string} printed
 * @param {(text: string) => string} steady Takes out what differs from run to run.
 * @returns {string | undefined}
 */
export function differenceInReadme(name, printed, steady) {
  const before = steady(blockOf(name).shown).trim().split('\n');
  const after = steady(printed).trim().split('\n');
  const length = Math.max(before.length, after.length);
  const at = Array.from({ length }, (_, index) => index).find((index) => before[index] !== after[index]);
  if (at === undefined) return undefined;
  return `From its line ${at + 1} on:\n- ${before[at] ?? '(nothing)'}\n+ ${after[at] ?? '(nothing)'}`;
}
