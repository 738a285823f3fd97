/** A currency of a tenant, and at the same time the GraphQL object. */
export interface Currency {
  readonly id: number;
  readonly code: string;
  readonly isBase: boolean;
  /** How much of the base currency one unit is. */
  readonly rate: number;
}

export interface MonetaryValue {
  readonly value: number;
  readonly currency: Currency;
  readonly conversionRate: number;
}

export function money(
  value: number,
  currency: Currency,
  conversionRate: number = currency.rate,
): MonetaryValue {
  return { value, currency, conversionRate };
}

/** "1 500.00 SEK" */
export function formattedValue(amount: MonetaryValue): string {
  const [whole = '', decimals = ''] = Math.abs(amount.value).toFixed(2).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ' ');
  return `${amount.value < 0 ? '-' : ''}${grouped}.${decimals} ${amount.currency.code}`;
}

export function roundToCents(value: number): number {
  return Math.round(value * 100) / 100;
}
