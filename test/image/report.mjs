/** @typedef {(what: string, prove: () => Promise<string | undefined>) => Promise<void>} Claim */

/**
 * Proves one sentence after another, each whatever came of the others, and counts.
 * @param {(line: string) => void} print
 */
export function openReport(print) {
  let proved = 0;
  /** @type {string[]} */
  const refuted = [];
  /** @type {Claim} `prove` throws where the sentence does not hold; what it returns is a figure to print. */
  const claim = async (what, prove) => {
    try {
      const figure = await prove();
      proved += 1;
      print(`  ✓ ${what}${figure === undefined ? '' : ` (${figure})`}`);
    } catch (error) {
      refuted.push(what);
      print(`  ✗ ${what}\n      ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  /** @param {string} what @param {string} why */
  const notProved = (what, why) => print(`  ○ ${what} Not proved here: ${why}`);
  return { claim, notProved, proved: () => proved, refuted };
}

/**
 * @param {boolean} holds
 * @param {string} otherwise
 * @returns {asserts holds}
 */
export function must(holds, otherwise) {
  if (!holds) throw new Error(otherwise);
}
