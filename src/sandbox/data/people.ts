import { salted } from '../dice.ts';
import { cities, companies, firstNames, lastNames, streets } from './awkward-text.ts';
import { countryOf, stateOf } from './order-facts.ts';
import type { Shop } from './shop.ts';
import type { Country, CountryState, Named } from './tenant.ts';

const salts = Object.freeze({
  first: salted('person.first'),
  last: salted('person.last'),
  gap: salted('person.gap'),
  account: salted('account.name'),
  address: salted('address'),
});

export interface Person {
  readonly id: number;
  readonly email: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
}

export interface Address {
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly companyName: string | null;
  readonly attention: string | null;
  readonly address1: string | null;
  readonly address2: string | null;
  readonly city: string | null;
  readonly zipCode: string | null;
  readonly stateOrProvince: string | null;
  readonly country: Country | null;
  readonly state: CountryState | null;
  readonly email: string | null;
  readonly phoneNumber: string | null;
  readonly cellPhoneNumber: string | null;
  readonly faxNumber: string | null;
  readonly vatNumber: string | null;
}

export function customer(shop: Shop, id: number): Person {
  return person(shop, id, 1, `customer.${id}+shop@example.com`);
}

export function buyer(shop: Shop, id: number): Person {
  return person(shop, id, 2, `buyer.${id}@example.org`);
}

export function account(shop: Shop, id: number): Named {
  return { id, name: shop.dice.pick(companies, salts.account, id) };
}

/** Null where the order has none. `which` tells the shipping address from the billing address. */
export function address(
  shop: Shop,
  slot: number,
  which: 'shippingAddress' | 'billingAddress',
): Address | null {
  const { dice } = shop;
  const draw = (turn: number) => dice.fraction(salts.address, slot, turn);
  // Half of the billing addresses are the shipping address again.
  const place = which === 'billingAddress' && draw(1) < 0.5 ? 500 : 0;
  if (draw(2 + place) < 0.02) return null;
  const isWholesale = shop.orders.isWholesale(slot);
  const pick = <T>(items: readonly T[], turn: number): T =>
    dice.pick(items, salts.address, slot, turn + place);
  const some = <T>(value: T, turn: number, missing: number): T | null =>
    draw(turn + place) < missing ? null : value;
  const generated: Address = {
    firstName: some(pick(firstNames, 10), 30, 0.02),
    lastName: some(pick(lastNames, 11), 31, 0.02),
    companyName: isWholesale ? pick(companies, 12) : some(pick(companies, 12), 32, 0.9),
    attention: some('Johan', 33, isWholesale ? 0.4 : 0.95),
    address1: some(pick(streets, 13), 34, 0.01),
    address2: some('1b', 35, 0.8),
    city: some(pick(cities, 14), 36, 0.01),
    zipCode: some(pick(['12345', '504 62', '0150', 'SW1A 1AA', '00501', ''], 15), 37, 0.05),
    stateOrProvince: some('State', 38, 0.9),
    country: countryOf(shop, slot),
    state: stateOf(shop, slot),
    email: some(`person.${slot}@example.com`, 39, 0.05),
    phoneNumber: some('+4684026100', 40, 0.4),
    cellPhoneNumber: some('0701234567', 41, 0.7),
    faxNumber: null,
    vatNumber: isWholesale ? some('SE556677889901', 42, 0.3) : null,
  };
  const written = shop.orders.overlays.get(slot)?.[which];
  return written === undefined ? generated : { ...generated, ...(written as Partial<Address>) };
}

function person(shop: Shop, id: number, kind: number, email: string): Person {
  const { dice } = shop;
  return {
    id,
    email,
    firstName:
      dice.fraction(salts.gap, id, kind) < 0.03 ? null : dice.pick(firstNames, salts.first, id, kind),
    lastName: dice.fraction(salts.gap, id, kind + 8) < 0.03 ? '' : dice.pick(lastNames, salts.last, id, kind),
  };
}
