const ESC = String.fromCharCode(0x1b);
const BELL = String.fromCharCode(0x07);
/** The same in one character each: ESC [, ESC ] and ESC \. */
const [CSI, OSC, END] = [0x9b, 0x9d, 0x9c].map((code) => String.fromCharCode(code));

/** Escape sequences of terminals: those with parameters, those with a text (titles, links), and the short ones. */
const escapes = new RegExp(
  [
    `(?:${ESC}\\[|${CSI})[0-?]*[ -/]*[@-~]`,
    `(?:${ESC}\\]|${OSC})[^${BELL}${ESC}${END}]*(?:${BELL}|${ESC}\\\\|${END})?`,
    `${ESC}[@-Z\\\\^_]`,
  ].join('|'),
  'g',
);

/** What moves a terminal's cursor, breaks a line, turns the direction of writing, or is half of a character. */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const MOST_CHARACTERS = 300;

/**
 * A text of the API as it may stand in a message or a log: one line without control characters, cut at `most` characters.
 * Whatever the API says is data, and data may hold what a terminal or a reader of logs would obey.
 */
export function printable(text: string, most = MOST_CHARACTERS): string {
  // A text may have megabytes.
  const start = text.slice(0, most * 8);
  const line = start.replaceAll(escapes, ' ').replaceAll(unseen, ' ').replaceAll(/\s+/g, ' ').trim();
  const characters = [...line];
  const isCut = characters.length > most || start.length < text.length;
  return isCut ? `${characters.slice(0, most - 1).join('')}…` : line;
}
