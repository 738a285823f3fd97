// The connector, tried by the field's own tools: Airbyte's standard tests, PyAirbyte, Meltano. `npm run conformance`.
// Name parts to run these alone: `node scripts/conformance.mjs airbyte`. README.md shows what a whole run prints:
// --readme writes that, and without it a whole run says whether it is still so.
import { parseArgs } from 'node:util';
import { differenceInReadme, showInReadme } from './readme-block.mjs';

/** @typedef {import('../test/conformance/part.mjs').Part} Part */
/** @typedef {import('../test/conformance/part.mjs').Check} Check */

/** @type {Readonly<Record<string, () => Promise<{ part: Part }>>>} */
const parts = Object.freeze({
  airbyte: () => import('../test/conformance/airbyte.mjs'),
  pyairbyte: () => import('../test/conformance/airbyte-duckdb.mjs'),
  meltano: () => import('../test/conformance/meltano.mjs'),
  'real-time': () => import('../test/conformance/real-time.mjs'),
  examples: () => import('../test/conformance/examples.mjs'),
});

const { values: options, positionals: named } = parseArgs({
  options: { readme: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const unknown = named.filter((name) => parts[name] === undefined);
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(', ')}; there are ${Object.keys(parts).join(', ')}.`);
  process.exit(2);
}

/** @type {string[]} */
const printed = [];
/** @param {string} line */
function say(line) {
  printed.push(line);
  console.log(line);
}

const isColoured = process.stdout.isTTY && !process.env.NO_COLOR;
/** @param {string} text */
const bold = (text) => (isColoured ? `\u001b[1m${text}\u001b[22m` : text);

/** @type {Map<string, readonly Check[]>} */
const outcomes = new Map();
for (const [name, load] of Object.entries(parts)) {
  if (named.length > 0 && !named.includes(name)) continue;
  const started = performance.now();
  const { part } = await load();
  say(`\n${bold(part.title)}`);
  const checks = await part
    .run((line) => say(`  ${line}`))
    .catch((/** @type {unknown} */ error) => {
      const detail = error instanceof Error ? error.message : String(error);
      return [/** @type {Check} */ ({ name: 'the part came to its end', outcome: 'failed', detail })];
    });
  // A part that looked at nothing has shown nothing.
  if (checks.length === 0) {
    outcomes.set(part.title, [{ name: 'something was checked', outcome: 'failed' }]);
  } else {
    outcomes.set(part.title, checks);
  }
  report(outcomes.get(part.title) ?? [], (performance.now() - started) / 1000);
}

const all = [...outcomes.values()].flat();
const failed = count(all, 'failed');
say(`\n${bold(failed === 0 ? 'Conforms.' : 'Does not conform.')} ${summary(all)}`);
const difference = named.length === 0 && failed === 0 ? shownInReadme() : undefined;
if (difference !== undefined) {
  console.error(
    `README.md does not show what this prints. ${difference}\nRun npm run conformance -- --readme.`,
  );
}
const notRun = Object.keys(parts).filter((name) => named.length > 0 && !named.includes(name));
if (notRun.length > 0) console.log(`Not asked for, and not run: ${notRun.join(', ')}.`);
process.exitCode = failed === 0 && difference === undefined ? 0 : 1;

/** @returns {string | undefined} Where README.md shows something else. */
function shownInReadme() {
  const text = printed.join('\n');
  if (!options.readme) return differenceInReadme('conformance', text, steady);
  showInReadme('conformance', text);
  return undefined;
}

/**
 * Numbers, versions and their widths differ from run to run, and what is left out from machine to machine; that numbers are
 * right is for the parts to say.
 * @param {string} text
 */
function steady(text) {
  return text
    .split('\n')
    .filter((line) => !line.startsWith('  left out'))
    .map((line) =>
      line
        .replaceAll(/, \d+ left out/g, '')
        .replaceAll(/\d[\d,.]*/g, '0')
        .replaceAll(/ +/g, ' '),
    )
    .join('\n');
}

/**
 * @param {readonly Check[]} checks
 * @param {number} seconds
 */
function report(checks, seconds) {
  say(`  ${summary(checks)} ${seconds.toFixed(0)} s.`);
  for (const { name, outcome, detail } of checks) {
    if (outcome === 'failed') say(`  FAILED    ${name}${detail === undefined ? '' : `\n${indent(detail)}`}`);
    if (outcome === 'left out') say(`  left out  ${name}: ${detail ?? 'no reason given'}`);
  }
}

/** @param {string} text */
function indent(text) {
  return text.trimEnd().replaceAll(/^/gm, '            ');
}

/**
 * @param {readonly Check[]} checks
 * @param {Check['outcome']} outcome
 */
function count(checks, outcome) {
  return checks.filter((check) => check.outcome === outcome).length;
}

/** @param {readonly Check[]} checks */
function summary(checks) {
  const words = [`${count(checks, 'passed')} passed`, `${count(checks, 'failed')} failed`];
  const leftOut = count(checks, 'left out');
  if (leftOut > 0) words.push(`${leftOut} left out`);
  return `${words.join(', ')}.`;
}
