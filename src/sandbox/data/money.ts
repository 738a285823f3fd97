/** A currency of a tenant, and at the same time the GraphQL object. */
export interface Currency {
  readonly id: number;
  readonly code: string;
  readonly isBase: boolean;
  /** How much of the base currency one unit is. */
  readonly rate: number;
  /** How many digits its amounts have behind the point. */
  readonly decimalDigits: number;
}

export interface MonetaryValue {
  readonly value: number;
  readonly currency: Currency;
  readonly conversionRate: number;
  /** Epoch seconds: the day of the rate. */
  readonly convertedAt: number;
}

/** An amount as Centra gives it: in whole units of the currency's smallest coin. */
export function money(
  value: number,
  currency: Currency,
  conversionRate: number,
  convertedAt: number,
): MonetaryValue {
  return { value: roundTo(currency, value), currency, conversionRate, convertedAt };
}

/** "1 500.00 SEK", "1 500 JPY" */
export function formattedValue({ value, currency }: MonetaryValue): string {
  const [whole = '', decimals] = Math.abs(value).toFixed(currency.decimalDigits).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ' ');
  return `${value < 0 ? '-' : ''}${grouped}${decimals === undefined ? '' : `.${decimals}`} ${currency.code}`;
}

/** How many of the smallest coin are one unit. */
export function denominatorOf(currency: Currency): number {
  return 10 ** currency.decimalDigits;
}

/** To the digits of the currency; sums of rounded amounts pass through here too, because floats do not add up. */
export function roundTo(currency: Currency, value: number): number {
  const denominator = denominatorOf(currency);
  // Without the nudge 1.005 is a hair below itself; without the addition a zero can be negative.
  return Math.round(value * denominator * (1 + Number.EPSILON)) / denominator + 0;
}
