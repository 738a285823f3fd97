/** Doubles hold 15 decimal digits; what follows them is noise of the binary form (0.1 + 0.2). */
const EXACT_DIGITS = 15;

/**
 * A number as text with exactly `scale` digits after the point. Nothing is rounded away: undefined when the value has
 * more digits than the type, before or after the point.
 */
export function decimalText(value: number | string, precision: number, scale: number): string | undefined {
  const parts = typeof value === 'number' ? partsOfNumber(value) : partsOfText(value);
  if (parts === undefined) return undefined;
  const fraction = parts.fraction.replace(/0+$/, '');
  const whole = parts.whole.replace(/^0+(?=\d)/, '');
  if (fraction.length > scale || (whole === '0' ? 0 : whole.length) > precision - scale) return undefined;
  const digits = scale === 0 ? whole : `${whole}.${fraction.padEnd(scale, '0')}`;
  return parts.isNegative && /[1-9]/.test(digits) ? `-${digits}` : digits;
}

interface Parts {
  readonly isNegative: boolean;
  readonly whole: string;
  readonly fraction: string;
}

function partsOfText(text: string): Parts | undefined {
  const found = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(text.trim());
  if (found === null) return undefined;
  const [, sign, whole = '', fraction = ''] = found;
  return whole === '' && fraction === ''
    ? undefined
    : { isNegative: sign === '-', whole: whole === '' ? '0' : whole, fraction };
}

function partsOfNumber(value: number): Parts | undefined {
  if (!Number.isFinite(value)) return undefined;
  const [mantissa = '0', exponent = '0'] = (
    Number.isSafeInteger(value) ? String(value) : value.toPrecision(EXACT_DIGITS)
  ).split('e');
  const parts = partsOfText(mantissa);
  return parts === undefined ? undefined : movePoint(parts, Number(exponent));
}

function movePoint({ isNegative, whole, fraction }: Parts, by: number): Parts {
  if (by === 0) return { isNegative, whole, fraction };
  const digits = by > 0 ? whole + fraction.padEnd(by, '0') : whole.padStart(1 - by, '0') + fraction;
  const point = by > 0 ? whole.length + by : Math.max(whole.length + by, 1);
  return { isNegative, whole: digits.slice(0, point), fraction: digits.slice(point) };
}
