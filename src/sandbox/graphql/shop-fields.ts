import { type Currency, denominatorOf, formattedValue, type MonetaryValue } from '../data/money.ts';
import { account, type Person } from '../data/people.ts';
import type { Shop } from '../data/shop.ts';
import type { Country, Market, Named, PaymentMethod, Store, Supplier } from '../data/tenant.ts';
import { dateField, type TypeFields } from './request-context.ts';

/** A market with the store that it is of. */
interface MarketOfStore extends Market {
  readonly store: Store;
}

export function marketsOf(shop: Shop): readonly MarketOfStore[] {
  return shop.tenant.stores.flatMap((store) => store.markets.map((market) => ({ ...market, store })));
}

/** The countries that orders go to, each once. */
export function countriesOf({ tenant }: Shop): readonly Country[] {
  return [...new Map(tenant.countries.map((country) => [country.id, country])).values()];
}

export function pricelistOf(market: Market | null) {
  return market && { ...market.pricelist, status: 'ACTIVE', currency: market.currency };
}

/** A payment method is a plugin of a store. */
export function storePlugin(method: PaymentMethod, store: Store) {
  const { id, name, uri, plugin } = method;
  return { id, name, uri, plugin, type: 'PAYMENT_METHOD', status: 'ACTIVE', store, stores: [] };
}

export function shippingOption(shop: Shop, option: Named & { readonly uri: string }) {
  const isPickupPoint = option.id % 2 === 0;
  return { ...option, status: 'ACTIVE', type: 'STANDARD', isPickupPoint, currency: shop.tenant.base };
}

export const fieldsOfShop = Object.freeze({
  MonetaryValue: {
    formattedValue,
    valueInCents: ({ value, currency }) => Math.round(value * denominatorOf(currency)),
    conversionDate: dateField(({ convertedAt }) => convertedAt),
  } satisfies TypeFields<MonetaryValue>,
  Currency: {
    name: ({ code }) => code,
    currentBaseRate: ({ rate }) => rate,
    denominator: denominatorOf,
    suffix: ({ code }) => code,
    decimalPoint: () => '.',
    thousandsSeparator: () => ' ',
    updatedAt: dateField((_, shop) => shop.openedAt),
  } satisfies TypeFields<Currency>,
  Market: {
    store: (market, _, { shop }) =>
      shop.tenant.stores.find((store) => store.markets.some(({ id }) => id === market.id)),
  } satisfies TypeFields<Market>,
  Customer: {
    status: () => 'ACTIVE',
    createdAt: dateField(({ id }, shop) => shop.openedAt - id * 3600),
    updatedAt: dateField(({ id }, shop) => shop.openedAt - id * 60),
    store: (_, __, { shop }) => shop.tenant.stores.find(({ type }) => type === 'DIRECT_TO_CONSUMER'),
  } satisfies TypeFields<Person>,
  Account: {
    status: () => 'ACTIVE',
    createdAt: dateField(({ id }, shop) => shop.openedAt - id * 3600),
    updatedAt: dateField(({ id }, shop) => shop.openedAt - id * 60),
  } satisfies TypeFields<Named>,
  Buyer: {
    status: () => 'ACTIVE',
    account: ({ id }, _, { shop }) => account(shop, Math.floor(id / 4)),
  } satisfies TypeFields<Person>,
  Supplier: {
    status: () => 'ACTIVE',
  } satisfies TypeFields<Supplier>,
  Collection: {
    status: () => 'ACTIVE',
    uri: ({ name }) => encodeURIComponent(name.toLowerCase()),
  } satisfies TypeFields<Named>,
});
