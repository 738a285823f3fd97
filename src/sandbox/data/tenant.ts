import type { AttributeType } from './attribute-types.ts';
import type { Currency } from './money.ts';

export type StoreType = 'DIRECT_TO_CONSUMER' | 'WHOLESALE';

export interface Named {
  readonly id: number;
  readonly name: string;
}

export interface CountryState extends Named {
  readonly code: string | null;
}

export interface Country extends Named {
  readonly code: string;
  readonly continent: string;
  readonly isEU: boolean;
}

export interface Market extends Named {
  readonly currency: Currency;
  readonly pricelist: Named;
}

export interface Store extends Named {
  readonly type: StoreType;
  readonly markets: readonly Market[];
}

export interface PaymentMethod extends Named {
  readonly uri: string;
  readonly plugin: string;
}

export interface Supplier extends Named {
  readonly currency: Currency;
}

export interface WarehousePlan extends Named {
  readonly status: 'ACTIVE' | 'INACTIVE';
  readonly stockOwnership: string;
  readonly allocationPolicy: string;
  readonly stockMaster: string;
  readonly isConsignation: boolean;
  readonly isHiddenFromStockView: boolean;
  readonly threshold: number | null;
  readonly country: Country | null;
  readonly state: CountryState | null;
  readonly zipCode: string | null;
  /** The share of all product sizes that this warehouse keeps: 1 for all of them, 0 for an empty one. */
  readonly coverage: number;
}

/** What one client of Centra has set up for itself. */
export interface Tenant {
  readonly name: string;
  readonly currencies: readonly Currency[];
  readonly base: Currency;
  readonly countries: readonly Country[];
  readonly states: readonly CountryState[];
  /** The language ids that orders are placed in. */
  readonly languages: readonly number[];
  readonly stores: readonly Store[];
  readonly paymentMethods: readonly PaymentMethod[];
  readonly shippingOptions: readonly (Named & { readonly uri: string })[];
  readonly warehouses: readonly WarehousePlan[];
  readonly suppliers: readonly Supplier[];
  readonly brands: readonly Named[];
  readonly collections: readonly Named[];
  readonly folders: readonly Named[];
  readonly deliveryWindows: readonly Named[];
  /** What this client's API calls the states of a delivery that no public source names. */
  readonly deliveryStatuses: {
    readonly announced: string;
    readonly sent: string;
    readonly acceptedUnbooked: string;
  };
  readonly attributes: {
    readonly Order: readonly AttributeType[];
    readonly Product: readonly AttributeType[];
    readonly ProductVariant: readonly AttributeType[];
  };
}
