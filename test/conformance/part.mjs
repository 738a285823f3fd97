// What the parts of the conformance run share: the form of a part, and the words it ends with.

/**
 * @typedef {'passed' | 'failed' | 'left out'} Outcome "Left out" is for what cannot be here, with the reason; it is printed, and never stands for a pass.
 */

/**
 * @typedef {object} Check One thing that was looked at.
 * @property {string} name
 * @property {Outcome} outcome
 * @property {string} [detail] What was seen when it failed; why, when it was left out.
 */

/**
 * @typedef {object} Part
 * @property {string} title What is run, a few words.
 * @property {(say: (line: string) => void) => Promise<readonly Check[]>} run Does it, says what a person should see, and answers with what was looked at.
 */

/**
 * @param {string} name
 * @param {boolean} isGood
 * @param {string} [detail] What was seen, for when it is not good.
 * @returns {Check}
 */
export function check(name, isGood, detail) {
  return isGood || detail === undefined
    ? { name, outcome: isGood ? 'passed' : 'failed' }
    : { name, outcome: 'failed', detail };
}

/**
 * A table for people: the first column to the left, the others to the right.
 * @param {readonly (readonly (string | number)[])[]} rows
 * @returns {readonly string[]} Its lines.
 */
export function tableLines(rows) {
  const texts = rows.map((row) => row.map((cell) => (typeof cell === 'number' ? plainNumber(cell) : cell)));
  const widths = (texts[0] ?? []).map((_, at) => Math.max(...texts.map((row) => (row[at] ?? '').length)));
  return texts.map((row) =>
    row
      .map((text, at) => (at === 0 ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0)))
      .join('   ')
      .trimEnd(),
  );
}

/** @param {number} value */
function plainNumber(value) {
  return value.toLocaleString('en-US', { maximumFractionDigits: 2 });
}
