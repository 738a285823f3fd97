/** A number in JSON that has so many digits that JavaScript may not hold all of them. Most answers have none. */
const suspicious = /[:,[]\s*-?\d[\d.]{15}/;
const tokens = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

/** A double tells so many digits apart. */
const MOST_DIGITS = 17;

/**
 * Parses JSON as JSON.parse does, except that a number which JavaScript cannot hold to the last digit becomes the text that
 * stands there: 9007199254740993 is "9007199254740993", and not 9007199254740992.
 */
export function parseExactJson(text: string): unknown {
  if (!suspicious.test(text)) return JSON.parse(text);
  return JSON.parse(
    text.replaceAll(tokens, (token) => (token[0] !== '"' && losesDigits(token) ? `"${token}"` : token)),
  );
}

/** Whether a number as it is written cannot be held to the last digit. */
export function losesDigits(written: string): boolean {
  const text = written.trim();
  const [mantissa = '', exponent] = text.toLowerCase().split('e');
  const isWhole = exponent === undefined && !mantissa.includes('.');
  if (isWhole) return !Number.isSafeInteger(Number(text));
  return mantissa.replaceAll(/[^\d]/g, '').replace(/^0+/, '').replace(/0+$/, '').length > MOST_DIGITS;
}
