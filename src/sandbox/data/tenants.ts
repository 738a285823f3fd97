import { acmeAttributes, nordAttributes } from './attribute-types.ts';
import type { Currency } from './money.ts';
import type { Country, Market, Named, Store, StoreType, Tenant, WarehousePlan } from './tenant.ts';

export type TenantName = 'acme' | 'nord';

const named = (...names: readonly string[]): readonly Named[] =>
  names.map((name, index) => ({ id: index + 1, name }));

const currency = (id: number, code: string, rate: number, decimalDigits = 2): Currency => ({
  id,
  code,
  isBase: rate === 1,
  rate,
  decimalDigits,
});

const country = (id: number, code: string, name: string, continent: string, isEU: boolean): Country => ({
  id,
  name,
  code,
  continent,
  isEU,
});

const store = (id: number, name: string, type: StoreType, markets: readonly Market[]): Store => ({
  id,
  name,
  type,
  markets,
});

const market = (id: number, name: string, inCurrency: Currency): Market => ({
  id,
  name,
  currency: inCurrency,
  pricelist: { id: id + 40, name: `${name} ${inCurrency.code}` },
});

const warehouse = (
  id: number,
  name: string,
  coverage: number,
  inCountry: Country | null,
  more: Partial<WarehousePlan> = {},
): WarehousePlan => ({
  id,
  name,
  coverage,
  country: inCountry,
  status: 'ACTIVE',
  stockOwnership: 'OWNED',
  allocationPolicy: 'DIRECT',
  stockMaster: 'CENTRA',
  isConsignation: false,
  isHiddenFromStockView: false,
  threshold: null,
  state: null,
  zipCode: null,
  ...more,
});

const sweden = country(6, 'SE', 'Sweden', 'Europe', true);
const germany = country(5, 'DE', 'Germany', 'Europe', true);
const norway = country(7, 'NO', 'Norway', 'Europe', false);
const denmark = country(8, 'DK', 'Denmark', 'Europe', true);
const britain = country(12, 'GB', 'United Kingdom', 'Europe', false);
const states = country(20, 'US', 'United States of America', 'North America', false);
const israel = country(31, 'IL', 'Israel', 'Asia', false);
const japan = country(40, 'JP', 'Japan', 'Asia', false);
const kosovo = country(125, 'XK', 'Kosovo', 'Europe', false);

const acmeSek = currency(3, 'SEK', 1);
const acmeEur = currency(1, 'EUR', 11.2375);
const acmeUsd = currency(2, 'USD', 10.42);
const acmeGbp = currency(4, 'GBP', 13.1);
const acmeJpy = currency(9, 'JPY', 0.0691, 0);

const nordEur = currency(1, 'EUR', 1);
const nordNok = currency(2, 'NOK', 0.0853);
const nordDkk = currency(5, 'DKK', 0.134);

const acme: Tenant = Object.freeze({
  name: 'acme',
  currencies: [acmeEur, acmeUsd, acmeSek, acmeGbp, acmeJpy],
  base: acmeSek,
  countries: [sweden, sweden, sweden, germany, norway, britain, states, israel, japan, kosovo],
  states: [
    { id: 1, name: 'California', code: 'CA' },
    { id: 2, name: 'New York', code: 'NY' },
    { id: 3, name: 'Armed Forces – Europe', code: null },
  ],
  languages: [1, 2, 5],
  stores: [
    store(1, 'Retail Store', 'DIRECT_TO_CONSUMER', [
      market(1, 'Sweden', acmeSek),
      market(2, 'Europe', acmeEur),
      market(3, 'Rest of the “world”', acmeUsd),
      market(4, 'United Kingdom', acmeGbp),
    ]),
    store(2, 'Wholesale', 'WHOLESALE', [
      market(29, 'First Market', acmeEur),
      market(30, 'Japan 🇯🇵', acmeJpy),
    ]),
    store(3, 'Outlet 🛍', 'DIRECT_TO_CONSUMER', [market(7, 'Outlet SE', acmeSek)]),
  ],
  paymentMethods: [
    { id: 11, uri: 'adyen', plugin: 'adyen-drop-in', name: 'Adyen "cards"' },
    { id: 12, uri: 'klarna', plugin: 'klarna-checkout-v3', name: 'Klarna' },
    { id: 13, uri: 'invoice', plugin: 'manual', name: 'Invoice, 30 days' },
  ],
  shippingOptions: [
    { id: 1, name: 'Home delivery', uri: 'home' },
    { id: 2, name: 'Parcel box / “ombud”', uri: 'parcel-box' },
    { id: 3, name: 'Express', uri: 'express' },
  ],
  warehouses: [
    warehouse(1, 'Main warehouse', 1, sweden, { threshold: 5, zipCode: '504 62' }),
    warehouse(3, 'Retail', 0.35, sweden),
    warehouse(4, 'Retail “Outlet”', 0.12, germany, { isHiddenFromStockView: true }),
    warehouse(8, '3PL – New Jersey', 0.5, states, {
      state: { id: 2, name: 'New York', code: 'NY' },
      stockMaster: 'EXTERNAL',
      allocationPolicy: 'CHECK_FIRST',
    }),
    warehouse(9, 'New hall (empty)', 0, null),
    warehouse(11, 'Closed 2019', 0.06, sweden, {
      status: 'INACTIVE',
      isConsignation: true,
      stockOwnership: 'THIRD_PARTY',
    }),
  ],
  suppliers: [
    { id: 1, name: 'Fábrica do Norte, Lda.', currency: acmeEur },
    { id: 2, name: 'Ningbo Textile 宁波', currency: acmeUsd },
    { id: 5, name: 'Lokal AB', currency: acmeSek },
    { id: 6, name: 'Kyoto Works', currency: acmeJpy },
  ],
  brands: named('Acme', 'Acme “Studio”', "Pete's"),
  collections: named('Core', 'SS24', 'AW24 ❄'),
  folders: named('Shop', 'Shop/Men', 'Shop/Women'),
  deliveryWindows: named('Early', 'Mid season', 'Late – prebook'),
  deliveryStatuses: { announced: 'PENDING', sent: 'SENT', acceptedUnbooked: 'ACCEPTED' },
  attributes: acmeAttributes,
});

