/**
 * Paths such as `grandTotal(includingTax: false).value` and `attributes[or_channel].channel` may stand in a catalog
 * without quotes, although YAML would read their `: `, `, `, `{` and `[` as its own. So, before YAML reads a file,
 * these characters are exchanged one for one inside parentheses and brackets that follow a name directly, and put back
 * in what it read: no place in the file moves.
 */
const special = ':,{}[]#';

/** Unicode keeps these code points free for use inside of a program. */
const FIRST_STAND_IN = 0xfdd0;
const standIns: ReadonlyMap<string, string> = new Map(
  [...special].map((character, at) => [character, String.fromCharCode(FIRST_STAND_IN + at)]),
);
const originals: ReadonlyMap<string, string> = new Map(
  [...standIns].map(([character, standIn]) => [standIn, character]),
);
const anyStandIn = /[\ufdd0-\ufdd6]/g;

export function shieldPaths(text: string): string {
  const parts: string[] = [];
  const opening = /[\w\])][([]/g;
  let copied = 0;
  for (let found = opening.exec(text); found !== null; found = opening.exec(text)) {
    const start = found.index + 1;
    const end = closingOf(text, start);
    if (end === undefined) continue;
    parts.push(text.slice(copied, start), shielded(text.slice(start, end + 1)));
    copied = end + 1;
    // The next bracket may follow directly.
    opening.lastIndex = end;
  }
  return parts.length === 0 ? text : parts.join('') + text.slice(copied);
}

export function unshieldPaths(text: string): string {
  return text.replace(anyStandIn, (standIn) => originals.get(standIn) ?? standIn);
}

const MOST_CHARACTERS = 1000;

/** Where a parenthesis or bracket closes, on the same line; those in quotes do not count. */
function closingOf(text: string, start: number): number | undefined {
  const last = Math.min(text.length, start + MOST_CHARACTERS);
  const open = text[start];
  const close = open === '(' ? ')' : ']';
  let depth = 0;
  let isQuoted = false;
  for (let at = start; at < last; at += 1) {
    const character = text[at];
    if (character === '\n') return undefined;
    if (isQuoted) isQuoted = character !== '"';
    else if (character === '"') isQuoted = true;
    else if (character === open) depth += 1;
    else if (character === close) {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return undefined;
}

function shielded(text: string): string {
  return text.replace(/[:,{}[\]#]/g, (character) => standIns.get(character) ?? character);
}
