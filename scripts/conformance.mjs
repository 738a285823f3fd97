// The connector, tried by the field's own tools: Airbyte's standard tests, PyAirbyte, Meltano. `npm run conformance`.
// Name parts to run these alone: `node scripts/conformance.mjs airbyte`.

/** @typedef {import('../test/conformance/part.mjs').Part} Part */
/** @typedef {import('../test/conformance/part.mjs').Check} Check */

/** @type {Readonly<Record<string, () => Promise<{ part: Part }>>>} */
const parts = Object.freeze({
  airbyte: () => import('../test/conformance/airbyte.mjs'),
  pyairbyte: () => import('../test/conformance/airbyte-duckdb.mjs'),
  meltano: () => import('../test/conformance/meltano.mjs'),
  examples: () => import('../test/conformance/examples.mjs'),
});

const named = process.argv.slice(2);
const unknown = named.filter((name) => parts[name] === undefined);
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(', ')}; there are ${Object.keys(parts).join(', ')}.`);
  process.exit(2);
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
  console.log(`\n${bold(part.title)}`);
  const checks = await part
    .run((line) => console.log(`  ${line}`))
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
console.log(`\n${bold(failed === 0 ? 'Conforms.' : 'Does not conform.')} ${summary(all)}`);
const notRun = Object.keys(parts).filter((name) => named.length > 0 && !named.includes(name));
if (notRun.length > 0) console.log(`Not asked for, and not run: ${notRun.join(', ')}.`);
process.exitCode = failed === 0 ? 0 : 1;

/**
 * @param {readonly Check[]} checks
 * @param {number} seconds
 */
function report(checks, seconds) {
  console.log(`  ${summary(checks)} ${seconds.toFixed(0)} s.`);
  for (const { name, outcome, detail } of checks) {
    if (outcome === 'failed')
      console.log(`  FAILED    ${name}${detail === undefined ? '' : `\n${indent(detail)}`}`);
    if (outcome === 'left out') console.log(`  left out  ${name}: ${detail ?? 'no reason given'}`);
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