const nord: Tenant = Object.freeze({
  name: 'nord',
  currencies: [nordEur, nordNok, nordDkk],
  base: nordEur,
  countries: [norway, norway, denmark, sweden, germany, kosovo],
  states: [{ id: 10, name: 'Svalbard', code: 'SJ' }],
  languages: [3, 4],
  stores: [
    store(1, 'Nettbutikk', 'DIRECT_TO_CONSUMER', [
      market(1, 'Norge', nordNok),
      market(2, 'Danmark', nordDkk),
    ]),
    store(4, 'B2B Norden', 'WHOLESALE', [market(5, 'Forhandlere', nordEur)]),
    store(5, 'App', 'DIRECT_TO_CONSUMER', [market(9, 'App – EUR', nordEur)]),
  ],
  paymentMethods: [
    { id: 21, uri: 'vipps', plugin: 'vipps', name: 'Vipps' },
    { id: 22, uri: 'qliro', plugin: 'qliro-one', name: 'Qliro' },
  ],
  shippingOptions: [
    { id: 4, name: 'Hjemlevering', uri: 'hjem' },
    { id: 5, name: 'Hentested', uri: 'hentested' },
  ],
  warehouses: [
    warehouse(2, 'Lager Oslo', 1, norway, { zipCode: '0661' }),
    warehouse(5, 'Butikk Bergen', 0.3, norway),
    warehouse(6, 'Lager Århus', 0.4, denmark, { allocationPolicy: 'CHECK_FIRST' }),
    warehouse(7, 'Tomt', 0, null),
    warehouse(12, 'Gammelt lager', 0.05, null, { status: 'INACTIVE' }),
  ],
  suppliers: [
    { id: 3, name: 'Dansk Strik ApS', currency: nordDkk },
    { id: 4, name: 'Vesterålen Ull', currency: nordNok },
    { id: 7, name: 'Lisboa & Filhos', currency: nordEur },
  ],
  brands: named('Nord', 'Fjell & Fjord'),
  collections: named('Basis', 'Høst'),
  folders: named('Alt', 'Alt/Ull'),
  deliveryWindows: named('Uke 32–34', 'Uke 40'),
  deliveryStatuses: { announced: 'NY', sent: 'UNDERVEIS', acceptedUnbooked: 'MOTTATT' },
  attributes: nordAttributes,
});

export const tenants: Readonly<Record<TenantName, Tenant>> = Object.freeze({ acme, nord });

/** The tenant with so many more warehouses: small shops of its own, each with a little of the assortment. */
export function withWarehouses(tenant: Tenant, more: number): Tenant {
  const extra = Array.from({ length: more }, (_, turn) =>
    warehouse(100 + turn, `Outlet ${turn + 1}`, 0.05, tenant.countries[0] ?? null),
  );
  return Object.freeze({ ...tenant, warehouses: [...tenant.warehouses, ...extra] });
}
